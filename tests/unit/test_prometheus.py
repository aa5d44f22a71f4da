"""The alert rules against promtool, the runbook and the catalogue of metrics."""

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from streams import metrics
from streams.contracts import raw_articles
from streams.core.errors import Rejected
from streams.deadletter import KEPT_IN_PART
from tests.programs import program

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy/prometheus"


def rules() -> list[dict[str, Any]]:
    loaded = yaml.safe_load((FOLDER / "rules.yml").read_text())
    return [rule for group in loaded["groups"] for rule in group["rules"]]


@pytest.mark.parametrize(
    "arguments", [("test", "rules", "rules_test.yml"), ("check", "config", "prometheus.yml")]
)
def test_promtool_takes_rules_and_configuration(arguments: tuple[str, ...]) -> None:
    done = subprocess.run([program("promtool"), *arguments], cwd=FOLDER, capture_output=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()


def test_every_alert_is_tested_and_has_its_paragraph_in_the_runbook() -> None:
    runbook = (ROOT / "docs/runbook.md").read_text()
    tested = yaml.safe_load((FOLDER / "rules_test.yml").read_text())["tests"]
    fired = {case["alertname"] for test in tested for case in test["alert_rule_test"] if case["exp_alerts"]}
    for rule in rules():
        name = rule["alert"]
        assert name in fired, name
        assert rule["annotations"]["runbook_url"] == f"docs/runbook.md#{name.lower()}"
        assert f"\n## {name}\n" in runbook


def test_every_code_of_a_dead_letter_is_born_at_zero() -> None:
    """Else a first burst of a code would appear at its height, and increase() would see nothing."""
    sources = "".join(path.read_text() for path in (ROOT / "streams").rglob("*.py"))
    given = {KEPT_IN_PART, *re.findall(r'Rejected\(\s*"(\w+)"', sources), *_schema_codes()}
    kept = {"unread", "not_sent", "bad_input", "bad_csv", "bad_parquet", "bad_warc"}
    assert given - kept == set(metrics.CODES), "these never leave the process, or are told by publish"


def _schema_codes() -> list[str]:
    """The codes that ``_schema_code`` makes of what the schema says."""
    cases: list[dict[str, Any]] = [
        {"published_at": 1, "text": "x"}, {"source": "x", "text": "x"}, {"source": "x", "published_at": 1},
        {"source": 1, "published_at": 1, "text": "x"}, {"source": "x" * 300, "published_at": 1, "text": "x"},
        {"source": "", "published_at": 1, "text": "x"},
    ]  # fmt: skip
    codes = []
    for case in cases:
        with pytest.raises(Rejected) as fault:
            raw_articles().read(orjson.dumps(case), datetime(2025, 1, 1, tzinfo=UTC))
        codes.append(fault.value.code)
    return [*codes, "bad_schema"]


def test_the_rules_name_only_metrics_that_the_catalogue_has() -> None:
    known = {metric._name for metric in vars(metrics).values() if hasattr(metric, "_name")}
    for rule in rules():
        for name in re.findall(r"stancewatch_\w+", rule["expr"]):
            assert re.sub(r"_(total|bucket)$", "", name) in known, name
