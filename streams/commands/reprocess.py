"""``reprocess``: history read again after the lexicons or the model have changed."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer
from elasticsearch import ApiError, TransportError

from streams.commands.common import EXIT_INPUT, EXIT_SERVICE, fail, out, progress_bar, settings_or_exit
from streams.reread import Month, RereadFailed, months_since, reread_month
from streams.search import make_client
from streams.settings import Settings
from streams.topology import ARTICLES_INDEX


def reprocess(
    since: Annotated[datetime, typer.Option(help="Months from the one of this day (UTC) on are read again.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say which months would be read, and change nothing.")
    ] = False,
) -> None:
    """Read the indexed articles again, month by month, into new indices, and swap each month by alias.

    The workers may run on; start them with the new lexicon first. Searches see a month as it was until it is
    whole. A month that fails stays as it was (exit code 2). Series and shifts that were found stay as they are.

    Examples:

        stancewatch reprocess --since 2025-03-01 --dry-run

        stancewatch reprocess --since 2025-03-01
    """
    settings = settings_or_exit()
    try:
        months = asyncio.run(_reprocess(settings, since.replace(tzinfo=UTC), dry_run))
    except RereadFailed as error:
        raise fail(str(error), EXIT_INPUT) from error
    except TransportError as error:
        raise fail(f"no Elasticsearch answers at {settings.elasticsearch}: {error}", EXIT_SERVICE) from error
    except ApiError as error:
        raise fail(f"Elasticsearch refuses: {error.status_code} {error.message}", EXIT_SERVICE) from error
    if not months:
        out().print("no month to read again")


async def _reprocess(settings: Settings, since: datetime, dry_run: bool) -> list[str]:
    client = make_client(settings)
    try:
        months = await months_since(client, settings, since)
        if dry_run:
            out().print("\n".join(f"{month} would be read again" for month in months))
            return months
        from streams.reading import load_reading  # noqa: PLC0415 - takes seconds

        reading = load_reading()
        total = int((await client.count(index=settings.index(ARTICLES_INDEX)))["count"]) if months else 0
        done: list[Month] = []
        with progress_bar("reading again", total, in_bytes=False) as advance:
            for name in months:
                done.append(await reread_month(client, settings, reading, name, advance))
                _tell(done[-1])
        return months
    finally:
        await client.close()


def _tell(month: Month) -> None:
    kept = f", {month.kept} kept as they were" if month.kept else ""
    change = f"observations {month.observations_before} → {month.observations}"
    out().print(f"{month.name}  {month.articles} articles{kept}; {change}")
