"""Enriched events, observations, shifts and dead letters into Elasticsearch, each document under its own id."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import structlog

from streams.agents.disk import watch_disk
from streams.agents.outbox import Outbox, Record
from streams.codec import decode_dead_letter, decode_shift, encode
from streams.core.errors import Rejected
from streams.core.validate import parse_object
from streams.deadletter import dead_document
from streams.metrics import INDEXED
from streams.search import Store, Write, make_client
from streams.settings import Settings
from streams.topology import (
    ARTICLES_INDEX,
    DEAD,
    DEAD_INDEX,
    ENRICHED,
    OBSERVATIONS,
    OBSERVATIONS_INDEX,
    SHIFTS,
    SHIFTS_INDEX,
)

log = structlog.get_logger(__name__)


class Index:
    """Turns records into writes. The bytes of a record are the body of its document."""

    name = "index"

    def __init__(self, settings: Settings) -> None:
        self.parts: dict[str, str] = {}
        self._settings = settings
        self._makers = {
            settings.topic(ENRICHED): self._article,
            settings.topic(OBSERVATIONS): self._observation,
            settings.topic(SHIFTS): self._shift,
            settings.topic(DEAD): self._letter,
        }

    async def start(self) -> None:
        """Open the connection."""
        client = make_client(self._settings)
        self._store = Store(client)
        self._watching = asyncio.create_task(watch_disk(client))

    async def stop(self) -> None:
        """Close the connection."""
        self._watching.cancel()
        await self._store.close()

    async def handle(self, batch: Sequence[Record], outbox: Outbox) -> None:
        """Write the batch; bury what is no document and what Elasticsearch refuses for its content."""
        dead: list[tuple[Record, Rejected]] = []
        writes: list[tuple[Record, Write]] = []
        for record in batch:
            try:
                write = self._makers[record.topic](record)
            except Rejected as fault:
                dead.append((record, fault))
                continue
            if write is not None:
                writes.append((record, write))
        verdicts = await self._store.write([write for _, write in writes])
        for (record, _), verdict in zip(writes, verdicts, strict=True):
            if isinstance(verdict, Rejected):
                dead.append((record, verdict))
            INDEXED.labels("dead" if isinstance(verdict, Rejected) else verdict).inc()
        await outbox.bury_all(self._no_letters(dead))

    def _no_letters(self, dead: Sequence[tuple[Record, Rejected]]) -> list[tuple[Record, Rejected]]:
        """Without the dead letters that were refused themselves: a letter about each would be refused in turn."""
        for record, fault in dead:
            if record.topic == self._settings.topic(DEAD):
                log.error("a dead letter cannot be indexed; it stays on its topic", partition=record.partition,
                          offset=record.offset, reason=str(fault))  # fmt: skip
        return [(record, fault) for record, fault in dead if record.topic != self._settings.topic(DEAD)]

    def _article(self, record: Record) -> Write:
        return self._monthly(record, ARTICLES_INDEX, "article_id")

    def _observation(self, record: Record) -> Write | None:
        if b'"stance"' not in (record.value or b"") and b'"after"' in (record.value or b""):
            return None  # a reported shift: it is searchable in its article and in the shift that it gives
        return self._monthly(record, OBSERVATIONS_INDEX, "observation_id")

    def _shift(self, record: Record) -> Write:
        shift = decode_shift(record.value)
        return Write(
            self._settings.index(SHIFTS_INDEX), shift.shift_id, record.value or b"", version=shift.revision
        )

    def _letter(self, record: Record) -> Write:
        letter = decode_dead_letter(record.value)
        # Only ever created: read again, a letter must not open what somebody has dropped or sent again.
        body = encode(dead_document(letter))
        return Write(self._settings.index(DEAD_INDEX), letter.dead_id, body, seen="create")

    def _monthly(self, record: Record, index: str, id_field: str) -> Write:
        document = parse_object(record.value)
        try:
            doc_id, published_at = document[id_field], datetime.fromisoformat(document["published_at"])
        except (KeyError, TypeError, ValueError) as error:
            raise Rejected("bad_record", id_field, f"no {index} document: {error!r}") from error
        return Write(self._settings.index(f"{index}-{published_at:%Y.%m}"), str(doc_id), record.value or b"")
