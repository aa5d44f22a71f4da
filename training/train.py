"""``python -m training.train``: fits the reader's models and writes the artefact. The same data give the same bytes."""

import argparse
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from streams.core.learned import pack
from streams.core.model import EnrichedEvent
from streams.core.pipeline import Lexicon, Reader, Settings
from streams.evaluate import evaluate, table
from streams.reader import MODEL, load_lexicon
from training.examples import Example, prepare
from training.labelled import own, shared
from training.models import fit_all, folds, models

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_DATA = Path(os.environ.get("STANCEWATCH_LABELS", "../shared/data"))


def main() -> None:
    """Fit on all labels and write the artefact; with --folds, say first how well five folds of them are read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--labels", type=Path, default=_DATA, help="folder of labels_train.jsonl and current-events.jsonl"
    )
    parser.add_argument("--out", type=Path, default=MODEL)
    parser.add_argument("--folds", action="store_true", help="report five-fold figures on the shared labels")
    options = parser.parse_args()
    lexicon = load_lexicon()
    examples = prepare(Reader(lexicon), [*shared(options.labels), *own()])
    if options.folds:
        report(examples, lexicon)
    write(options.out, examples, lexicon)


def report(examples: Sequence[Example], lexicon: Lexicon) -> None:
    """Read each fold with models fitted on the others, and print the figures."""
    events: list[EnrichedEvent] = []
    for fold in folds(examples, seed=3):
        held_out = set(fold)
        fitted = fit_all([each for i, each in enumerate(examples) if i not in held_out], lexicon)
        reader = Reader(lexicon, models(fitted, frozenset(lexicon.issues.all), "fold"), Settings())
        events += [reader.judge(examples[i].draft, _NOW) for i in fold]
    for name, group, is_long in (
        ("shared", "shared", False),
        ("natural, short", "natural", False),
        ("natural, full length", "natural", True),
        ("traps, short", "traps", False),
        ("traps, full length", "traps", True),
    ):
        chosen = [each for each in examples if each.labelled.group == group and each.is_long == is_long]
        print(f"--- five folds: {name}\n{table(evaluate(_gold(chosen), map(flat, events)))}\n")


def _gold(examples: Iterable[Example]) -> list[dict[str, Any]]:
    return [
        {
            "id": each.labelled.article.article_id,
            "topics": sorted(each.labelled.topics),
            "observations": each.labelled.observations,
        }
        for each in examples
    ]


def flat(event: EnrichedEvent) -> dict[str, Any]:
    """Give what is scored of an event."""
    return {
        "article_id": event.article_id,
        "topics": [each.topic for each in event.topics],
        "observations": [
            {"actor": each.actor.id, "issue": each.issue, "context": each.context, "stance": each.stance}
            for each in event.observations
        ],
    }


def write(path: Path, examples: Sequence[Example], lexicon: Lexicon) -> None:
    """Fit on everything and write the artefact, with a digest of what it holds beside it."""
    arrays = {}
    for name, fitted in fit_all(examples, lexicon).items():
        arrays |= pack(name, fitted.names, fitted.weights, fitted.bias)
    arrays["issues"] = np.frombuffer("\n".join(sorted(lexicon.issues.all)).encode(), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        np.savez_compressed(out, **{name: arrays[name] for name in sorted(arrays)})
    digest = hashlib.sha256(b"".join(arrays[name].tobytes() for name in sorted(arrays))).hexdigest()[:12]
    card = {"version": digest, "articles": len(examples), "pairs": sum(len(each.pairs) for each in examples)}
    path.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    print(f"{path.name}: version {digest}, {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
