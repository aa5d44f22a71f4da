"""Dead letters as an operator meets them: found in Elasticsearch, sent again by Kafka, marked when dealt with."""

from collections.abc import AsyncIterator, Container
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from aiokafka.errors import KafkaError

from streams.codec import from_document
from streams.core.model import DeadLetter
from streams.deadletter import KEPT_IN_PART, original_value
from streams.kafka import KafkaUnreachable, producer
from streams.search import make_client
from streams.settings import Settings
from streams.topology import DEAD, DEAD_INDEX, topic_specs

PAGE = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """Which letters are meant: all of the conditions hold. topic without the installation's prefix."""

    ids: tuple[str, ...] = ()
    code: str | None = None
    step: str | None = None
    topic: str | None = None
    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    state: str = "open"

    def selects(self) -> bool:
        """Whether anything but the state narrows the choice."""
        return any((self.ids, self.code, self.step, self.topic, self.text, self.since, self.until))

    def query(self, settings: Settings) -> dict[str, Any]:
        """The same in Elasticsearch's words. Values never become syntax: no query string is parsed."""
        terms = {"code": self.code, "step": self.step, "topic": self.topic and settings.topic(self.topic)}
        clauses: list[dict[str, Any]] = [{"term": {k: v}} for k, v in terms.items() if v]
        if self.state != "all":
            clauses.append({"term": {"state": self.state}})
        if self.ids:
            clauses.append({"ids": {"values": list(self.ids)}})
        if self.text:
            fields = ["excerpt", "reason"]
            clauses.append({"multi_match": {"query": self.text, "fields": fields, "operator": "and"}})
        limits = {"gte": self.since, "lt": self.until}
        between = {word: at.isoformat() for word, at in limits.items() if at}
        if between:
            clauses.append({"range": {"at": between}})
        return {"bool": {"filter": clauses}}


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter and what became of it: open, replayed or dropped."""

    dead: DeadLetter
    state: str

    def fields(self) -> dict[str, Any]:
        """The letter's own fields."""
        return asdict(self.dead)


class Graveyard:
    """The dead letters of one installation. Use it as a context manager."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._index = settings.index(DEAD_INDEX)

    async def __aenter__(self) -> Self:
        """Open the connection."""
        self._client = make_client(self._settings)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        await self._client.close()

    async def find(self, wanted: Filter, limit: int) -> list[Letter]:
        """The newest letters first."""
        found: list[Letter] = []
        async for letter in self._each(wanted):
            found.append(letter)
            if len(found) == limit:
                break
        return found

    async def count(self, wanted: Filter) -> dict[str, int]:
        """How many letters there are of each code."""
        codes = {"codes": {"terms": {"field": "code", "size": 100}}}
        answer = await self._client.search(
            index=self._index, query=wanted.query(self._settings), size=0, aggs=codes, ignore_unavailable=True
        )
        buckets = answer.get("aggregations", {}).get("codes", {}).get("buckets", [])
        return {bucket["key"]: bucket["doc_count"] for bucket in buckets}

    async def replay(self, wanted: Filter, dry_run: bool) -> tuple[int, int]:
        """Send the letters' records again; how many, and how many cannot be: of a topic that this installation does not
        have, or kept in part.

        A letter is marked once the broker holds its record: a crash between repeats a record, which changes nothing.
        """
        topics = {spec.name for spec in topic_specs(self._settings)} - {self._settings.topic(DEAD)}
        letters = [letter.dead async for letter in self._each(wanted)] if dry_run else []
        if dry_run:
            ours = sum(_is_whole(letter, topics) for letter in letters)
            return ours, len(letters) - ours
        sent = foreign = 0
        try:
            async with producer(self._settings) as sender:
                async for letter in self._each(wanted):
                    dead = letter.dead
                    if not _is_whole(dead, topics):
                        foreign += 1
                        continue
                    key = None if dead.key is None else dead.key.encode()
                    await sender.send_and_wait(dead.topic, value=original_value(dead), key=key)
                    await self._mark(dead.dead_id, "replayed")
                    sent += 1
        except KafkaError as error:
            raise KafkaUnreachable(f"Kafka took {sent} records and then failed: {error!r}") from error
        return sent, foreign

    async def drop(self, wanted: Filter, dry_run: bool) -> int:
        """Mark the letters as dropped; how many."""
        done = 0
        async for letter in self._each(wanted):
            if not dry_run:
                await self._mark(letter.dead.dead_id, "dropped")
            done += 1
        return done

    async def _mark(self, dead_id: str, state: str) -> None:
        doc = {"state": state, "marked_at": datetime.now(UTC).isoformat()}
        await self._client.update(index=self._index, id=dead_id, doc=doc)

    async def _each(self, wanted: Filter) -> AsyncIterator[Letter]:
        """All letters that stood there at the start, page by page; marking them meanwhile hides none."""
        await self._client.indices.refresh(index=self._index, ignore_unavailable=True)
        after: list[Any] | None = None
        while True:
            page = await self._client.search(
                index=self._index, query=wanted.query(self._settings), size=PAGE, search_after=after,
                sort=[{"at": "desc"}, {"dead_id": "asc"}], ignore_unavailable=True,
            )  # fmt: skip
            hits = page["hits"]["hits"]
            for hit in hits:
                fields = {k: v for k, v in hit["_source"].items() if k in DeadLetter.__dataclass_fields__}
                yield Letter(from_document(DeadLetter, fields), hit["_source"]["state"])
            if len(hits) < PAGE:
                return
            after = hits[-1]["sort"]


def _is_whole(letter: DeadLetter, topics: Container[str]) -> bool:
    """Whether a letter's record can be sent again: all of it is here, and its topic is ours."""
    return letter.topic in topics and letter.code != KEPT_IN_PART
