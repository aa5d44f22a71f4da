"""``make audit``: known vulnerabilities of what the image carries. Where nobody can be asked it says so, loudly."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements/run.lock"
VULNERABLE, BROKEN = 1, 70
UNASKED = "NOT AUDITED: {why}. This says nothing about the safety of the dependencies: run `make audit` where {where}."


def judge(dependencies: Sequence[dict[str, Any]]) -> tuple[int, list[str]]:
    """The exit code and the lines of a report by pip-audit: each dependency has ``vulns`` or a ``skip_reason``."""
    lines = [
        f"{found['name']} {found['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version yet'}"
        for found in dependencies
        for flaw in found.get("vulns", ())
    ]
    skipped = [found["name"] for found in dependencies if "skip_reason" in found]
    asked = len(dependencies) - len(skipped)
    if not asked:
        why = f"the advisory service knows none of the {len(skipped)} packages, as behind a mirror"
        return 0, [UNASKED.format(why=why, where="the public advisory service answers")]
    if skipped:
        lines.append(f"not audited, since the service does not know them: {', '.join(skipped)}")
    flaws = sum(len(found.get("vulns", ())) for found in dependencies)
    return (VULNERABLE if flaws else 0), [*lines, f"{asked} packages audited, {flaws} known vulnerabilities"]


def read(code: int, stdout: str, stderr: str) -> tuple[int, list[str]]:
    """The same for all that pip-audit may answer."""
    try:
        return judge(json.loads(stdout)["dependencies"])
    except (ValueError, KeyError):
        last = stderr.strip().splitlines()[-1:] or [f"pip-audit ended with {code} and said nothing"]
        is_away = any(
            word in stderr for word in ("Connection", "connect", "timed out", "Max retries", "ServiceError")
        )
        if is_away:
            why = f"the advisory service does not answer ({last[0][:200]})"
            return 0, [UNASKED.format(why=why, where="the network reaches it")]
        return BROKEN, [f"pip-audit failed: {last[0]}"]


def main() -> None:
    """Audit the lock file of the image."""
    command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--requirement", str(LOCK),
               "--format", "json", "--progress-spinner", "off"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    code, lines = read(done.returncode, done.stdout, done.stderr)
    print("\n".join(lines))
    sys.exit(code)


if __name__ == "__main__":
    main()
