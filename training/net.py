"""The network while it learns: a small BERT with marks added to its word pieces, and the heads of ``core.network``."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from streams.core.article import Surroundings
from streams.core.model import STANCES
from streams.core.network import MODALITIES, STRENGTHS
from streams.core.pieces import FRAMES, MARKS, MOST_PIECES, Pieces, Span
from training.pretrained import weights

WIDTH, HEAD_WIDTH, WORDS = 384, 32, 30_522
FIRST_LAYERS, LATE_LAYERS = 4, 2
_SCALE = HEAD_WIDTH**-0.5
_ABOUT, _PAIR, _TOPIC, _CONTEXT, _FACTS = 32, 192, 96, 128, 10
_DROP, _HEAD_DROP = 0.1, 0.2
_RARE = -2.0
_MARK_SCALE = 0.02
_HAS_16_BITS = bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


class Layer(nn.Module):
    """One layer of BERT: attention and a feed-forward net, each with its sum and norm. Either may be narrowed."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = nn.Linear(WIDTH, 3 * WIDTH)
        self.joined = nn.Linear(WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.wide = nn.Linear(WIDTH, 4 * WIDTH)
        self.narrow = nn.Linear(4 * WIDTH, WIDTH)
        self.last_norm = nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, x: Tensor, around: Tensor, hidden: Tensor | None) -> Tensor:
        """Renew x (pieces x width, batched), which looks at all around; hidden is added to attention where no piece is."""
        inner = self.joined.in_features
        query, key, value = (_split(each, inner) for each in self._looks(x, around, inner))
        shares = query * _SCALE @ key.transpose(-2, -1)
        shares = functional.softmax(shares if hidden is None else shares + hidden, dim=-1)
        shares = functional.dropout(shares, _DROP, self.training)
        seen = self.joined((shares @ value).transpose(-3, -2).reshape(*x.shape[:-2], -1, inner))
        x = self.norm(x + functional.dropout(seen, _DROP, self.training))
        wide = self.narrow(functional.gelu(self.wide(x)))
        return self.last_norm(x + functional.dropout(wide, _DROP, self.training))

    def _looks(self, x: Tensor, around: Tensor, inner: int) -> Sequence[Tensor]:
        """Give query, key and value, in as few products as there are inputs: eight bits scale each input anew."""
        if x is around:
            return self.looks(x).split(inner, -1)
        asking, asked = (slice(0, inner), slice(inner, None))
        weight, bias = self.looks.weight, self.looks.bias
        query = functional.linear(x, weight[asking], bias[asking])
        return query, *functional.linear(around, weight[asked], bias[asked]).split(inner, -1)


