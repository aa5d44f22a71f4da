"""From the parsed lexicon to the wordings and what each can mean.

Three conventions of the data: a wording in capitals (``US``, ``M23``) counts only as it is written, one in
small letters in any case, any other wherever it begins with a capital.
"""

import calendar
import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from streams.core.mentions import Sense, fold

Entry = tuple[str, Sense]
Data = Mapping[str, Any]
_PARTICLE = re.compile(
    r"(?:al|el|an|ar|as|ash|at|az|von|van|der|den|de|da|di|do|dos"
    r"|du|le|la|bin|ibn|ben|the|of|abu)"
)


def wordings(data: Data) -> Iterator[Entry]:
    """Give every wording of the lexicon with each of its senses; of two that fit, the first counts."""
    names = {row["id"]: row["name"] for row in data["countries"]}
    names |= {id_: row["name"] for key in ("organisations", "groups") for id_, row in data[key].items()}
    yield from _ambiguous(data.get("ambiguous", ()), names)
    for row in data["countries"]:
        yield from _country(row)
    for id_, row in data["organisations"].items():
        yield from _body(id_, row, "organisation")
    for id_, row in data["groups"].items():
        yield from _body(id_, row, row.get("kind", "group"))
    homes = {id_: row.get("home") for key in ("organisations", "groups") for id_, row in data[key].items()}
    for id_, parts in data["institutions"].items():
        base = Sense(id_, names[id_], "institution", "actor", country=homes.get(id_, id_))
        yield from _parts(base, parts)
    for id_, people in data["leaders"].items():
        base = Sense(id_, names[id_], "leader", "person", country=homes.get(id_, id_))
        for person in people:
            yield from _leader(base, person)
    yield from _places(data["places"], names)
    yield from _grammar(data["grammar"])


def term(interval: str) -> tuple[datetime.date, datetime.date]:
    """Read ``2021-01-20/2025-01-20``; a month or year counts from first to last day, ``..`` is open."""
    first, _, last = interval.partition("/")
    return _day(first, is_last=False), _day(last, is_last=True)


def _day(value: str, *, is_last: bool) -> datetime.date:
    if value in {"", ".."}:
        return datetime.date.max if is_last else datetime.date.min
    year, month, day = ([int(part) for part in value.split("-")] + [0, 0])[:3]
    month = month or (12 if is_last else 1)
    return datetime.date(year, month, day or (calendar.monthrange(year, month)[1] if is_last else 1))


def _each(sense: Sense, names: Iterable[str]) -> Iterator[Entry]:
    for name in names:
        if name.isupper():
            written = name.rstrip(".")
            yield name, replace(sense, case="exact", exact=frozenset({written}))
        elif name.islower():
            yield name, replace(sense, case="any")
        else:
            yield name, replace(sense, capital=_capital(name))


def _capital(name: str) -> int:
    """Where the first capital stands that is not a particle's, which news writes either way: al-Shabaab."""
    at = 0
    for word in fold(name).split(" "):
        if word and name[at].isupper() and not _PARTICLE.fullmatch(word):
            return at
        at += len(word) + 1
    return 0


def _country(row: Data) -> Iterator[Entry]:
    sense = Sense(
        row["id"],
        row["name"],
        "country",
        "actor",
        country=row.get("country", row["id"]),
        guarded=row.get("guarded", False),
    )
    yield from _each(sense, [row["name"], *row.get("names", ())])
    demonym = replace(sense, kind="demonym", guarded=False)
    yield from _each(demonym, row.get("adjectives", ()))
    yield from _each(replace(demonym, sub="PEOPLE"), row.get("people", ()))
    yield from _each(
        replace(sense, kind="seat", guarded=row.get("guarded_seat", False)), row.get("seats", ())
    )


def _body(id_: str, row: Data, kind: Any) -> Iterator[Entry]:
    sense = Sense(id_, row["name"], kind, "actor", country=row.get("home"))
    yield from _each(sense, [row["name"], *row.get("names", ())])
    unless = row.get("unless", {})
    for name, cues in row.get("cued", {}).items():
        yield from _each(replace(sense, cues=_cues(cues), unless=_cues(unless.get(name, ()))), [name])
    yield from _each(replace(sense, kind="seat", country=row.get("seat_country")), row.get("seats", ()))
    yield from _parts(sense, row.get("parts", {}))


def _parts(base: Sense, parts: Mapping[str, Any]) -> Iterator[Entry]:
    for part, row in parts.items():
        more = row if isinstance(row, dict) else {"names": row}
        sense = replace(
            base,
            sub=f"{base.id}.{part.removesuffix('_ALONE')}",
            country=more.get("country", base.country),
            is_actor=more.get("is_actor", True),
            takes_name=more.get("takes_name", False),
            cues=_cues(more.get("cues", ())),
            unless=_cues(more.get("unless", ())),
        )
        yield from _each(sense, more["names"])


def _cues(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(f" {fold(word).strip()} " for word in words)


def _leader(base: Sense, person: Data) -> Iterator[Entry]:
    name: str = person["name"]
    family: str = person.get("family", name.rpartition(" ")[2])
    given = name.removesuffix(family).strip()
    families = [family, *person.get("spellings", ())]
    # One name of one word (Hemedti, Lula) is known by it and needs no introduction.
    full = [f"{given} {each}" if given else each for each in families] + list(person.get("also", ()))
    for interval in person["terms"].split():
        since, until = term(interval)
        sub = f"{base.id}.{person['role'].upper().replace(' ', '_')}"
        sense = replace(base, bearer=name, sub=sub, since=since, until=until)
        yield from _each(sense, full)
        if given:
            alone = replace(sense, guarded=True, shy=person.get("common", False))
            yield from _each(alone, families)


def _places(places: Data, names: Mapping[str, str]) -> Iterator[Entry]:
    for code, kinds in places.items():
        country = None if code == "NONE" else code
        state = names.get(code, "")
        for kind, key in (("city", "cities"), ("region", "regions")):
            sense = Sense(
                code, state, "city" if kind == "city" else "region", "place", country=country, is_actor=False
            )
            yield from _each(sense, kinds.get(key, ()))
        guarded = Sense(code, state, "city", "place", country=country, is_actor=False, guarded=True)
        yield from _each(guarded, kinds.get("guarded", ()))


def _ambiguous(rows: Iterable[Data], names: Mapping[str, str]) -> Iterator[Entry]:
    for row in rows:
        is_actor = row.get("is_actor", False)
        sense = Sense(
            row["id"],
            names.get(row["id"], row["id"]),
            row.get("kind", "region"),
            "actor" if is_actor else "place",
            country=row.get("country"),
            is_actor=is_actor,
            guarded=row.get("guarded", False),
            cues=_cues(row.get("cues", ())),
            unless=_cues(row.get("unless", ())),
        )
        yield from _each(sense, row["names"])


def _grammar(grammar: Data) -> Iterator[Entry]:
    blank = Sense("", "", "institution", "noise", is_actor=False)
    for key, takes_name in (("titles", True), ("bodies", False)):
        for sub, names in grammar[key].items():
            head = replace(blank, part="head", sub=sub, takes_name=takes_name)
            yield from _each(head, names)
    yield from _each(blank, grammar["noise"])
    yield from _each(replace(blank, part="modifier"), grammar["modifiers"])
    yield from _each(replace(blank, part="former"), grammar["former"])
    yield from _each(replace(blank, part="outsider"), grammar["outsiders"])
    yield from _each(replace(blank, part="outsider", sub="VERB"), grammar["outsider_verbs"])
    yield from _each(replace(blank, part="outsider", sub="BODY"), grammar["outsider_bodies"])
