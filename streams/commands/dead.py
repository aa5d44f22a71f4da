"""``dead``: look at dead letters, send them again, or drop them."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import typer
from elasticsearch import ApiError, TransportError

from streams.codec import encode
from streams.commands.common import EXIT_INPUT, EXIT_SERVICE, EXIT_USAGE, fail, out, settings_or_exit
from streams.deadletter import original_value
from streams.graveyard import Filter, Graveyard, Letter
from streams.logs import printable
from streams.search import told
from streams.settings import Settings

app = typer.Typer(help="Look at dead letters, send them again, or drop them.", no_args_is_help=True)
T = TypeVar("T")


class State(StrEnum):
    """What became of a dead letter."""

    open = "open"
    replayed = "replayed"
    dropped = "dropped"
    all = "all"


Code = Annotated[str | None, typer.Option(help="Only letters with this code, such as bad_json.")]
Step = Annotated[str | None, typer.Option(help="Only letters of this role.")]
Topic = Annotated[str | None, typer.Option(help="Only letters from this topic, such as articles.raw.")]
Text = Annotated[str | None, typer.Option(help="Only letters with these words in text or reason.")]
Since = Annotated[datetime | None, typer.Option(help="Only letters from this time on (UTC).")]
Until = Annotated[datetime | None, typer.Option(help="Only letters before this time (UTC).")]
Ids = Annotated[list[str] | None, typer.Argument(help="Ids of dead letters; or use filters.")]
Everything = Annotated[bool, typer.Option("--all", help="Every open letter: no filter is needed.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")]


@app.command("list")
def list_letters(
    code: Code = None, step: Step = None, topic: Topic = None, text: Text = None, since: Since = None,
    until: Until = None,
    state: Annotated[State, typer.Option(help="open, replayed, dropped or all.")] = State.open,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, with the bytes.")] = False,
) -> None:  # fmt: skip
    """List dead letters, the newest first, with how many there are of each reason.

    Examples:

        stancewatch dead list

        stancewatch dead list --code bad_json --since 2025-05-01 --json
    """
    wanted = Filter((), code, step, topic, text, _utc(since), _utc(until), state.value)
    letters, counts = _run(lambda yard: _look(yard, wanted, limit))
    if as_json:
        for letter in letters:
            typer.echo(encode({**letter.fields(), "state": letter.state}).decode())
        return
    for letter in letters:
        dead = letter.dead
        line = f"{dead.dead_id}  {dead.at:%Y-%m-%d %H:%M:%S}  {dead.step:8}  {letter.state:8}  {dead.reason[:120]}"
        out().print(printable(line), markup=False, soft_wrap=True)
    total = ", ".join(f"{name} {count}" for name, count in counts.items())
    out().print(f"{sum(counts.values())} letters" + (f": {total}" if total else ""), style="bold")


@app.command("show")
def show(dead_id: Annotated[str, typer.Argument(help="Id of a dead letter.")]) -> None:
    """Show one dead letter: where it stood, why it died, and its text with what would move a terminal escaped.

    Examples:

        stancewatch dead show 0f3c0d0f6a3b4b0d8c7e5a1f2b3c4d5e
    """
    letters, _ = _run(lambda yard: _look(yard, Filter((dead_id,), state="all"), 1))
    if not letters:
        raise fail(f"there is no dead letter {printable(dead_id)!r}", EXIT_INPUT)
    (letter,) = letters
    for name, value in letter.fields().items():
        if name != "value_base64":
            out().print(f"{name:>10}  {printable(str(value))}", markup=False, soft_wrap=True)
    out().print(f"{'state':>10}  {letter.state}\n", markup=False)
    text = original_value(letter.dead).decode("utf-8", "replace")
    out().print(printable(text, keep="\n"), markup=False, soft_wrap=True)


@app.command("replay")
def replay(
    ids: Ids = None, code: Code = None, step: Step = None, topic: Topic = None, text: Text = None,
    since: Since = None, until: Until = None, everything: Everything = False, dry_run: DryRun = False,
) -> None:  # fmt: skip
    """Send the original bytes to the topic that they came from, and mark the letters as replayed.

    A record that fails again becomes a new dead letter. What was marked already is left alone.

    Examples:

        stancewatch dead replay --code read_timeout --dry-run

        stancewatch dead replay 0f3c0d0f6a3b4b0d8c7e5a1f2b3c4d5e
    """
    wanted = _selection(
        everything, Filter(tuple(ids or ()), code, step, topic, text, _utc(since), _utc(until), "open")
    )
    done, foreign = _run(lambda yard: yard.replay(wanted, dry_run))
    out().print(f"{done} {'would be sent' if dry_run else 'sent'} again")
    if foreign:
        raise fail(
            f"{foreign} letters come from topics that this installation does not have, or hold their record in part",
            EXIT_INPUT,
        )


@app.command("drop")
def drop(
    ids: Ids = None, code: Code = None, step: Step = None, topic: Topic = None, text: Text = None,
    since: Since = None, until: Until = None, everything: Everything = False, dry_run: DryRun = False,
) -> None:  # fmt: skip
    """Mark letters as dropped: nobody needs to look at them again. Their bytes stay until retention ends.

    Examples:

        stancewatch dead drop --code empty_text --until 2025-05-01

        stancewatch dead drop --all --dry-run
    """
    wanted = _selection(
        everything, Filter(tuple(ids or ()), code, step, topic, text, _utc(since), _utc(until), "open")
    )
    done = _run(lambda yard: yard.drop(wanted, dry_run))
    out().print(f"{done} {'would be dropped' if dry_run else 'dropped'}")


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at else None


def _selection(everything: bool, wanted: Filter) -> Filter:
    if wanted.selects() == everything:
        raise fail("name letters, or give a filter, or --all; not both", EXIT_USAGE)
    return wanted


async def _look(yard: Graveyard, wanted: Filter, limit: int) -> tuple[list[Letter], dict[str, int]]:
    return await yard.find(wanted, limit), await yard.count(wanted)


def _run(act: Callable[[Graveyard], Coroutine[Any, Any, T]]) -> T:
    settings = settings_or_exit()

    async def call(settings: Settings) -> T:
        async with Graveyard(settings) as yard:
            return await act(yard)

    try:
        return asyncio.run(call(settings))
    except TransportError as error:
        raise fail(
            f"no Elasticsearch answers at {settings.elasticsearch}: {told(error)}", EXIT_SERVICE
        ) from error
    except ApiError as error:
        raise fail(f"Elasticsearch refuses: {error.status_code} {error.message}", EXIT_SERVICE) from error
