"""Rules admit what they say, every mistake is named with its line, and quiet hours end when they should."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from streams.commands.vocabulary import vocabulary
from streams.core.model import Actor
from streams.rules import AlertRules, Quiet, RulesError, parse_rules, unknown_words
from tests.integration.test_notify import shift

SHIPPED = Path(__file__).parents[2] / "deploy" / "alerts.yaml"


def rule(text: str) -> AlertRules:
    return parse_rules(f"rules:\n  - {{name: one, {text}}}\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("actors: DEU", True),
        ("actors: [FRA, DEU]", True),
        ("actors: [FRA]", False),
        ("issues: troop_deployment, contexts: UKR", True),
        ("issues: sanctions", False),
        ("directions: oppose_to_support", True),
        ("directions: any_to_support", True),
        ("directions: [support_to_any]", False),
        ("kinds: reported", False),
        ("statuses: candidate", False),
        ("statuses: [candidate, confirmed]", True),
        ("min_confidence: 0.9", True),
        ("min_confidence: 0.91", False),
        ("min_sources: 2", True),
        ("min_sources: 3", False),
    ],
)
def test_a_rule_admits_what_it_says(text: str, told: bool) -> None:
    assert bool(rule(text).tell(shift("a"))) is told


def test_a_shift_without_context_and_of_a_sub_actor() -> None:
    turned = replace(shift("a"), context=None, actor=Actor("DEU.BUNDESTAG", "Bundestag", "DEU"))
    assert rule("contexts: unknown, actors: DEU").tell(turned)


def test_the_first_rule_of_each_channel_tells() -> None:
    rules = parse_rules("""
channels:
  desk: {url: "http://127.0.0.1:1/", secret_file: /x}
rules:
  - {name: a, actors: FRA}
  - {name: b, severity: critical}
  - {name: c}
  - {name: d, channel: desk}
""")
    assert [each.name for each in rules.tell(shift("a"))] == ["b", "d"]


def test_every_mistake_is_named_with_its_line() -> None:
    text = """rules:
  - name: one
    actor: DEU
    min_confidence: 7
    directions: [up_to_down]
  - name: two
    quiet: {from: 25:00, to: 06:00, timezone: Mars/Olympus}
"""
    with pytest.raises(RulesError) as raised:
        parse_rules(text)
    assert {fault.line for fault in raised.value.faults} == {3, 4, 5, 7}
    for wrong in (
        "[",
        "",
        "rules: []",
        "- 1",
        "rules: [{name: a}, {name: a}]",
        "rules: [{name: a, channel: x}]",
    ):
        with pytest.raises(RulesError):
            parse_rules(wrong)


def test_words_that_the_lexicon_does_not_know_are_found() -> None:
    text = "rules:\n  - name: one\n    issues: [sanction]\n    contexts: [UKR, unknown]\n    actors:\n      - XYZZY\n"
    faults = unknown_words(parse_rules(text), text, *vocabulary())
    assert [(fault.line, "sanctions" in fault.message) for fault in faults] == [(6, False), (3, True)]


def test_the_shipped_rules_can_be_used() -> None:
    text = SHIPPED.read_text("utf-8")
    rules = parse_rules(text)
    assert not unknown_words(rules, text, *vocabulary())
    (told,) = rules.tell(shift("a"))
    assert told.severity == "critical"


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2025-05-21T21:30Z", "2025-05-22T05:00Z"),
        ("2025-05-22T04:59Z", "2025-05-22T05:00Z"),
        ("2025-05-22T05:00Z", None),
        ("2025-05-21T20:59Z", None),
        ("2025-12-21T22:30Z", "2025-12-22T06:00Z"),
        ("2025-03-29T23:00Z", "2025-03-30T05:00Z"),
    ],
)
def test_quiet_hours_over_midnight_keep_local_time(now: str, until: str | None) -> None:
    hours: dict[str, Any] = {"from": "22:00", "to": "06:00", "timezone": "Europe/London"}
    ends = datetime.fromisoformat(until) if until else None
    assert Quiet.model_validate(hours).until(datetime.fromisoformat(now)) == ends


def test_quiet_hours_by_day() -> None:
    hours = Quiet.model_validate({"from": "12:00", "to": "13:00"})
    assert hours.until(datetime(2025, 1, 1, 12, 30, tzinfo=UTC)) == datetime(2025, 1, 1, 13, tzinfo=UTC)
    assert hours.until(datetime(2025, 1, 1, 13, 0, tzinfo=UTC)) is None
