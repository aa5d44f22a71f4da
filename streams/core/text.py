"""Text as offsets: sentences that know where they stand, and a fingerprint that survives copying and light editing."""

import re
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from rensa import RMinHash

_PERMUTATIONS = 128
_MASK = 0xFF  # b-bit MinHash: eight bits a hash, so that the whole signature is 256 hexadecimal digits
_SHINGLE = 4
_COPY = 0.6
_SEED = 20_250_525

_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|\n+")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(“\"'‘.-])(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Lt|Col|Maj|Capt|Sgt|Adm|Brig|Cmdr|Pres|Amb|Hon|Rev|St|Jr|Sr"
    r"|vs|No|Nos|approx|est|Inc|Ltd|Co|Corp|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|e\.g|i\.e|al|Ft|Mt)\.$"
)
_OPENING = re.compile(r"\s+[\"'“‘(\[–—-]?\s?[^\W_a-zà-ÿ]")
_WORD = re.compile(r"\w+")
_KEPT = r"\\.|\(\?P"  # parts of a pattern in which a capital is no letter of the text
_OF_A_PATTERN = re.compile(rf"({_KEPT})|.", re.DOTALL)
_SUFFIXES = tuple("ations ation ments ment ings ing als al ies ied ions ion es ed s e y".split())
_NO_CASELESS = re.compile(r"\\[xuUN]|\(\?(?![P:=!<#])")


class Sentence(NamedTuple):
    """A sentence of a text: ``text[start:end]`` is it, without the white space around it."""

    start: int
    end: int


def split(text: str) -> list[Sentence]:
    """Cut a text into sentences. A line break ends one; an abbreviation's or an initial's full stop does not."""
    found: list[Sentence] = []
    start = 0
    for match in _END.finditer(text):
        if text[match.start()] != "\n" and not _is_end(text, match):
            continue
        _append(found, text, start, match.end())
        start = match.end()
    _append(found, text, start, len(text))
    return found


def _is_end(text: str, match: re.Match[str]) -> bool:
    if not _OPENING.match(text, match.end()):
        return False
    is_lone_stop = match.group() == "."
    return not (is_lone_stop and _ABBREVIATION.search(text, max(0, match.start() - 12), match.end()))


def _append(found: list[Sentence], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip())
    tail = len(piece.rstrip())
    if tail > lead:
        found.append(Sentence(start + lead, start + tail))


def lower(text: str) -> str:
    """Lower the case of a text and keep its length."""
    folded = text.lower()
    return folded if len(folded) == len(text) else "".join(char.lower()[0] for char in text)


def caseless(pattern: str) -> re.Pattern[str]:
    """Compile a pattern for text that ``lower`` has been through, in which it matches what it would match in any case.

    In half the time: a search without regard to case may not skip ahead to the letters that a match begins with. Raises
    ValueError for a pattern with flags of its own, or with letters written as numbers or names.
    """
    if (found := _NO_CASELESS.search(pattern)) is not None:
        raise ValueError(f"{found[0]!r} in a pattern that is looked for in lower case: {pattern[:80]}")
    return re.compile(_OF_A_PATTERN.sub(lambda part: part[1] or part[0].lower(), pattern))


def words(text: str) -> list[str]:
    """Give the words of a text in lower case, without marks."""
    return [word.lower() for word in _WORD.findall(text)]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Cut the commonest endings off a word, so that lift, lifts, lifted and lifting are one."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word


def fingerprint(text: str) -> str:
    """Give the near-duplicate signature of a text: 256 hexadecimal digits, two for each of 128 hashes.

    Shingles of four words, of fewer in a text that has no more. An empty text has the signature of no shingle at
    all and is a copy of nothing but another empty one.
    """
    tokens = words(text)
    size = min(_SHINGLE, max(1, len(tokens)))
    shingles = [" ".join(tokens[i : i + size]) for i in range(len(tokens) - size + 1)]
    signature = RMinHash(num_perm=_PERMUTATIONS, seed=_SEED)
    signature.update(shingles)
    low = np.array(signature.digest(), dtype=np.uint64) & np.uint64(_MASK)
    return low.astype(np.uint8).tobytes().hex()


@lru_cache(maxsize=4096)
def _bytes(signature: str) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    return np.frombuffer(bytes.fromhex(signature), dtype=np.uint8)


def similarity(left: str, right: str) -> float:
    """Estimate how many of their shingles two texts share, in [0, 1], from their signatures.

    Eight bits agree by chance once in 256; that share is taken off. Raises ValueError where one is no signature.
    """
    if len(left) != 2 * _PERMUTATIONS or len(right) != 2 * _PERMUTATIONS:
        raise ValueError(f"a fingerprint has {2 * _PERMUTATIONS} hexadecimal digits")
    agree = float(np.mean(_bytes(left) == _bytes(right)))
    by_chance = 1.0 / (_MASK + 1)
    return max(0.0, (agree - by_chance) / (1.0 - by_chance))


def is_copy(left: str, right: str) -> bool:
    """Whether two texts are one story reprinted: more than half of their shingles are the same."""
    return similarity(left, right) >= _COPY
