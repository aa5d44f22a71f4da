"""Articles that nobody writes and somebody sends: each is as large as its limit allows."""

import random
from collections.abc import Callable, Iterable

import orjson

TEXT = 1_048_576
HTML = 4_194_304
CLAIM = "France called for an immediate ceasefire in Gaza on Tuesday. "


def raw(number: int, **fields: object) -> bytes:
    """A raw article with these fields instead of a text."""
    return orjson.dumps(
        {"id": f"a-{number}", "source": "Northwind Wire", "published_at": "2025-05-21T08:00:00Z", **fields}
    )


def _filled(piece: str, size: int = TEXT) -> str:
    return (piece * (size // len(piece) + 1))[:size]


def _many_countries() -> str:
    names = (
        "France",
        "Germany",
        "Russia",
        "Ukraine",
        "Israel",
        "Gaza",
        "the United States",
        "China",
        "Iran",
        "Syria",
    )
    return _filled(", ".join(names) + ", ")


def _one_sentence() -> str:
    words = "France said that Germany, which Russia had told that a ceasefire in Gaza would follow the sanctions, "
    return f"<p>{_filled(words, 2_000_000)}</p>"


def _noise() -> str:
    rng = random.Random(7)
    return "".join(
        chr(rng.choice((rng.randrange(32, 127), rng.randrange(0x80, 0xD800), 0x1F600))) for _ in range(TEXT)
    )


_MAKERS: dict[str, Callable[[], dict[str, object]]] = {
    "deep HTML": lambda: {"html": "<div>" * 400_000 + CLAIM + "</div>" * 300_000},
    "deep HTML of inline tags": lambda: {"html": "<b><i>" * 300_000 + CLAIM},
    "HTML never closed": lambda: {"html": _filled("<p><table><tr><td>" + CLAIM, HTML)},
    "a million open angles": lambda: {"text": "<" * TEXT},
    "a million tags": lambda: {"text": _filled("<p>x")},
    "a million entities": lambda: {"text": _filled("&amp;lt;p&gt;")},
    "no spaces": lambda: {"text": "a" * TEXT},
    "spaces only, then a word": lambda: {"text": " " * (TEXT - 4) + "word"},
    "line ends and spaces": lambda: {"text": _filled(" \n\t")[:-4] + "word"},
    "a million quotes": lambda: {"text": _filled("\"'“”")},
    "quotes around words": lambda: {"text": _filled("“ceasefire” 'Gaza' ")},
    "a million countries": lambda: {"text": _many_countries()},
    "one name for ever": lambda: {"text": _filled("Germany ")},
    "issue words repeated": lambda: {"text": _filled("ceasefire sanctions troops ")},
    "claims repeated": lambda: {"text": _filled(CLAIM)},
    "claims in one sentence": lambda: {"text": _filled(CLAIM.replace(". ", " and "))},
    "right to left": lambda: {"text": _filled("\u202eوقف إطلاق النار \u202c Gaza ceasefire France ")},
    "combining characters": lambda: {"text": _filled("Z" + "\u0301\u0327\u0330" * 50 + " ceasefire ")},
    "only combining characters": lambda: {"text": "a" + "\u0301\u0327" * (TEXT // 2 - 1)},
    "full stops": lambda: {"text": "." * (TEXT - 8) + " France."},
    "abbreviations": lambda: {"text": _filled("Mr. A. B. U.S. No. ")},
    "brackets": lambda: {"text": "(" * (TEXT // 2) + ")" * (TEXT // 2)},
    "digits": lambda: {"text": "1" * TEXT},
    "hyphens": lambda: {"text": _filled("cease-fire-")},
    "one sentence of two megabytes": lambda: {"html": _one_sentence()},
    "noise": lambda: {"text": _noise()},
    "a long title": lambda: {"title": _filled("France, ceasefire ", 4096), "text": CLAIM},
    "many unknown fields": lambda: {"text": CLAIM, **{f"field {n}": n for n in range(200_000)}},
    "a wide unknown field": lambda: {"text": CLAIM, "more": [[]] * 1_000_000},
}


def articles(names: Iterable[str] = tuple(_MAKERS)) -> dict[str, bytes]:
    """Each article under what is wrong with it."""
    return {name: raw(number, **_MAKERS[name]()) for number, name in enumerate(names)}
