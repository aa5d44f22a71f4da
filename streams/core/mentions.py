"""What was found in a text, and the words that it was found by. Positions count code points of the text."""

import datetime
import unicodedata
from dataclasses import dataclass
from typing import Literal, NamedTuple

from streams.core.model import Actor

Kind = Literal[
    "country",
    "demonym",
    "leader",
    "seat",
    "institution",
    "organisation",
    "group",
    "coalition",
    "city",
    "region",
    "pronoun",
]
STATE_KINDS: frozenset[Kind] = frozenset({"country", "demonym", "leader", "seat", "institution"})
PLACE_KINDS: frozenset[Kind] = frozenset({"city", "region"})
Part = Literal["actor", "person", "place", "head", "modifier", "former", "outsider", "noise"]
Case = Literal["proper", "exact", "any"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A piece of text that names an actor or a place: ``text[start:end] == surface``.

    country is the alpha-3 code that the mention points at as a place (Kremlin: RUS, Gaza: PSE). is_actor is
    False where it can only be a place, a former official, the opposition, a company. part names the
    sub-actor that spoke or acted, such as ``USA.PENTAGON``, and the actor is
    its state all the same.
    """

    start: int
    end: int
    surface: str
    actor: Actor
    kind: Kind
    country: str | None
    is_actor: bool
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning of a wording: what it names, when, and how it must be written to be taken so.

    capital: where the letter stands that must not be lower-case, 3 in ``al-Shabaab``. exact: the only
    spellings that count, for acronyms. guarded: a capitalised stranger beside the wording makes it somebody
    else's name. shy: a family name too common to stand alone before its bearer was introduced. bearer: the
    person whose name the wording is. takes_name: a title that a name may follow. cues: taken only where one
    of these words occurs in the text and none of ``unless`` does.
    """

    id: str
    name: str
    kind: Kind
    part: Part
    country: str | None = None
    is_actor: bool = True
    sub: str | None = None
    case: Case = "proper"
    capital: int = 0
    exact: frozenset[str] = frozenset()
    guarded: bool = False
    shy: bool = False
    takes_name: bool = False
    bearer: str | None = None
    since: datetime.date = datetime.date.min
    until: datetime.date = datetime.date.max
    cues: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


class Token(NamedTuple):
    """A wording at its place in the text, with the sense taken; is_current is False out of its dates."""

    start: int
    end: int
    sense: Sense
    is_current: bool


class _Fold(dict[int, int]):
    """Code point to code point: lower case without marks, and a space for what is no letter or digit."""

    def __missing__(self, code: int) -> int:
        letter = unicodedata.normalize("NFKD", _BARRED.get(chr(code), chr(code)))[0].lower()
        folded = ord(letter[0]) if letter[0].isalnum() else 32
        self[code] = folded
        return folded


_BARRED = {"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ı": "i", "ə": "a", "Ə": "a", "ß": "s"}
_FOLD = _Fold()


def fold(text: str) -> str:
    """Give the text in the form that wordings are compared in: as many code points as before."""
    return text.translate(_FOLD)
