"""Reads the lexicon files and says which version of them an article was read with."""

import functools
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pycountry
import yaml
from countryinfo import all_countries

from streams.core.actors import Catalogue, build
from streams.core.story import Watched

_FOLDER = Path(__file__).parent / "lexicons"
_SOURCES = {
    "organisations": "actors/organisations.yaml",
    "groups": "actors/groups.yaml",
    "institutions": "actors/institutions.yaml",
    "leaders": "actors/leaders.yaml",
    "grammar": "actors/grammar.yaml",
    "places": "places.yaml",
}


def load_catalogue() -> Catalogue:
    """Build the actor catalogue from the lexicon files and the country libraries."""
    return build(actor_data())


@functools.cache
def actor_data() -> dict[str, Any]:
    """Give the parsed lexicon of actors and places, the libraries' countries merged in."""
    data = {key: read_yaml(path) for key, path in _SOURCES.items()}
    states = read_yaml("actors/countries.yaml")
    data["countries"] = list(_countries(states))
    data["ambiguous"] = states["ambiguous"]
    return data


@functools.cache
def issue_data() -> tuple[dict[str, Any], ...]:
    """Give the parsed issue files, in the order of their names."""
    return tuple(read_yaml(f"issues/{path.name}") for path in sorted((_FOLDER / "issues").glob("*.yaml")))


def watched_issues(rows: Iterable[Mapping[str, Any]] = ()) -> dict[str, Watched]:
    """Give what the fold knows of issues, by id: of the package's own, and of more parsed issue files."""
    return {row["id"]: _watched(row) for row in (*issue_data(), *rows)}


def _watched(row: Mapping[str, Any]) -> Watched:
    name = row.get("name", row["id"].replace("_", " "))
    words = f"{row['article']} {name}" if "article" in row else name
    return Watched(words, row.get("link", "in"), row["context"] == "deployment")


def read_yaml(path: str) -> Any:
    """Parse a file of the lexicon folder. Dates and codes stay the strings that they are written as."""
    with (_FOLDER / path).open(encoding="utf-8") as lines:
        return yaml.load(lines, Loader=_Loader)  # noqa: S506 - derived from the safe loader


def content_version(*parts: object) -> str:
    """Name parsed data by its content: 12 hexadecimal digits that change when any wording does."""
    canonical = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()[:12]


class _Loader(yaml.CSafeLoader):
    """The safe loader without its YAML 1.1 surprises: ``NO`` is no falsehood and a date is a string."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, match) for tag, match in resolvers if not tag.endswith((":bool", ":timestamp", ":float"))]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _countries(states: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    facts = {each.info()["ISO"]["alpha3"]: each.info() for each in all_countries()}
    corrections: dict[str, Any] = dict(states["countries"])
    territories = set(states["territories"])
    for country in sorted(pycountry.countries, key=lambda each: str(each.alpha_3)):
        code = country.alpha_3
        if code in states["skip"]:
            continue
        info = {} if code in territories else facts.get(code, {})
        yield _country(code, country, info, corrections.pop(code, {}) or {})
    for code, own in corrections.items():
        yield {"id": code, **own}


def _country(code: str, country: Any, info: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    common = getattr(country, "common_name", country.name)
    drop = set(own.get("drop", ()))
    official = getattr(country, "official_name", "").removeprefix("the ")
    names = [common, official, "" if code == "GBR" else info.get("name", "")]
    demonyms = [each.strip() for each in (info.get("demonym") or "").split(",")]
    return {
        "id": code,
        "name": own.get("name", common),
        "names": _kept([*names, *own.get("names", ())], drop),
        "adjectives": _kept(
            ["" if code == "GBR" else each for each in demonyms] + own.get("adjectives", []), drop
        ),
        "people": own.get("people", []),
        "seats": _kept(own.get("seats", [info.get("capital") or ""]), drop),
        "guarded": own.get("guarded") in {True, "true"},
    }


def _kept(names: Iterable[str], drop: set[str]) -> list[str]:
    """Leave out empty, repeated and dropped ones, and the inverted ones of ISO (``Korea, Republic of``)."""
    bare = (each.removeprefix("The ") for each in names)
    return [each for each in dict.fromkeys(bare) if each and ", " not in each and each not in drop]
