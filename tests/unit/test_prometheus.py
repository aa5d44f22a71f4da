"""The alert rules against promtool, the runbook and the catalogue of metrics."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams import metrics
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


def test_the_rules_name_only_metrics_that_the_catalogue_has() -> None:
    known = {metric._name for metric in vars(metrics).values() if hasattr(metric, "_name")}
    for rule in rules():
        for name in re.findall(r"stancewatch_\w+", rule["expr"]):
            assert re.sub(r"_(total|bucket)$", "", name) in known, name
