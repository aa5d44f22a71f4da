"""``make train``: teaches the reader from labels and writes what ships. docs/model-card.md has the figures."""

import argparse
import copy
import hashlib
import json
import os
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import orjson
import torch
from sklearn.linear_model import LogisticRegression

from streams.core.issues import Issues
from streams.core.learned import pack
from streams.core.model import RawArticle
from streams.core.prepare import Lexicon
from streams.evaluate import Row, evaluate, table
from streams.network import MODELS, load_split
from streams.reader import load_lexicon, load_reader
from training.agree import Voice, agree
from training.examples import prepare
from training.export import write_network
from training.hopes import hopes
from training.joined import joined
from training.labelled import Labelled, doubtful, own, shared, stream
from training.looks import Taught, cuts, looks
from training.models import fit_all
from training.narrow import narrow
from training.net import Net
from training.pretrained import WORD_PIECES
from training.shorten import NARROW_EPOCHS, SHORT_EPOCHS, imitate, narrowed, shortened
from training.teach import FIRST, SECOND, WHOLE, Term, second_term, teach
from training.written import Written

FOLDS = 5
JOINED = 1200  # pairs of our own short items that are taught as one item, beside each alone
NEURONS = 768  # of a layer's feed-forward net, half of what was pretrained
HEADS = 12  # of a layer's attention, as many as were pretrained
_DATA = Path(os.environ.get("STANCEWATCH_LABELS", "../shared/data"))


def main() -> None:
    """Teach on all labels and write the artefact; with --folds, say instead how well held-out folds are read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--labels",
        type=Path,
        default=_DATA,
        help="folder of labels_train.jsonl, labels_dev.jsonl and current-events.jsonl",
    )
    parser.add_argument("--out", type=Path, default=MODELS, help="folder that the artefact is written to")
    parser.add_argument(
        "--only",
        choices=("network", "linear"),
        help="teach one of the two, and keep the other as it is; the linear models foretell the network, and so come after it",
    )
    parser.add_argument(
        "--beside",
        type=Path,
        metavar="FOLDER",
        help="an artefact whose judgement is taught beside that of the labels",
    )
    parser.add_argument(
        "--threads", type=int, default=1, help="another number gives other sums, and so other weights"
    )
    parser.add_argument(
        "--folds", type=int, default=0, metavar="N", help="read N of five held-out folds, and write nothing"
    )
    options = parser.parse_args()
    if options.only == "linear" and not options.folds and not (options.out / "network.json").exists():
        parser.error(
            f"linear models foretell the network beside them, and {options.out} has none: teach that first"
        )
    torch.set_num_threads(options.threads)
    school = School(load_lexicon(), doubtful(options.labels), partial(stream, options.labels), options.beside)
    rows = shared(options.labels)
    if options.folds:
        report(school, rows, options.folds)
    else:
        options.out.mkdir(parents=True, exist_ok=True)
        write(school, rows, options.out, options.only)


class School:
    """Teaches networks: in one go, and shortened then, for what ships; in two terms for folds, which share the first.

    Two terms take a tenth of the time for each further fold, and read worse: .70 on the check items where one go gives .75.
    doubtful items teach the linear models alone (``docs/decisions/0006``). stream: the articles that the shortened network
    follows the whole ones on, besides ours; those that are labelled are among them. beside: a folder with a network that was
    taught before, whose judgement counts as much as that of each taught now.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        doubtful: Sequence[Labelled],
        stream: Callable[[], Iterable[RawArticle]],
        beside: Path | None = None,
    ) -> None:
        self.own = own()
        self.lexicon = _labelled_alone(lexicon, self.own)
        self.doubtful = doubtful
        self._stream = stream
        self._beside = beside
        self._split = load_split(WORD_PIECES)

    def taught(self, rows: Sequence[Labelled]) -> tuple[Net, Net]:
        """Give a network that has learned from labelled rows and our own text together: what whole ones say, shortened. And a
        narrow copy of it.
        """
        found = [*self._looks(rows), *self._own_looks]
        voices = [Voice(self._learned(found, term), term.counts) for term in WHOLE]
        if self._beside:
            voices.append(Voice(Written(dict(self.lexicon.issues.frames), self._beside)))
        articles = chain((each.article for each in [*self.own, *self._pairs]), self._stream())
        windows = list(cuts(articles, self.lexicon, self._split))
        short = shortened(voices[0].net)
        _follow(windows, imitate(short, voices[0].net, windows, SHORT_EPOCHS))
        _follow(windows, agree(short, voices, windows))
        thin = narrowed(short, windows)
        _follow(windows, imitate(thin, short, windows, NARROW_EPOCHS))
        return short, thin

    def taught_last(self, rows: Sequence[Labelled]) -> Net:
        """Give a network that has learned from our own text, and then from labelled rows with some of ours again."""
        net = copy.deepcopy(self._beginner)
        _teach(net, second_term(list(self._looks(rows)), self._own_looks), SECOND)
        return net

    @cached_property
    def _beginner(self) -> Net:
        return self._learned(self._own_looks, FIRST)

    def _learned(self, found: Sequence[Taught], term: Term) -> Net:
        torch.manual_seed(term.seed)
        net = Net(dict(self.lexicon.issues.frames), term.first)
        narrow(net, [each.pieces for each in found], NEURONS, HEADS)
        _teach(net, found, term)
        return net

    @cached_property
    def _own_looks(self) -> list[Taught]:
        return list(self._looks([*self.own, *self._pairs]))

    @cached_property
    def _pairs(self) -> list[Labelled]:
        return joined(self.own, self.lexicon, JOINED)

    def _looks(self, rows: Sequence[Labelled]) -> Iterator[Taught]:
        return looks(rows, self.lexicon, self._split)


