"""Raw articles from files and standard input: JSONL, or one JSON object over many lines."""

import itertools
from collections.abc import Iterable, Iterator

import orjson


def raw_records(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """(line number from 1, bytes) of each record. Blank lines are passed over; bad ones come as they are.

    An input whose first line is no JSON by itself, but which is one object as a whole, is one record.
    """
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    first = next(numbered, None)
    if first is None:
        return
    if _is_json(first[1]):
        yield from itertools.chain([first], numbered)
        return
    rest = list(numbered)
    whole = b"".join(line for _, line in [first, *rest])
    yield from [(first[0], whole)] if _is_json(whole) else [first, *rest]


def _is_json(value: bytes) -> bool:
    try:
        orjson.loads(value)
    except orjson.JSONDecodeError:
        return False
    return True
