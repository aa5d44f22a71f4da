"""Gathers what ``status`` shows: from Kafka, Elasticsearch and the workers' monitors, each of which may be away."""

import asyncio
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from elasticsearch import ApiError, TransportError

from streams.kafka import KafkaUnreachable, admin, consumer
from streams.search import make_client, told
from streams.settings import Settings
from streams.topology import (
    ARTICLES_INDEX,
    DEAD_INDEX,
    FEEDS,
    FEEDS_PORT,
    MONITOR_PORTS,
    OBSERVATIONS_INDEX,
    ROLES,
    SHIFTS_INDEX,
    group_of,
    sources,
)

INDICES = {
    ARTICLES_INDEX: "ingested_at",
    OBSERVATIONS_INDEX: "published_at",
    SHIFTS_INDEX: "detected_at",
    DEAD_INDEX: "at",
}


@dataclass(frozen=True, slots=True)
class Service:
    """A server and whether it serves."""

    name: str
    state: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class RoleState:
    """How far behind a role is, how fast it commits, and its workers. None: not known.

    parts: what decides on its results, with versions, such as ``lexicon 1f0e...``.
    """

    name: str
    lag: int | None
    per_second: float | None
    oldest_waiting_seconds: float | None
    workers: int
    healthy: int
    versions: tuple[str, ...]
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How a feed is doing: looks that failed in a row and why, seconds since one succeeded (None: none has yet) and
    since it last gave an item, and how many of the latter it may take.
    """

    name: str
    failures: int
    trouble: str | None
    seconds_since_read: float | None
    seconds_without_item: float
    silent_after: float


@dataclass(frozen=True, slots=True)
class IndexState:
    """How much an index holds and the newest time in it."""

    name: str
    documents: int
    newest: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """All of it at one moment. feeds is empty where no process reads any; problems is empty when all is well."""

    at: datetime
    services: tuple[Service, ...]
    roles: tuple[RoleState, ...]
    indices: tuple[IndexState, ...]
    feeds: tuple[FeedHealth, ...]
    problems: tuple[str, ...]


async def look(settings: Settings, workers: Sequence[str], seconds: float) -> Report:
    """The report; what cannot be asked becomes a problem, never an exception."""
    (kafka, groups), (elastic, indices), alertmanager, monitors = await asyncio.gather(
        _kafka(settings, seconds),
        _elasticsearch(settings),
        _alertmanager(settings),
        _monitors(settings, workers),
    )
    roles = tuple(_role(name, groups.get(name), monitors) for name in ROLES)
    services = tuple(service for service in (kafka, elastic, alertmanager) if service is not None)
    feeds = tuple(_feed(each) for monitor in monitors for each in monitor.get("each", ()))
    problems = (*_problems(services, roles, monitors), *_troubles(feeds))
    return Report(datetime.now(UTC), services, roles, indices, feeds, problems)


def _role(name: str, group: dict[str, Any] | None, monitors: Sequence[dict[str, Any]]) -> RoleState:
    own = [monitor for monitor in monitors if monitor.get("role") == name]
    group = group or {"lag": None, "per_second": None, "oldest": None}
    return RoleState(
        name, group["lag"], group["per_second"], group["oldest"], len(own),
        sum(bool(monitor["healthy"]) for monitor in own),
        tuple(sorted({str(monitor.get("version")) for monitor in own})),
        tuple(sorted({f"{part} {version}" for monitor in own for part, version in monitor.get("parts", {}).items()})),
    )  # fmt: skip


def _feed(told: dict[str, Any]) -> FeedHealth:
    """By name, because a process of another version may tell more or less."""
    return FeedHealth(
        told["name"], told["failures"], told.get("trouble"), told.get("seconds_since_read"),
        told["seconds_without_item"], told["silent_after"],
    )  # fmt: skip


def _problems(
    services: Sequence[Service], roles: Sequence[RoleState], monitors: Sequence[dict[str, Any]]
) -> list[str]:
    found = [f"{service.name}: {service.state}" for service in services if service.state != "serves"]
    found += [f"no worker of role {role.name} answers" for role in roles if not role.workers]
    found += [
        f"{monitor['role']} at {monitor['where']} has not moved for {monitor['seconds_without_progress']:.0f} s"
        + (f" with {monitor['lag']} records waiting" if "lag" in monitor else "")
        for monitor in monitors
        if not monitor["healthy"]
    ]
    if len({version for role in roles for version in role.versions}) > 1:
        found.append("workers of different versions run side by side")
    for role in roles:
        if len({part.split(" ")[0] for part in role.parts}) < len(role.parts):
            found.append(
                f"workers of role {role.name} differ in what they work with: {', '.join(role.parts)}"
            )
    return found


def _troubles(feeds: Sequence[FeedHealth]) -> Iterator[str]:
    for feed in feeds:
        if feed.failures:
            times = "once" if feed.failures == 1 else f"{feed.failures} times in a row"
            yield f"feed {feed.name} failed {times}: {feed.trouble}"
        if feed.seconds_without_item > feed.silent_after:
            yield f"feed {feed.name} has given nothing for {feed.seconds_without_item / 3600:.1f} hours"


async def _kafka(settings: Settings, seconds: float) -> tuple[Service, dict[str, dict[str, Any]]]:
    try:
        async with admin(settings) as client, consumer(settings) as reader:
            await reader._client.force_metadata_update()
            first, started = await _committed(client, settings), time.monotonic()
            await asyncio.sleep(seconds)
            second, took = await _committed(client, settings), time.monotonic() - started
            behind = {role: await _behind(reader, settings, role, second[role]) for role in ROLES}
            groups = {}
            for role in ROLES:
                done = sum(second[role].values()) - sum(first[role].values())
                lag = sum(count for _, count in behind[role].values())
                # Assigning narrows what the reader knows of other topics, so that all was counted before.
                oldest = await _oldest(reader, {tp: at for tp, (at, _) in behind[role].items()})
                groups[role] = {"lag": lag, "per_second": round(done / took, 2), "oldest": oldest}
            return Service("kafka", "serves"), groups
    except (KafkaUnreachable, KafkaError, OSError) as error:
        return Service("kafka", f"away: {error}"), {}


async def _committed(client: Any, settings: Settings) -> dict[str, dict[TopicPartition, int]]:
    found = {}
    for role in ROLES:
        offsets = await client.list_consumer_group_offsets(group_of(settings, role))
        found[role] = {tp: max(0, meta.offset) for tp, meta in offsets.items()}
    return found


async def _behind(
    reader: AIOKafkaConsumer, settings: Settings, role: str, committed: dict[TopicPartition, int]
) -> dict[TopicPartition, tuple[int, int]]:
    """Of each partition where records wait: the first one's offset, and how many there are."""
    found = {}
    for topic in map(settings.topic, sources(role)):
        partitions = [TopicPartition(topic, p) for p in reader.partitions_for_topic(topic) or ()]
        starts = await reader.beginning_offsets(partitions) if partitions else {}
        ends = await reader.end_offsets(partitions) if partitions else {}
        for tp, end in ends.items():
            at = max(committed.get(tp, 0), starts[tp])
            if end > at:
                found[tp] = (at, end - at)
    return found


