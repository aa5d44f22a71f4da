"""A list of feeds from another reader (OPML) as entries for ``deploy/feeds.yaml``."""

import re
import unicodedata
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

import yaml
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from pydantic import ValidationError

from streams.feeds.config import FeedSpec
from streams.feeds.errors import FetchFailed


@dataclass(frozen=True, slots=True)
class Imported:
    """What a list gives: new feeds, and for every other line why it is left."""

    feeds: tuple[FeedSpec, ...]
    left: tuple[str, ...]


def read_opml(body: bytes, known: tuple[FeedSpec, ...]) -> Imported:
    """The feeds of a list that are not known by their address. Raises FetchFailed if it is no OPML."""
    try:
        root = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise FetchFailed("not_opml", f"no OPML: {error!r}") from error
    if root.tag.lower() != "opml":
        raise FetchFailed("not_opml", f"no OPML: the document is <{root.tag[:40]}>")
    names, addresses = {feed.name for feed in known}, {feed.url for feed in known}
    feeds: list[FeedSpec] = []
    left: list[str] = []
    for outline in root.iter("outline"):
        url = (_attribute(outline, "xmlUrl") or "").strip()
        if not url:
            continue  # a folder
        title = " ".join((_attribute(outline, "title") or _attribute(outline, "text") or url).split())[:256]
        if url in addresses:
            left.append(f"{url}: is there already")
            continue
        language = _attribute(outline, "language")
        try:
            spec = FeedSpec(
                name=unused(slug(title), names),
                url=url,
                source=title,
                language=None if language in {None, "", "unknown"} else language,
            )
        except ValidationError as error:
            left.append(f"{url}: {error.errors()[0]['msg']}")
            continue
        names.add(spec.name)
        addresses.add(url)
        feeds.append(spec)
    return Imported(tuple(feeds), tuple(left))


def slug(title: str) -> str:
    """A name for a feed, such as ``le-monde-une`` for "Le Monde, à la une"."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].strip("-") or "feed"


def unused(name: str, names: set[str]) -> str:
    """The name, with a number where it is taken."""
    number, found = 1, name
    while found in names:
        number += 1
        found = f"{name}-{number}"
    return found


def as_yaml(feeds: tuple[FeedSpec, ...]) -> str:
    """Entries to be put under ``feeds:``, indented as in the file."""
    entries = [feed.model_dump(exclude_defaults=True) for feed in feeds]
    text: str = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=110)
    return "".join(f"  {line}\n" for line in text.splitlines())


def added(text: str, entries: str) -> str | None:
    """The file's text with more entries at its end; None where they would not come to stand under ``feeds:``."""
    if "feeds" not in (yaml.safe_load(text) or {}):
        text = text.rstrip("\n") + "\n\nfeeds:\n" if text.strip() else "feeds:\n"
    text = re.sub(r"^feeds: \[\]$", "feeds:", text, flags=re.M)
    whole = text.rstrip("\n") + "\n" + entries
    try:
        before, after = yaml.safe_load(text), yaml.safe_load(whole)
    except yaml.YAMLError:
        return None
    expected = {**before, "feeds": [*(before["feeds"] or []), *yaml.safe_load(entries)]}
    return whole if after == expected else None


def _attribute(outline: Element, name: str) -> str | None:
    return next((value for key, value in outline.attrib.items() if key.lower() == name.lower()), None)
