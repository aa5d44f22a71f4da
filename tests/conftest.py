"""Fixtures that every kind of test may use."""

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.services", "tests.publisher"]

# What stands in .env is for the services of whoever wrote it. Commands that tests run read none either.
os.environ["STANCEWATCH_ENV_FILE"] = ""
SHARED = Path(os.environ.get("STANCEWATCH_SHARED", Path(__file__).parents[2] / "shared"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of development data beside the checkout; skips where there is none."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip(f"no shared labels: {folder} is not there")
    return folder
