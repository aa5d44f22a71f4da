"""What setup says of each thing that it looked at."""

from dataclasses import dataclass
from typing import Literal

from streams.settings import ServiceUnreachable

# unavailable: this server has no such thing, and the product works without it.
Outcome = Literal[
    "unchanged", "created", "updated", "would create", "would update", "mismatch", "unavailable"
]


class SetupError(ServiceUnreachable):
    """Setup cannot go on; the message says what, where and what to do."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that setup looked at. mend: the command that cures a mismatch."""

    what: str
    name: str
    outcome: Outcome
    detail: str = ""
    mend: str = ""


def outcome(*, exists: bool, dry_run: bool) -> Outcome:
    """What becomes of a thing that is not as it should be."""
    if dry_run:
        return "would update" if exists else "would create"
    return "updated" if exists else "created"
