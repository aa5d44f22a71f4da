"""What is read of an article is the same in every process, and so are the facts that linear models learn from."""

import os
import subprocess
import sys

_FACTS = """
from datetime import UTC, datetime
from streams.core.context import Named, context_features
from streams.core.model import RawArticle
from streams.core.prepare import prepare
from streams.core.skim import skim_features
from streams.core.stance import Verdict
from streams.core.topics import by_issue, topic_features
from streams.core.windows import windows
from streams.reader import load_lexicon

TEXT = "After talks in Oslo, Norway will not lift its sanctions on Belarus, and Sweden could extend them without a vote."
lexicon = load_lexicon()
work = prepare(RawArticle("a", "Wire", "", TEXT, datetime(2025, 2, 1, tzinfo=UTC), language="en"), lexicon)
named = Named(work, lexicon.catalogue.home)
for window in windows(work, lexicon.issues.all):
    print(skim_features(work, window))
for found in by_issue(work).values():
    print(topic_features(work, found))
    for actor in work.mentions:
        verdict = Verdict(actor, found[0], 0, "oppose", 0.9)
        print([context_features(named, verdict, country, "sanctioned") for country in named.all])
"""


def facts(hash_seed: str) -> str:
    """Give the facts of a text in their order, read in a process that scatters its sets in its own way."""
    given = {**os.environ, "PYTHONHASHSEED": hash_seed}
    return subprocess.run(
        [sys.executable, "-c", _FACTS], env=given, capture_output=True, text=True, check=True
    ).stdout


def test_facts_come_in_one_order_in_every_process() -> None:
    first = facts("1")
    assert "word=without" in first
    assert first == facts("2")
