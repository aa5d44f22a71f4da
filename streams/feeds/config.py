"""Which feeds are read, how often and how far: ``deploy/feeds.yaml``."""

import re
from collections import Counter
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from streams.rules import Fault, line_of
from streams.settings import SettingsError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_HOST = r"^[a-z0-9_]([a-z0-9._:-]*[a-z0-9])?$"


class FeedsError(SettingsError):
    """The file cannot be used; ``faults`` says everything that is wrong with it."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        super().__init__("\n".join(f"{path}: {fault}" for fault in faults))
        self.faults = faults


def _seconds(given: object) -> object:
    """``90``, ``90s``, ``15m``, ``6h`` or ``2d`` as seconds."""
    if not isinstance(given, str):
        return given
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", given.strip())
    if found is None:
        raise ValueError(f"{given!r} is no duration; write 90s, 15m, 6h or 2d")
    return float(found[1]) * _UNITS[found[2] or "s"]


def _address(given: str) -> str:
    try:
        parts = urlsplit(given)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"\s", given):
        raise ValueError("write an address such as https://news.example/rss.xml")
    if parts.username or parts.password:
        raise ValueError("an address may hold no user or password: this file is no place for secrets")
    return given


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


Seconds = Annotated[float, BeforeValidator(_seconds)]
Address = Annotated[str, Field(max_length=2048), AfterValidator(_address)]


class FeedSpec(_Strict):
    """One feed. ``source`` is the outlet as a reader would name it: several feeds may share one."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
    url: Address
    source: Annotated[str, Field(min_length=1, max_length=256)]
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")] | None = None
    interval: Annotated[Seconds, Field(ge=60, le=7 * 86400)] = 900
    full_text: bool = True
    silent_after: Annotated[Seconds, Field(ge=600, le=90 * 86400)] = 86400
    max_items: Annotated[int, Field(ge=1, le=2000)] = 200
    enabled: bool = True


class Feeds(_Strict):
    """The whole file."""

    contact: Annotated[str, Field(pattern=r"^[\x21-\x7e]+$", max_length=200)] | None = None
    allow_hosts: tuple[Annotated[str, Field(pattern=_HOST)], ...] = ()
    host_delay: Annotated[Seconds, Field(ge=0, le=60)] = 2
    at_once: Annotated[int, Field(ge=1, le=64)] = 16
    feeds: tuple[FeedSpec, ...] = ()

    @property
    def enabled(self) -> tuple[FeedSpec, ...]:
        """The feeds that are to be read."""
        return tuple(feed for feed in self.feeds if feed.enabled)


def load_feeds(path: Path) -> Feeds:
    """The feeds of a file. Raises FeedsError that names every fault with its line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FeedsError(path, [Fault(1, "file", f"cannot be read: {error} (STANCEWATCH_FEEDS)")]) from error
    try:
        document = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - builds strings, lists and mappings only
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise FeedsError(path, [Fault(mark.line + 1 if mark else 1, "file", f"no YAML: {error}")]) from error
    if isinstance(document, dict) and document.get("feeds") == "":
        document = {**document, "feeds": []}  # every feed is commented out
    try:
        feeds = Feeds.model_validate(document or {})
    except ValidationError as error:
        faults = [
            Fault(line_of(node, e["loc"]), ".".join(map(str, e["loc"])) or "file", e["msg"])
            for e in error.errors()
        ]
        raise FeedsError(path, faults) from error
    twice = [
        Fault(line_of(node, ("feeds", place, field)), f"feeds.{place}.{field}", f"{value!r} stands twice")
        for field in ("name", "url")
        for place, value in _repeated([getattr(feed, field) for feed in feeds.feeds])
    ]
    if twice:
        raise FeedsError(path, twice)
    return feeds


def _repeated(values: list[str]) -> list[tuple[int, str]]:
    seen: Counter[str] = Counter()
    repeated = []
    for place, value in enumerate(values):
        seen[value] += 1
        if seen[value] > 1:
            repeated.append((place, value))
    return repeated
