"""``stancewatch-health``: whether the worker in this container makes progress.

It runs every few seconds, so it imports next to nothing."""

import os
import sys
import urllib.error
import urllib.request


def main() -> None:
    """Exit with 0 if /healthz answers 200, else with 1; what it answered goes to stdout."""
    port = os.environ.get("STANCEWATCH_MONITOR_PORT", "9100")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/healthz", timeout=4) as answer:
            sys.stdout.write(answer.read().decode("utf-8", "replace"))
    except urllib.error.HTTPError as error:
        sys.exit(error.read().decode("utf-8", "replace"))
    except OSError as error:
        sys.exit(f"no answer on port {port}: {error}")