def _labelled_alone(lexicon: Lexicon, rows: Sequence[Labelled]) -> Lexicon:
    """Leave out the issues that no label speaks of: these are read by rules, not by weights that saw no such stance."""
    known = {issue for row in rows for issue in row.topics}
    return replace(lexicon, issues=Issues(each for each in lexicon.issues.all.values() if each.id in known))


def _teach(net: Net, found: Sequence[Taught], term: Term) -> None:
    _follow(found, teach(net, found, term))


def _follow(windows: Sequence[object], losses: Iterable[float]) -> None:
    began = time.monotonic()
    print(f"{len(windows)} windows", flush=True)
    for number, loss in enumerate(losses, 1):
        print(f"epoch {number}: loss {loss:.3f}, {time.monotonic() - began:.0f} s", flush=True)


def write(school: School, rows: Sequence[Labelled], folder: Path, only: str | None) -> None:
    """Teach what is asked for on labelled rows and our own text, and write it."""
    if only != "linear":
        version = write_network(*school.taught(rows), folder, {"articles": len(rows) + len(school.own)})
        print(f"network: version {version}", flush=True)
    if only != "network":
        taught = [*rows, *school.own, *school.doubtful]
        print(f"linear models: version {write_linear(school.lexicon, taught, folder)}", flush=True)


def write_linear(lexicon: Lexicon, rows: Sequence[Labelled], folder: Path) -> str:
    """Fit the linear models and write them beside the network, which they foretell; gives the version, a digest of what they hold."""
    examples = prepare(lexicon, rows)
    arrays = {}
    for name, fitted in fit_all(examples, lexicon, hopes(lexicon, folder)).items():
        arrays |= pack(name, fitted.names, fitted.weights, fitted.bias)
    arrays = {name: arrays[name] for name in sorted(arrays)}
    with (folder / "linear.npz").open("wb") as out:
        np.savez_compressed(out, **arrays)
    version = hashlib.sha256(b"".join(array.tobytes() for array in arrays.values())).hexdigest()[:12]
    card = {"version": version, "articles": len(rows)}
    (folder / "linear.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return version


def report(school: School, rows: Sequence[Labelled], count: int) -> None:
    """Read folds of the shared labels with readers that were taught on the others; print the figures, and the weights of
    ``score_topic`` that fit what these readers saw.
    """
    order = list(range(len(rows)))
    random.Random(3).shuffle(order)
    gold: list[Row] = []
    events: list[Row] = []
    measures, truth = [], []
    for number in range(count):
        held_out = order[number::FOLDS]
        rest = [rows[i] for i in order if i not in set(held_out)]
        with TemporaryDirectory() as folder:
            net = school.taught_last(rest)
            write_network(net, net, Path(folder), {"articles": len(rest)})  # digest items are short
            write_linear(school.lexicon, [*rest, *school.own], Path(folder))
            reader = load_reader(models=Path(folder))
        for row in (rows[i] for i in held_out):
            events.append(orjson.loads(orjson.dumps(reader.read(row.article, row.article.published_at))))
            for issue, signs in reader.signs(row.article).items():
                measures.append(signs.measures())
                truth.append(issue in row.topics)
        gold += [_gold(rows[i]) for i in held_out]
        print(f"--- after {number + 1} folds\n{table(evaluate(gold, events))}\n", flush=True)
    fitted = LogisticRegression(C=1.0).fit(measures, truth)
    print(f"topics: bias {fitted.intercept_[0]:.2f}, weights {fitted.coef_[0].round(2).tolist()}")


def _gold(row: Labelled) -> Row:
    return {"id": row.article.article_id, "topics": sorted(row.topics), "observations": row.observations}


if __name__ == "__main__":
    main()