def _split(x: Tensor, inner: int) -> Tensor:
    """Give each head of attention its part: heads x pieces x part, batched or not."""
    return x.reshape(*x.shape[:-2], -1, inner // HEAD_WIDTH, HEAD_WIDTH).transpose(-3, -2)


class Encoder(nn.Module):
    """The language model. Words and positions stay as they were pretrained; layers and marks learn.

    The first layers renew all pieces. The late ones renew those alone that something is read from, a quarter of them,
    which still look at all others as the first left them; among_kept of them, the last, look at these alone.
    """

    def __init__(self, first: int = FIRST_LAYERS) -> None:
        super().__init__()
        self.first = first
        self.among_kept = 0
        self.words = nn.Embedding(WORDS, WIDTH)
        self.places = nn.Embedding(512, WIDTH)
        self.kind = nn.Parameter(torch.zeros(WIDTH))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.marks = nn.Embedding(MARKS, WIDTH)
        self.layers = nn.ModuleList(Layer() for _ in range(first + LATE_LAYERS))
        nn.init.normal_(self.marks.weight, 0.0, _MARK_SCALE)
        nn.init.zeros_(self.marks.weight[0])
        self._take_pretrained()
        self.words.weight.requires_grad = self.places.weight.requires_grad = False

    def forward(
        self,
        ids: Tensor,
        marks: Tensor,
        kept: Tensor,
        others: Tensor,
        hidden: tuple[Tensor, Tensor] | None = None,
    ) -> Tensor:
        """Give the vectors of the kept pieces of a window, or of batched ones. kept and others: their places. hidden: what is
        added to attention where a batched window has no piece, in the order of the text, and of kept and others.
        """
        x = self.words(ids) + self.places.weight[: ids.shape[-1]] + self.kind + self.marks(marks)
        x = functional.dropout(self.norm(x), _DROP, self.training)
        for layer in self.layers[: self.first]:
            x = layer(x, x, hidden and hidden[0])
        x, beside = _taken(x, kept), _taken(x, others)
        alone = len(self.layers) - self.among_kept
        for layer in self.layers[self.first : alone]:
            x = layer(x, torch.cat([x, beside], -2), hidden and hidden[1])
        for layer in self.layers[alone:]:
            x = layer(x, x, hidden and hidden[1][..., : x.shape[-2]])
        return x

    def _take_pretrained(self) -> None:
        given = weights()
        names = {"words": "word_embeddings", "places": "position_embeddings"}
        own = {f"{n}.weight": given[f"embeddings.{theirs}.weight"] for n, theirs in names.items()}
        own["kind"] = given["embeddings.token_type_embeddings.weight"][0]
        parts = {
            "joined": "attention.output.dense",
            "norm": "attention.output.LayerNorm",
            "wide": "intermediate.dense",
            "narrow": "output.dense",
            "last_norm": "output.LayerNorm",
        }
        for end in ("weight", "bias"):
            own[f"norm.{end}"] = given[f"embeddings.LayerNorm.{end}"]
            for i in range(len(self.layers)):
                base = f"encoder.layer.{i}."
                for name, theirs in parts.items():
                    own[f"layers.{i}.{name}.{end}"] = given[f"{base}{theirs}.{end}"]
                looks = [given[f"{base}attention.self.{name}.{end}"] for name in ("query", "key", "value")]
                own[f"layers.{i}.looks.{end}"] = torch.cat(looks)
        self.load_state_dict(own | {"marks.weight": self.marks.weight.detach()})


def _taken(x: Tensor, places: Tensor) -> Tensor:
    return x[places] if places.dim() == 1 else x.gather(1, places[:, :, None].expand(-1, -1, WIDTH))


def _head(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, hidden), nn.ReLU(), nn.Dropout(_HEAD_DROP), nn.Linear(hidden, outputs)
    )


@dataclass(slots=True)
class Seen:
    """A window while it is judged: the vectors of its issues, actors and countries, and what the heads say."""

    issues: dict[str, Tensor]
    topics: dict[str, Tensor]
    countries: list[tuple[str, Tensor, bool]]
    margins: dict[tuple[str, str], Tensor]
    hidden: dict[tuple[str, str], Tensor]
    who: dict[tuple[str, str], Tensor]

    def signs(self, key: tuple[str, str]) -> Tensor:
        """Score that an actor holds no stance on an issue, then each sign."""
        return torch.cat([torch.zeros(1), self.margins[key]])


