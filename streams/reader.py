"""Builds the reader from the files of the package."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from streams.core.cues import Cues
from streams.core.issues import Issues, build_issue
from streams.core.learned import Models, unpack
from streams.core.pipeline import Reader, Settings
from streams.core.prepare import Lexicon
from streams.lexicon import actor_data, content_version, issue_data, load_catalogue, read_yaml
from streams.network import MODELS, load_network, load_split


def load_reader(
    more_issues: Iterable[dict[str, Any]] = (), models: Path = MODELS, settings: Settings | None = None
) -> Reader:
    """Build the reader, once a process. more_issues are parsed issue files watched beside the package's own."""
    lexicon = load_lexicon(more_issues)
    network = load_network(lexicon, models)
    return Reader(lexicon, load_models(models), network, load_split(models / "words.json"), settings)


def load_lexicon(more_issues: Iterable[dict[str, Any]] = ()) -> Lexicon:
    """Read all that reading depends on from the package's files."""
    rows = [*issue_data(), *more_issues]
    words = read_yaml("cues.yaml")
    issues = Issues(build_issue(row) for row in rows)
    cues = Cues(words, {issue.id: issue.cues for issue in issues.all.values()})
    # How an alert speaks of an issue changes no reading; its name counts as it always has.
    read = [{key: row[key] for key in row if key not in {"article", "link"}} for row in rows]
    return Lexicon(load_catalogue(), issues, cues, content_version(read, words, actor_data()))


def load_models(folder: Path = MODELS) -> Models:
    """Read the linear models that training left behind."""
    card = json.loads((folder / "linear.json").read_text(encoding="utf-8"))
    with np.load(folder / "linear.npz") as arrays:
        parts = {name: unpack(arrays, name) for name in ("skim", "topic", "context")}
    return Models(**parts, version=card["version"])
