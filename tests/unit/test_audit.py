"""What the audit says to each answer: a flaw fails, silence is told and never called safe."""

import json
from typing import Any

import pytest

from tests.audit import BROKEN, VULNERABLE, read

SOUND = {"name": "yarl", "version": "1.0", "vulns": []}
FLAWED = {"name": "wrapt", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
UNKNOWN = {"name": "ours", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("dependencies", "code", "words"),
    [
        ([SOUND], 0, "1 packages audited, 0 known vulnerabilities"),
        ([SOUND, UNKNOWN], 0, "not audited, since the service does not know them: ours"),
        ([SOUND, FLAWED], VULNERABLE, "wrapt 2.0: PYSEC-1, mended in 2.1"),
        ([UNKNOWN, UNKNOWN], 0, "NOT AUDITED"),
    ],
)
def test_a_report_is_judged(dependencies: list[dict[str, Any]], code: int, words: str) -> None:
    found, lines = read(0, json.dumps({"dependencies": dependencies}), "")
    assert found == code
    assert words in "\n".join(lines)


def test_a_service_that_is_away_is_told_and_any_other_failure_fails() -> None:
    code, lines = read(1, "", "ERROR: HTTPSConnectionPool: Max retries exceeded")
    assert code == 0
    assert lines[0].startswith("NOT AUDITED")
    assert read(2, "", "usage: pip-audit: no such option")[0] == BROKEN
    assert read(1, "", "")[0] == BROKEN
