"""``search`` and ``shifts``: what was indexed, from the terminal."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, TypeVar

import typer
from elasticsearch import ApiError, AsyncElasticsearch, TransportError
from rich.console import Console
from rich.text import Text

from streams.codec import encode
from streams.commands.common import EXIT_SERVICE, EXIT_USAGE, counted, fail, out, settings_or_exit
from streams.commands.vocabulary import guesses
from streams.core.model import Quote, Shift
from streams.find import (
    LONGEST_QUERY,
    Fragment,
    Hit,
    Wanted,
    harmless,
    moment,
    search_articles,
    search_shifts,
)
from streams.search import make_client
from streams.settings import Settings

T = TypeVar("T")
COLOURS = {"support": "green", "oppose": "red", "neutral": "yellow"}

Actors = Annotated[
    list[str] | None, typer.Option("--actor", help="Id or name, such as GBR; may be repeated.")
]
Issues = Annotated[
    list[str] | None, typer.Option("--issue", help="Such as troop_deployment; may be repeated.")
]
Sources = Annotated[list[str] | None, typer.Option("--source", help="The outlet's name; may be repeated.")]
Since = Annotated[str | None, typer.Option(help="12h, 30d, 2w, or a day such as 2025-05-21.")]
Until = Annotated[str | None, typer.Option(help="Like --since; this moment itself is left out.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line instead of text.")]


class Status(StrEnum):
    """Which shifts to show."""

    confirmed = "confirmed"
    candidate = "candidate"
    retracted = "retracted"
    all = "all"


def search(
    words: Annotated[
        str | None, typer.Argument(help="What the article must say; without it: the newest articles.")
    ] = None,
    actor: Actors = None,
    issue: Issues = None,
    source: Sources = None,
    since: Since = None,
    until: Until = None,
    newest: Annotated[
        bool, typer.Option("--newest", help="Newest first instead of the best match first.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 10,
    as_json: AsJson = False,
) -> None:
    """Search the articles, with what matched highlighted.

    All words must occur. "two words" in quotes are a phrase, -word excludes, one | other is either, peace* begins so.

    Examples:

        stancewatch search "peacekeepers" --actor GBR --issue troop_deployment --since 30d

        stancewatch search '"ceasefire talks" -Geneva' --newest --json | jq .url
    """
    if words and len(words) > LONGEST_QUERY:
        raise fail(f"the query is longer than {LONGEST_QUERY} characters", EXIT_USAGE)
    wanted = Wanted(
        words=words, actors=tuple(actor or ()), issues=tuple(issue or ()), sources=tuple(source or ()),
        since=moment_or_exit(since), until=moment_or_exit(until), newest_first=newest, limit=limit,
    )  # fmt: skip
    found = ask(lambda client, settings: search_articles(client, settings, wanted))
    if as_json:
        _lines(found.hits)
        return
    console = out()
    for hit in found.hits:
        _show_hit(console, hit)
    shown = f"{len(found.hits)} of " if len(found.hits) < found.total else ""
    console.print(Text(f"{shown}{counted(found.total, 'article')} in {found.took_ms} ms", style="dim"))
    if not found.hits:
        _guess(wanted)


def shifts(
    actor: Actors = None,
    issue: Issues = None,
    context: Annotated[
        list[str] | None, typer.Option("--context", help="Where, such as UKR; may be repeated.")
    ] = None,
    status: Annotated[Status, typer.Option(help="How sure the shift must be.")] = Status.confirmed,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 10,
    as_json: AsJson = False,
) -> None:
    """Show the latest shifts: who turned from what to what, and the quotes that prove both.

    Examples:

        stancewatch shifts --issue sanctions --since 30d

        stancewatch shifts --actor DEU --status all --json | jq .sentence
    """
    wanted = Wanted(
        actors=tuple(actor or ()), issues=tuple(issue or ()), contexts=tuple(context or ()),
        statuses=() if status is Status.all else (status.value,),
        since=moment_or_exit(since), until=moment_or_exit(until), limit=limit,
    )  # fmt: skip
    found = ask(lambda client, settings: search_shifts(client, settings, wanted))
    if as_json:
        _lines(found)
        return
    console = out()
    for shift in found:
        show_shift(console, shift)
    console.print(Text(counted(len(found), "shift"), style="dim"))
    if not found:
        _guess(wanted)


def _guess(wanted: Wanted) -> None:
    for line in guesses(wanted.issues, wanted.actors):
        out(stderr=True).print(Text(f"hint: {harmless(line)}", style="yellow"), soft_wrap=True)


def say(console: Console, text: Text, hang: int) -> None:
    """Print a line: broken between words on a terminal, what follows set in by ``hang``; whole where it is piped."""
    if not console.is_terminal:
        console.print(text, soft_wrap=True)
        return
    first, *rest = text.wrap(console, max(20, console.width - hang))
    console.print(first, soft_wrap=True)
    for line in rest:
        console.print(Text.assemble(" " * hang, line), soft_wrap=True)


def show_shift(console: Console, shift: Shift) -> None:
    """Print one shift. What articles say is printed as it is, never read as markup or as terminal commands."""
    head = Text.assemble(
        (f"{shift.event_time:%Y-%m-%d} ", "bold"),
        (harmless(shift.sentence), "bold"),
        (f"  {shift.status} {shift.confidence:.2f}, {counted(len(shift.sources), 'source')}", "dim"),
    )
    say(console, head, 2)
    for label, position, quotes in (
        ("before", shift.before, shift.evidence_before),
        ("after", shift.after, shift.evidence_after),
    ):
        colour = COLOURS.get(position.stance, "")
        for quote in quotes[:1] or (None,):
            line = Text.assemble(f"  {label:6} ", (f"{position.stance:7}", colour), "  ", _quoted(quote))
            say(console, line, 18)


def _quoted(quote: Quote | None) -> str:
    if quote is None:
        return ""
    return f"“{harmless(quote.quote)}” ({harmless(quote.source)}, {quote.published_at:%Y-%m-%d})"


def _show_hit(console: Console, hit: Hit) -> None:
    head = Text.assemble((f"{hit.published_at:%Y-%m-%d} ", "bold"), _marked(hit.title, "bold"))
    head.append(f"  {harmless(hit.source)}", "dim")
    say(console, head, 2)
    for fragment in hit.fragments:
        say(console, Text.assemble("  … ", _marked(fragment), " …"), 4)
    say(console, Text("  " + ", ".join(map(harmless, (*hit.topics, *hit.actors))), style="dim"), 2)
    # The address stays in one piece, for a terminal that opens it.
    console.print(Text(f"  {harmless(hit.url or hit.article_id)}", style="dim"), soft_wrap=True)


def _marked(fragment: Fragment, style: str = "") -> Text:
    text = Text(fragment.text, style=style)
    for start, end in fragment.marks:
        text.stylize("black on yellow", start, end)
    return text


def _lines(records: Iterable[object]) -> None:
    sys.stdout.buffer.write(b"".join(encode(record) + b"\n" for record in records))
    sys.stdout.flush()


def moment_or_exit(given: str | None) -> datetime | None:
    """A time given on the command line, or exit code 64."""
    try:
        return moment(given, datetime.now(UTC)) if given else None
    except (ValueError, OverflowError) as error:
        raise fail(str(error), EXIT_USAGE) from None


def ask(call: Callable[[AsyncElasticsearch, Settings], Awaitable[T]]) -> T:
    """What the call finds; an absent Elasticsearch or a refused search ends the command with one line."""
    settings = settings_or_exit()

    async def asked() -> T:
        client = make_client(settings)
        try:
            return await call(client, settings)
        except TransportError as error:
            raise fail(
                f"no Elasticsearch answers at {settings.elasticsearch}: {error}", EXIT_SERVICE
            ) from error
        except ApiError as error:
            code = EXIT_USAGE if error.status_code == 400 else EXIT_SERVICE
            later = "; it is not ready yet, try again in a moment" if error.status_code == 503 else ""
            raise fail(
                f"Elasticsearch refuses the search: {error.status_code} {error.message}{later}", code
            ) from error
        finally:
            await client.close()

    return asyncio.run(asked())
