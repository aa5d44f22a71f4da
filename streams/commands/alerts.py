"""``alerts check`` and ``alerts test``: rules of one's own, before they wake anybody."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from elasticsearch import AsyncElasticsearch
from rich.table import Table
from rich.text import Text

from streams.alerts import direction
from streams.codec import decode_shift, encode
from streams.commands.common import EXIT_INPUT, EXIT_USAGE, counted, fail, lines_of, out, settings_or_exit
from streams.commands.search import ask, moment_or_exit
from streams.commands.vocabulary import vocabulary
from streams.core.errors import Rejected
from streams.core.model import Shift
from streams.find import Wanted, each_shift, harmless
from streams.rules import AlertRules, Fault, RulesError, load_rules, unknown_words
from streams.settings import Settings

app = typer.Typer(help="Check alert rules, and try them on the past.", no_args_is_help=True)
RulesFile = Annotated[
    Path | None, typer.Option("--rules", help="The rules; else those of STANCEWATCH_ALERT_RULES.")
]
PAGE = 500


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert that a rule would have sent."""

    event_time: datetime
    rule: str
    channel: str
    severity: str
    held_until: datetime | None
    status: str
    direction: str
    confidence: float
    sources: int
    shift_id: str
    sentence: str


@app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(help="The rules; else those of STANCEWATCH_ALERT_RULES.")
    ] = None,
) -> None:
    """Check a rules file: its form, and that the lexicon knows every actor, issue and context in it.

    Every fault is named with its line. Exit code 2 means that there were some.

    Examples:

        stancewatch alerts check deploy/alerts.yaml
    """
    path = file or settings_or_exit().alert_rules
    if path is None:
        raise fail("name a file, or set STANCEWATCH_ALERT_RULES", EXIT_USAGE)
    try:
        rules = load_rules(path)
        faults = unknown_words(rules, path.read_text(encoding="utf-8"), *vocabulary())
    except RulesError as error:
        faults = error.faults
        rules = None
    if faults or rules is None:
        raise _tell_faults(path, faults)
    channels = sorted({rule.channel for rule in rules.rules})
    out().print(
        f"{path}: {counted(len(rules.rules), 'rule')} for {', '.join(channels)}", markup=False, soft_wrap=True
    )


@app.command("test")
def try_rules(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="Shifts as JSONL, as `backtest` prints them; - for standard input. Else: the index."
        ),
    ] = None,
    rules_file: RulesFile = None,
    since: Annotated[str | None, typer.Option(help="12h, 30d, 2w, or a day such as 2025-05-21.")] = None,
    until: Annotated[str | None, typer.Option(help="Like --since; this moment itself is left out.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line instead of a table.")
    ] = False,
) -> None:
    """Show which alerts the rules would have sent for the shifts of the past, each at the time of its turn.

    Nothing is sent. The index holds the last revision of each shift, so a shift shows once for each channel.

    Examples:

        stancewatch alerts test --rules deploy/alerts.yaml --since 30d

        stancewatch backtest archive.jsonl --status all | stancewatch alerts test - --rules deploy/alerts.yaml
    """
    settings = settings_or_exit()
    path = rules_file or settings.alert_rules
    try:
        rules = load_rules(path)
    except RulesError as error:
        raise _tell_faults(path or Path("rules"), error.faults) from None
    first, last = moment_or_exit(since), moment_or_exit(until)
    past = _from_file(file, first, last) if file else _from_index(first, last)
    fired = list(firings(rules, past))
    if as_json:
        sys.stdout.buffer.write(b"".join(encode(firing) + b"\n" for firing in fired))
        sys.stdout.flush()
    else:
        _show(fired, len(past))


def firings(rules: AlertRules, shifts: Iterable[Shift]) -> Iterable[Firing]:
    """What the rules would have sent for each shift."""
    for shift in shifts:
        for rule in rules.tell(shift):
            held = rule.quiet.until(shift.event_time) if rule.quiet else None
            yield Firing(
                shift.event_time, rule.name, rule.channel, rule.severity, held, shift.status, direction(shift),
                shift.confidence, len(shift.sources), shift.shift_id, shift.sentence,
            )  # fmt: skip


def _from_index(since: datetime | None, until: datetime | None) -> list[Shift]:
    async def call(client: AsyncElasticsearch, settings: Settings) -> list[Shift]:
        return [
            shift
            async for shift in each_shift(client, settings, Wanted(since=since, until=until, limit=PAGE))
        ]

    return ask(call)


def _from_file(file: Path, since: datetime | None, until: datetime | None) -> list[Shift]:
    found = []
    with lines_of(file) as (lines, _):
        for number, line in enumerate(lines, 1):
            try:
                shift = decode_shift(line)
            except Rejected as fault:
                raise fail(f"{file} line {number}: {fault}", EXIT_INPUT) from None
            if not (since and shift.event_time < since) and not (until and shift.event_time >= until):
                found.append(shift)
    return found


def _show(fired: list[Firing], tried: int) -> None:
    table = Table("time", "rule", "channel", "shift", box=None)
    for firing in fired:
        held = f" (held until {firing.held_until:%H:%M} UTC)" if firing.held_until else ""
        table.add_row(
            Text(f"{firing.event_time:%Y-%m-%d %H:%M}"), Text(harmless(firing.rule)), Text(firing.channel + held),
            Text(f"{harmless(firing.sentence)} [{firing.status} {firing.confidence:.2f}, {counted(firing.sources, 'source')}]"),
        )  # fmt: skip
    console = out()
    if fired:
        console.print(table)
    console.print(f"{counted(len(fired), 'alert')} for {counted(tried, 'shift')}", style="bold")


def _tell_faults(path: Path, faults: list[Fault]) -> typer.Exit:
    console = out(stderr=True)
    for fault in faults:
        console.print(Text(f"{path} {fault}", style="red"), soft_wrap=True)
    return typer.Exit(EXIT_INPUT)
