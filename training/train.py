"""``make train``: teaches the reader from labels and writes what ships. docs/model-card.md has the figures."""

import argparse
import hashlib
import json
import os
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import orjson
import torch

from streams.core.learned import pack
from streams.core.prepare import Lexicon
from streams.evaluate import Row, evaluate, table
from streams.network import MODELS, load_split
from streams.reader import load_lexicon, load_reader
from training.examples import prepare
from training.export import write_network
from training.labelled import Labelled, own, shared
from training.looks import looks
from training.models import fit_all
from training.net import LAYERS, PRETRAINED, Net
from training.teach import EPOCHS, teach

FOLDS = 5
_DATA = Path(os.environ.get("STANCEWATCH_LABELS", "../shared/data"))


def main() -> None:
    """Teach on all labels and write the artefact; with --folds, say instead how well held-out folds are read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--labels", type=Path, default=_DATA, help="folder of labels_train.jsonl and current-events.jsonl"
    )
    parser.add_argument("--out", type=Path, default=MODELS, help="folder that the artefact is written to")
    parser.add_argument(
        "--only", choices=("network", "grammar"), help="teach one of the two, and keep the other as it is"
    )
    parser.add_argument("--layers", type=int, default=LAYERS, help="layers of the language model to keep")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--threads", type=int, default=2, help="others give other sums, and so other weights")
    parser.add_argument(
        "--folds", type=int, default=0, metavar="N", help="read N of five held-out folds, and write nothing"
    )
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    lexicon = load_lexicon()
    rows = shared(options.labels)
    if options.folds:
        report(rows, lexicon, options)
    else:
        teach_all([*rows, *own()], lexicon, options.out, options)


def teach_all(rows: Sequence[Labelled], lexicon: Lexicon, folder: Path, options: argparse.Namespace) -> None:
    """Teach what is asked for on all rows, and write it."""
    folder.mkdir(parents=True, exist_ok=True)
    if options.only != "network":
        print(f"grammar: version {write_grammar(rows, lexicon, folder)}", flush=True)
    if options.only != "grammar":
        net = taught(rows, lexicon, options)
        version = write_network(net, folder, {"layers": options.layers, "articles": len(rows)})
        print(f"network: version {version}", flush=True)


def taught(rows: Sequence[Labelled], lexicon: Lexicon, options: argparse.Namespace) -> Net:
    """Teach a network, and tell how it goes."""
    torch.manual_seed(0)
    net = Net({issue.id: issue.context for issue in lexicon.issues.all.values()}, options.layers)
    found = list(looks(rows, lexicon, load_split(PRETRAINED / "tokenizer.json")))
    began = time.monotonic()
    print(f"{len(rows)} articles, {len(found)} windows", flush=True)
    for number, loss in enumerate(teach(net, found, options.epochs), 1):
        print(f"epoch {number}: loss {loss:.3f}, {time.monotonic() - began:.0f} s", flush=True)
    return net


def write_grammar(rows: Sequence[Labelled], lexicon: Lexicon, folder: Path) -> str:
    """Fit the weights over grammar and write them; gives the version, a digest of what they hold."""
    examples = prepare(lexicon, rows)
    arrays = {}
    for name, fitted in fit_all(examples, lexicon).items():
        arrays |= pack(name, fitted.names, fitted.weights, fitted.bias)
    arrays["issues"] = np.frombuffer("\n".join(sorted(lexicon.issues.all)).encode(), dtype=np.uint8)
    arrays = {name: arrays[name] for name in sorted(arrays)}
    with (folder / "grammar.npz").open("wb") as out:
        np.savez_compressed(out, **arrays)
    version = hashlib.sha256(b"".join(array.tobytes() for array in arrays.values())).hexdigest()[:12]
    card = {"version": version, "articles": len(rows), "pairs": sum(len(each.pairs) for each in examples)}
    (folder / "grammar.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return version


def report(rows: Sequence[Labelled], lexicon: Lexicon, options: argparse.Namespace) -> None:
    """Read folds of the shared labels with readers that were taught on the others, and print the figures."""
    order = list(range(len(rows)))
    random.Random(3).shuffle(order)
    gold: list[Row] = []
    events: list[Row] = []
    for number in range(options.folds):
        held_out = [rows[i] for i in order[number::FOLDS]]
        names = {row.article.article_id for row in held_out}
        rest = [row for row in (*rows, *own()) if row.article.article_id not in names]
        with TemporaryDirectory() as folder:
            teach_all(rest, lexicon, Path(folder), options)
            events += read(held_out, Path(folder))
        gold += [_gold(row) for row in held_out]
        print(f"--- after {number + 1} folds\n{table(evaluate(gold, events))}\n", flush=True)


def read(rows: Sequence[Labelled], folder: Path) -> Iterator[Row]:
    """Read articles with the models of a folder."""
    articles = [row.article for row in rows]
    for event in load_reader(models=folder).read_many(articles, articles[0].published_at):
        yield orjson.loads(orjson.dumps(event))


def _gold(row: Labelled) -> Row:
    return {"id": row.article.article_id, "topics": sorted(row.topics), "observations": row.observations}


if __name__ == "__main__":
    main()
