"""Backup and restore of all indices, together with how far the roles had come: nothing falls between the two."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    CommitFailedError,
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    KafkaError,
    for_code,
)
from elasticsearch import ApiError, AsyncElasticsearch, NotFoundError, TransportError

from streams.kafka import admin, consumer
from streams.search import make_client, told
from streams.settings import ServiceUnreachable, Settings
from streams.topology import group_of, sources

T = TypeVar("T")
# What these roles wrote after the backup is gone with a restore, so they take it from Kafka again.
WRITERS = ("track", "index")
# None of these may run while indices are replaced.
CHANGED = ("track", "index", "notify")
OFFSETS_INDEX = "stance-offsets"
LONG = 24 * 3600
# A new broker makes its topic of offsets when it is first asked for one. Seconds between attempts.
PATIENCE = (0.2, 0.5, 1, 2, 4, 8, 8)
Offsets = dict[str, dict[str, dict[str, int]]]


class BackupFailed(Exception):  # noqa: N818 - says what is so
    """A backup or restore that was refused or did not come to its end; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One snapshot. state is Elasticsearch's word: SUCCESS when it is whole."""

    name: str
    state: str
    at: datetime
    indices: tuple[str, ...]


class Backups:
    """The backups in one snapshot repository of Elasticsearch."""

    def __init__(self, client: AsyncElasticsearch, settings: Settings, repository: str) -> None:
        self._client = client
        self._settings = settings
        self._repository = repository
        self._patterns = [settings.index("news-*"), settings.index("stance-*")]

    async def provide(self, location: str) -> bool:
        """Register the repository as a folder below the server's path.repo, unless it is known; whether it was new."""
        try:
            await self._client.snapshot.get_repository(name=self._repository)
        except NotFoundError:
            body = {"type": "fs", "settings": {"location": location, "compress": True}}
            await self._client.snapshot.create_repository(name=self._repository, repository=body)
            return True
        return False

    async def create(self, name: str) -> Backup:
        """Write a backup while everything runs. Offsets are noted first: what they cover is in the snapshot."""
        offsets = await committed(self._settings, WRITERS)
        index = self._settings.index(OFFSETS_INDEX)
        await self._client.options(ignore_status=400).indices.create(
            index=index,
            mappings={"enabled": False},
            settings={"number_of_replicas": self._settings.index_replicas},
        )
        await self._client.index(index=index, id=name, document={"offsets": offsets}, refresh=True)
        await self._client.options(request_timeout=LONG).snapshot.create(
            repository=self._repository, snapshot=name, indices=self._patterns, include_global_state=False,
            wait_for_completion=True,
        )  # fmt: skip
        backup = await self.get(name)
        if backup.state != "SUCCESS":
            raise BackupFailed(f"backup {name} is {backup.state}: see Elasticsearch's log, and make another")
        return backup

    async def every(self) -> list[Backup]:
        """All backups, the oldest first. Raises BackupFailed where there is no such repository."""
        try:
            answer = await self._client.snapshot.get(repository=self._repository, snapshot="*")
        except NotFoundError as error:
            raise BackupFailed(f"there is no repository {self._repository}: make a backup first") from error
        return sorted(map(_backup, answer["snapshots"]), key=lambda backup: backup.at)

    async def get(self, name: str) -> Backup:
        """One backup. Raises BackupFailed if there is none of this name."""
        try:
            answer = await self._client.snapshot.get(repository=self._repository, snapshot=name)
        except NotFoundError as error:
            raise BackupFailed(f"there is no backup {name} in repository {self._repository}") from error
        return _backup(answer["snapshots"][0])

    async def present(self) -> list[str]:
        """The indices that stand now where a restore would put its own."""
        found = await self._client.indices.get(
            index=self._patterns, expand_wildcards="all", allow_no_indices=True
        )
        return sorted(found)

    async def restore(self, name: str, replace: bool) -> Backup:
        """Put a backup's indices in the place of those that stand now, and set the roles back to where they had been.

        Raises BackupFailed when a worker runs, when indices stand there and may not be replaced, and when the backup
        is not whole: nothing has been changed then. Raised later, the restore did not come to its end.
        """
        backup = await self.get(name)
        if backup.state != "SUCCESS":
            raise BackupFailed(f"backup {name} is {backup.state}, not whole")
        if running := await roles_at_work(self._settings):
            raise BackupFailed(f"stop the workers first: {', '.join(running)}")
        present = await self.present()
        if present and not replace:
            raise BackupFailed(
                f"{len(present)} indices stand there, such as {present[0]}; --replace deletes them"
            )
        if present:
            await self._client.indices.delete(index=present)
        answer = await self._client.options(request_timeout=LONG).snapshot.restore(
            repository=self._repository, snapshot=name, indices=list(backup.indices), include_global_state=False,
            wait_for_completion=True,
        )  # fmt: skip
        if answer["snapshot"]["shards"]["failed"]:
            raise BackupFailed(f"some shards of {name} could not be restored: {answer['snapshot']['shards']}")
        noted = await self._client.get(index=self._settings.index(OFFSETS_INDEX), id=name)
        await set_back(self._settings, noted["_source"]["offsets"])
        return backup


