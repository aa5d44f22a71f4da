"""Alert rules of one's own: which shifts are told, to whom, and when not to wake anybody. ``deploy/alerts.yaml``."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from streams.core.model import Shift, ShiftKind, ShiftStatus
from streams.settings import SettingsError

ALERTMANAGER = "alertmanager"
UNKNOWN = "unknown"  # the context of a shift that has none
_STANCE = "(any|support|oppose|neutral)"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the file that cannot be used: its line, the path to it, and what is wrong."""

    line: int
    path: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.path}: {self.message}"


class RulesError(SettingsError):
    """The rules cannot be used; ``faults`` says everything that is wrong with them."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(f"no time zone {name!r}; write one such as Europe/London") from error
    return name


def _direction(given: str) -> str:
    if not re.fullmatch(f"{_STANCE}_to_{_STANCE}", given):
        raise ValueError("write oppose_to_support, any_to_oppose and so on")
    return given


def _listed(given: object) -> object:
    return [given] if isinstance(given, str) else given


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Quiet(_Strict):
    """Hours in which nothing is sent: what falls into them is kept and sent when they end."""

    start: time = Field(alias="from")
    end: time = Field(alias="to")
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"

    def until(self, now: datetime) -> datetime | None:
        """When the quiet that holds now ends; None outside of it. Hours may run over midnight."""
        local = now.astimezone(ZoneInfo(self.timezone))
        at = local.time().replace(tzinfo=None)
        overnight = self.start > self.end
        inside = (at >= self.start or at < self.end) if overnight else self.start <= at < self.end
        if not inside:
            return None
        day = local.date() + timedelta(days=1) if overnight and at >= self.start else local.date()
        return datetime.combine(day, self.end, ZoneInfo(self.timezone)).astimezone(UTC)


class Rule(_Strict):
    """Which shifts to tell to one channel. A list that is left out admits everything."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    actors: Words = ()
    issues: Words = ()
    contexts: Words = ()
    directions: Annotated[
        tuple[Annotated[str, AfterValidator(_direction)], ...], BeforeValidator(_listed)
    ] = ()
    kinds: Annotated[tuple[ShiftKind, ...], BeforeValidator(_listed)] = ()
    statuses: Annotated[tuple[ShiftStatus, ...], BeforeValidator(_listed)] = ("confirmed",)
    min_confidence: float = Field(default=0.0, ge=0, le=1)
    min_sources: int = Field(default=1, ge=1)
    severity: Literal["info", "warning", "critical"] = "info"
    quiet: Quiet | None = None
    channel: str = ALERTMANAGER

    def admits(self, shift: Shift) -> bool:
        """Whether the shift is one that this rule tells."""
        return (
            shift.status in self.statuses
            and (not self.kinds or shift.kind in self.kinds)
            and (not self.actors or bool({shift.actor.id, shift.actor.parent} & set(self.actors)))
            and (not self.issues or shift.issue in self.issues)
            and (not self.contexts or (shift.context or UNKNOWN) in self.contexts)
            and (not self.directions or any(map(self._turns(shift).__contains__, self.directions)))
            and shift.confidence >= self.min_confidence
            and len(shift.sources) >= self.min_sources
        )

    @staticmethod
    def _turns(shift: Shift) -> set[str]:
        before, after = shift.before.stance, shift.after.stance
        return {f"{a}_to_{b}" for a in (before, "any") for b in (after, "any")}


class Webhook(_Strict):
    """A channel of one's own: where to post, and the file that holds the secret which signs what is posted."""

    url: Annotated[str, Field(pattern=r"^https?://[^\s/]+")]
    secret_file: Path


class AlertRules(_Strict):
    """The whole file. The channel ``alertmanager`` is always there."""

    channels: dict[Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")], Webhook] = Field(default_factory=dict)
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _hang_together(self) -> "AlertRules":
        names = [rule.name for rule in self.rules]
        known = {ALERTMANAGER, *self.channels}
        wrong = [f"rule name {name!r} is used twice" for name in sorted(set(names)) if names.count(name) > 1]
        wrong += [f"rule {r.name!r}: no channel {r.channel!r}" for r in self.rules if r.channel not in known]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def tell(self, shift: Shift) -> tuple[Rule, ...]:
        """The rules that tell this shift: of each channel the first in the file that admits it."""
        first: dict[str, Rule] = {}
        for rule in self.rules:
            if rule.channel not in first and rule.admits(shift):
                first[rule.channel] = rule
        return tuple(first.values())


EVERY_CONFIRMED = AlertRules(rules=(Rule(name="every confirmed shift"),))


def load_rules(path: Path | None) -> AlertRules:
    """The rules of a file; without one, every confirmed shift goes to Alertmanager. Raises RulesError."""
    if path is None:
        return EVERY_CONFIRMED
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RulesError([Fault(1, str(path), f"cannot be read: {error}")]) from error
    return parse_rules(text)


def parse_rules(text: str) -> AlertRules:
    """Rules from YAML. Raises RulesError that names every fault with its line."""
    try:
        # Everything stays the string that is written: 22:00 is no number of seconds and NO no falsehood.
        document = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - builds strings, lists and mappings only
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise RulesError([Fault(mark.line + 1 if mark else 1, "file", f"no YAML: {error}")]) from error
    try:
        return AlertRules.model_validate(document)
    except ValidationError as error:
        found = error.errors()
        # A list whose members are all at fault is called too short as well: that is no second mistake.
        own = [each for each in found if each["type"] != "too_short" or len(found) == 1]
        raise RulesError([_fault(node, each["loc"], each["msg"]) for each in own]) from error


def unknown_words(rules: AlertRules, text: str, issues: set[str], actors: set[str]) -> list[Fault]:
    """Actors, issues and contexts that the lexicon does not know, so that no shift would ever have them."""
    node = yaml.compose(text, Loader=yaml.BaseLoader)
    known = {"actors": actors, "issues": issues, "contexts": actors | {UNKNOWN}}
    return [
        Fault(line_of(node, ("rules", place, field, spot)), f"rules.{place}.{field}", _hint(word, words))
        for place, rule in enumerate(rules.rules)
        for field, words in known.items()
        for spot, word in enumerate(getattr(rule, field))
        if word not in words
    ]


def _hint(word: str, words: set[str]) -> str:
    near = get_close_matches(word, words, n=3, cutoff=0.5)
    return f"the lexicon has no {word!r}" + (f"; do you mean {' or '.join(near)}?" if near else "")


def _fault(node: Any, where: tuple[int | str, ...], message: str) -> Fault:
    return Fault(line_of(node, where), ".".join(map(str, where)) or "file", message)


def line_of(node: Any, where: tuple[int | str, ...]) -> int:
    """The line of the deepest part of the path that exists in the composed YAML."""
    line = node.start_mark.line + 1 if node else 1
    for step in where:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
    return int(line)