async def _oldest(reader: AIOKafkaConsumer, behind: dict[TopicPartition, int]) -> float | None:
    """For how many seconds the oldest record that waits has stood on its topic."""
    if not behind:
        return None
    reader.assign(list(behind))
    for tp, at in behind.items():
        reader.seek(tp, at)
    batches = await reader.getmany(timeout_ms=3000, max_records=len(behind))
    times = [messages[0].timestamp / 1000 for messages in batches.values() if messages]
    return round(max(0.0, time.time() - min(times)), 1) if times else None


async def _elasticsearch(settings: Settings) -> tuple[Service, tuple[IndexState, ...]]:
    client = make_client(settings).options(request_timeout=5)
    try:
        health = await client.cluster.health()
        nodes = await client.nodes.info(metric="os", filter_path="nodes.*.version")
        version = next(iter(nodes["nodes"].values()))["version"]
        state = "serves" if health["status"] != "red" else "some data cannot be reached (red)"
        indices = []
        for name, field in INDICES.items():
            newest = {"newest": {"max": {"field": field}}}
            answer = await client.search(
                index=settings.index(name),
                size=0,
                aggs=newest,
                track_total_hits=True,
                ignore_unavailable=True,
            )
            top = answer.get("aggregations", {}).get("newest", {}).get("value_as_string")
            indices.append(IndexState(settings.index(name), answer["hits"]["total"]["value"], top))
        return Service("elasticsearch", state, version), tuple(indices)
    except TransportError as error:
        return Service("elasticsearch", f"away: {told(error)}"), ()
    except ApiError as error:
        return Service("elasticsearch", f"refuses: {error.status_code} {error.message}"), ()
    finally:
        await client.close()


async def _alertmanager(settings: Settings) -> Service | None:
    if settings.alertmanager is None:
        return None
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            answer = await client.get(f"{settings.alertmanager.rstrip('/')}/api/v2/status")
            answer.raise_for_status()
            return Service("alertmanager", "serves", answer.json()["versionInfo"]["version"])
    except (httpx.HTTPError, ValueError, KeyError) as error:
        return Service("alertmanager", f"away: {error!r}")


async def _monitors(settings: Settings, named: Sequence[str]) -> list[dict[str, Any]]:
    places = list(named) or _usual_places(settings)
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        answers = await asyncio.gather(*(_monitor(client, where) for where in dict.fromkeys(_spread(places))))
    return [answer for answer in answers if answer is not None]


def _usual_places(settings: Settings) -> list[str]:
    port = settings.monitor_port
    if (
        port and settings.monitor_host != "127.0.0.1"
    ):  # in a container: the roles are neighbours, found by name
        return [f"{role}:{port}" for role in (*ROLES, FEEDS)]
    return [f"127.0.0.1:{own}" for own in (*MONITOR_PORTS.values(), FEEDS_PORT)]


def _spread(places: Sequence[str]) -> list[str]:
    """Each address behind each name: a scaled role answers with all of its containers."""
    found = []
    for place in places:
        host, _, port = place.partition(":")
        try:
            addresses = socket.getaddrinfo(host, int(port or 9100), socket.AF_INET, socket.SOCK_STREAM)
        except (OSError, ValueError):
            continue
        found += [f"{address[4][0]!s}:{address[4][1]!s}" for address in addresses]
    return found


async def _monitor(client: httpx.AsyncClient, where: str) -> dict[str, Any] | None:
    try:
        answer = await client.get(f"http://{where}/healthz")
        return {**answer.json(), "where": where}
    except (httpx.HTTPError, ValueError):
        return None
