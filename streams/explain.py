"""An enriched event for a person: what counted, where it stands in the text, and why."""

from rich.console import Console
from rich.text import Text

from streams.core.model import EnrichedEvent, Evidence, Observation, ReportedShift
from streams.core.shift import moves_nothing
from streams.lexicon import watched_issues

COLOURS = {"support": "green", "oppose": "red", "neutral": "yellow"}
REACH = 220


def explain_event(event: EnrichedEvent, console: Console) -> None:
    """Print one article's reading. Text of the article is never read as console markup."""
    console.rule(style="dim")
    console.print(Text(event.title or "(no title)", style="bold"))
    console.print(
        Text(f"{event.source}, {event.published_at:%Y-%m-%d %H:%M} UTC, {event.article_id}", style="dim")
    )
    if not event.is_read:
        console.print(
            Text(f"not read: the text is in '{event.language}', and only English is read", style="yellow")
        )
        return
    _topics(event, console)
    for observation in event.observations:
        _observation(event, observation, console)
    for report in event.reported_shifts:
        _report(event, report, console)


def _topics(event: EnrichedEvent, console: Console) -> None:
    if not event.topics:
        console.print(Text("no topic: the article as a whole reports on none of the issues", style="dim"))
    for topic in event.topics:
        seen = ", ".join(f"“{evidence.quote}”" for evidence in topic.evidence[:4])
        console.print(
            Text.assemble(
                ("topic ", "dim"), (topic.topic, "bold cyan"), f" {topic.score:.2f}  ", (seen, "dim")
            )
        )


def _observation(event: EnrichedEvent, observation: Observation, console: Console) -> None:
    colour = COLOURS[observation.stance]
    where = observation.context or "no context found"
    console.print()
    console.print(
        Text.assemble(
            (observation.actor.name, "bold"),
            f" ({observation.actor.id}) ",
            (observation.stance, f"bold {colour}"),
            f" {observation.issue} in {where}",
        )
    )
    console.print(_in_place(event, observation.evidence, colour))
    console.print(Text(f"  why: {_why(observation)}", style="dim"))


def _why(observation: Observation) -> str:
    parts = [
        f"“{observation.actor.surface or observation.actor.name}” is {observation.actor.id}",
        f"a {observation.strength}",
        observation.modality,
        f"certainty {observation.score:.2f}",
    ]
    if observation.attribution:
        parts.append(f"according to {observation.attribution}")
    if idle := moves_nothing(observation, watched_issues()):
        parts.append(f"{idle}, so it moves nothing")
    return ", ".join(parts)


def _report(event: EnrichedEvent, report: ReportedShift, console: Console) -> None:
    console.print()
    before = report.before or "an unstated position"
    console.print(
        Text.assemble(
            ("reported shift ", "bold magenta"),
            (report.actor.name, "bold"),
            f" on {report.issue} in {report.context or 'no context found'}: from {before} to {report.after}",
        )
    )
    console.print(_in_place(event, report.evidence, "magenta"))


def _in_place(event: EnrichedEvent, evidence: Evidence, colour: str) -> Text:
    field = event.title if evidence.where == "title" else event.text
    start, end = max(0, evidence.start - REACH), min(len(field), evidence.end + REACH)
    start = field.rfind("\n", start, evidence.start) + 1 or start
    stop = field.find("\n", evidence.end, end)
    end = end if stop < 0 else stop
    lead = "… " if start > 0 and field[start - 1] != "\n" else ""
    tail = " …" if end < len(field) and field[end] != "\n" else ""
    return Text.assemble(
        "  ",
        lead,
        field[start : evidence.start],
        (evidence.quote, f"underline {colour}"),
        field[evidence.end : end],
        tail,
    )