@asynccontextmanager
async def open_backups(settings: Settings, repository: str) -> AsyncIterator[Backups]:
    """The backups of one repository. Raises ServiceUnreachable, BackupFailed."""
    client = make_client(settings)
    try:
        yield Backups(client, settings, repository)
    except TransportError as error:
        raise ServiceUnreachable(
            f"no Elasticsearch answers at {settings.elasticsearch}: {told(error)}"
        ) from error
    except ApiError as error:
        hint = (
            "; the server needs a folder in path.repo (docs/operating.md)"
            if "path.repo" in str(error.body)
            else ""
        )
        raise BackupFailed(f"Elasticsearch refuses: {error.status_code} {error.message}{hint}") from error
    except KafkaError as error:
        raise BackupFailed(f"Kafka at {settings.kafka} refuses: {error}") from error
    finally:
        await client.close()


async def committed(settings: Settings, roles: Sequence[str]) -> Offsets:
    """What each of the roles has committed: offsets by role, topic and partition. Raises KafkaUnreachable."""
    found: Offsets = {}
    async with admin(settings) as client:
        for role in roles:
            offsets = await _asked(client.list_consumer_group_offsets, group_of(settings, role))
            topics = found.setdefault(role, {})
            for tp, meta in offsets.items():
                topics.setdefault(tp.topic, {})[str(tp.partition)] = max(0, meta.offset)
    return found


async def roles_at_work(settings: Settings) -> list[str]:
    """The roles of which a worker is in its consumer group now. Raises KafkaUnreachable."""
    async with admin(settings) as client:
        look = partial(_has_members, client)
        return [role for role in CHANGED if await _asked(look, group_of(settings, role))]


async def _has_members(client: AIOKafkaAdminClient, group: str) -> bool:
    (answer,) = await client.describe_consumer_groups([group])
    ((code, _, _, _, _, members, *_),) = answer.groups
    if code:
        raise for_code(code)(group)
    return bool(members)


async def _asked(ask: Callable[[str], Awaitable[T]], group: str) -> T:
    for seconds in PATIENCE:
        try:
            return await ask(group)
        except (GroupCoordinatorNotAvailableError, GroupLoadInProgressError):
            await asyncio.sleep(seconds)
    raise BackupFailed(f"Kafka names no coordinator of {group}: see whether it is healthy, and try again")


async def set_back(settings: Settings, offsets: Offsets) -> None:
    """Let each role go on from these offsets, or from the first record that Kafka still has.

    A partition without one had been served nothing of when they were noted: the role begins it anew. Raises
    BackupFailed where a worker of the role runs, KafkaUnreachable.
    """
    for role, topics in offsets.items():
        partitions = await _partitions(settings, role)
        if not partitions:
            continue
        async with consumer(settings, group=group_of(settings, role)) as reader:
            reader.assign(partitions)
            starts, ends = await reader.beginning_offsets(partitions), await reader.end_offsets(partitions)
            noted = {tp: topics.get(tp.topic, {}).get(str(tp.partition), 0) for tp in partitions}
            try:
                await reader.commit({tp: min(max(at, starts[tp]), ends[tp]) for tp, at in noted.items()})
            except CommitFailedError as error:  # Kafka takes offsets from outside for a group without members
                raise BackupFailed(
                    f"a worker of {role} was started meanwhile: stop it, and restore again with --replace"
                ) from error


async def _partitions(settings: Settings, role: str) -> list[TopicPartition]:
    """All that a role consumes, as far as the topics exist."""
    topics = set(map(settings.topic, sources(role)))
    async with admin(settings) as client:
        found = [topic for topic in await client.describe_topics() if topic["topic"] in topics]
    return [
        TopicPartition(topic["topic"], part["partition"]) for topic in found for part in topic["partitions"]
    ]


def _backup(found: Mapping[str, Any]) -> Backup:
    at = datetime.fromtimestamp(found["start_time_in_millis"] / 1000, UTC)
    return Backup(found["snapshot"], found["state"], at, tuple(sorted(found["indices"])))
