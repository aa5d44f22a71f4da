"""``backup``: copies of all indices, and the way back."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer

from streams.backup import BackupFailed, Backups, open_backups
from streams.codec import encode
from streams.commands.common import EXIT_MISMATCH, fail, out, settings_or_exit

app = typer.Typer(
    help="Copy all indices to a snapshot repository, and bring them back.", no_args_is_help=True
)
T = TypeVar("T")
Repository = Annotated[
    str, typer.Option(help="Elasticsearch's name for the place; one that is there is used.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")]
Name = Annotated[str, typer.Argument(help="Name of a backup, as `backup list` shows it.")]


@app.command("create")
def create(
    name: Annotated[str | None, typer.Argument(help="Default: the present time.")] = None,
    repository: Repository = "stancewatch",
    location: Annotated[
        str, typer.Option(help="Folder below the server's path.repo, when it is new.")
    ] = "stancewatch",
) -> None:
    """Copy all indices while everything runs, and note how far each role has come.

    Examples:

        stancewatch backup create

        stancewatch backup create before-upgrade --repository s3-weekly
    """
    chosen = name or f"{datetime.now(UTC):%Y-%m-%d-%H%M%S}"

    async def act(backups: Backups) -> None:
        if await backups.provide(location):
            out().print(f"repository {repository} made at {location}", markup=False)
        backup = await backups.create(chosen)
        out().print(f"{backup.name}: {len(backup.indices)} indices", markup=False)

    _run(repository, act)


@app.command("list")
def list_backups(
    repository: Repository = "stancewatch",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List the backups, the oldest first.

    Examples:

        stancewatch backup list --json
    """
    for backup in _run(repository, lambda backups: backups.every()):
        line = f"{backup.name}  {backup.at:%Y-%m-%d %H:%M:%S}  {backup.state}  {len(backup.indices)} indices"
        typer.echo(encode(backup).decode() if as_json else line)


@app.command("restore")
def restore(
    name: Name,
    repository: Repository = "stancewatch",
    replace: Annotated[
        bool, typer.Option("--replace", help="Delete the indices that stand there now.")
    ] = False,
    dry_run: DryRun = False,
) -> None:
    """Put a backup in the place of the indices, and let index and track take from Kafka again what came after it.

    Stop the workers first; start them again afterwards. Exit code 3 means that nothing was changed: a worker runs,
    indices stand there, or there is no such backup that is whole. Or it did not come to its end, as is said then.

    Examples:

        stancewatch backup restore 2025-05-21-030000 --dry-run

        stancewatch backup restore 2025-05-21-030000 --replace
    """

    async def act(backups: Backups) -> None:
        if dry_run:
            backup, present = await backups.get(name), await backups.present()
            out().print(
                f"{len(present)} indices would be deleted, {len(backup.indices)} restored ({backup.state})"
            )
        else:
            backup = await backups.restore(name, replace)
            out().print(
                f"{len(backup.indices)} indices restored from {backup.name}; start the workers", markup=False
            )

    _run(repository, act)


def _run(repository: str, act: Callable[[Backups], Coroutine[Any, Any, T]]) -> T:
    settings = settings_or_exit()

    async def call() -> T:
        async with open_backups(settings, repository) as backups:
            return await act(backups)

    try:
        return asyncio.run(call())
    except BackupFailed as error:
        raise fail(str(error), EXIT_MISMATCH) from error