class Net(nn.Module):
    """Encoder and heads. frames: how the context of each issue is found, which is all that the heads know of it.
    first: the layers of the encoder that renew all pieces.
    """

    def __init__(self, frames: dict[str, str], first: int = FIRST_LAYERS) -> None:
        super().__init__()
        self.frames = {issue: FRAMES.index(frame) for issue, frame in frames.items()}  # type: ignore[arg-type]
        self.encoder = Encoder(first)
        self.issues = nn.Embedding(len(FRAMES), _ABOUT)
        self.nowhere = nn.Parameter(torch.zeros(WIDTH))
        self.open = nn.Parameter(torch.zeros(len(FRAMES)))
        self.topic = _head(2 * WIDTH + _ABOUT, _TOPIC, 1)
        self.pair = nn.Sequential(nn.Linear(2 * WIDTH + _ABOUT, _PAIR), nn.ReLU(), nn.Dropout(_HEAD_DROP))
        self.stance = nn.Linear(_PAIR, len(STANCES))
        self.strength = nn.Linear(_PAIR, len(STRENGTHS))
        self.modality = nn.Linear(_PAIR, len(MODALITIES))
        self.turn = nn.Linear(_PAIR, 1)
        self.context = _head(3 * WIDTH + _ABOUT + _FACTS, _CONTEXT, 1)
        nn.init.constant_(self.stance.bias, _RARE)

    def encode(self, windows: Sequence[Pieces]) -> list[Tensor]:
        """Give the vectors of the pieces of each window; while it learns, by products of 16 bits, where the processor has them."""
        longest = max(len(each.ids) for each in windows)
        if longest > MOST_PIECES:
            raise ValueError(f"a window of {longest} pieces; at most {MOST_PIECES} were meant")
        others = [sorted(set(range(len(each.ids))).difference(each.kept)) for each in windows]
        ids, _ = _padded([each.ids for each in windows])
        marks, hidden = _padded([each.marks for each in windows])
        kept, without_kept = _padded([each.kept for each in windows])
        beside, without_others = _padded(others)
        without = hidden, torch.cat([without_kept, without_others], -1)
        with torch.autocast("cpu", torch.bfloat16, enabled=torch.is_grad_enabled() and _HAS_16_BITS):
            vectors = self.encoder(ids, marks, kept, beside, without).float()
        return [vectors[i, : len(each.kept)] for i, each in enumerate(windows)]

    def see(self, vectors: Tensor, cut: Pieces) -> Seen:
        """Judge a window: topics and stances."""
        issues = {i: torch.stack([_pool(vectors, s) for _, s in at]).mean(0) for i, at in cut.issues.items()}
        whole = vectors.mean(0)
        topics = {i: self.topic(torch.cat([whole, *self.about(i, v)]))[0] for i, v in issues.items()}
        countries = [(c, _pool(vectors, span), is_direct) for c, span, is_direct in cut.countries]
        seen = Seen(issues, topics, countries, {}, {}, {})
        if not cut.actors:
            return seen
        pooled = [_pool(vectors, span) for _, span in cut.actors]
        numbers: defaultdict[str, list[int]] = defaultdict(list)
        for i, (mention, _) in enumerate(cut.actors):
            numbers[mention.actor.id].append(i)
        for issue, vector in issues.items():
            about = torch.cat(self.about(issue, vector))
            hidden = self.pair(torch.stack([torch.cat([each, about]) for each in pooled]))
            margins = self.stance(hidden)
            for actor, own in numbers.items():
                best = own[int(margins[own].detach().max(1).values.argmax())]
                seen.margins[actor, issue] = margins[own].max(0).values
                seen.hidden[actor, issue] = hidden[best]
                seen.who[actor, issue] = pooled[best]
        return seen

    def about(self, issue: str, vector: Tensor) -> tuple[Tensor, Tensor]:
        """Give what stands for an issue: its vector in the window, and that of its kind."""
        return vector, self.issues.weight[self.frames[issue]]

    def weigh(self, seen: Seen, around: Surroundings, actor: str, issue: str) -> tuple[list[str], Tensor]:
        """Score the countries that an actor's stance may be about; the last score is that of none of them."""
        about = torch.cat(self.about(issue, seen.issues[issue]))
        here = {country for country, _, _ in seen.countries}
        rows, owners = [], []
        facts, home = around.facts(here).tolist(), around.home(actor)
        for number, country in enumerate(around.countries):
            own = [(vector, (1.0, float(direct))) for c, vector, direct in seen.countries if c == country]
            for vector, flags in own or [(self.nowhere, (0.0, 0.0))]:
                numbers = torch.tensor([float(country == home), *facts[number], *flags])
                rows.append(torch.cat([seen.who[actor, issue], vector, about, numbers]))
                owners.append(number)
        scores = self.context(torch.stack(rows))[:, 0] if rows else torch.zeros(0)
        best = [
            scores[[i for i, owner in enumerate(owners) if owner == number]].max()
            for number in range(len(around.countries))
        ]
        open_ = self.open[self.frames[issue]]
        return list(around.countries), torch.stack([*best, open_])


def _padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Give rows of one length, and what hides from attention where a row has nothing."""
    longest = max(map(len, rows))
    numbers = torch.zeros(len(rows), longest, dtype=torch.long)
    hidden = torch.full((len(rows), 1, 1, longest), -1e4)
    for i, row in enumerate(rows):
        numbers[i, : len(row)] = torch.tensor(row, dtype=torch.long)
        hidden[i, :, :, : len(row)] = 0.0
    return numbers, hidden


def _pool(vectors: Tensor, span: Span) -> Tensor:
    return vectors[span[0] : span[1]].mean(0)
