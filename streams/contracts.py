"""The JSON Schemas of ``schemas/``, loaded and compiled."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from streams.core.validate import RawArticles


def schema(name: str) -> dict[str, Any]:
    """One contract by its name, such as ``raw-article``."""
    document: dict[str, Any] = json.loads(files("schemas").joinpath(f"{name}.schema.json").read_text("utf-8"))
    return document


@cache
def raw_articles() -> RawArticles:
    """The reader of the raw edge."""
    return RawArticles(schema("raw-article"))
