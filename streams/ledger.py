"""What was told and what is still to be told: the index ``stance-alerts``, one document for each notice."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from streams.channels import Notice
from streams.codec import encode, from_document
from streams.core.errors import Rejected
from streams.core.model import Shift
from streams.patience import ServiceAway, until_served
from streams.rules import Rule
from streams.search import Store, Write
from streams.settings import Settings
from streams.topology import ALERTS_INDEX

LEASE = timedelta(minutes=5)
PAGE = 100


class Ledger:
    """Remembers notices. A held one carries the shift itself and the time when it is due."""

    def __init__(self, client: AsyncElasticsearch, settings: Settings) -> None:
        self._client = client
        self._store = Store(client)
        self._index = settings.index(ALERTS_INDEX)

    async def close(self) -> None:
        """Give the connection back."""
        await self._store.close()

    async def unknown(self, notices: Sequence[Notice]) -> list[Notice]:
        """Those that were neither told nor held yet, each once."""
        by_mark = {notice.mark: notice for notice in notices}
        known = await self._store.fetch(self._index, list(by_mark))
        return [notice for mark, notice in by_mark.items() if mark not in known]

    async def told(self, notices: Sequence[Notice], outcome: str = "sent") -> None:
        """Remember for ever that these need no telling any more."""
        now = datetime.now(UTC)
        await self._write(
            [(notice, {**_base(notice), "outcome": outcome, "sent_at": now}) for notice in notices]
        )

    async def hold(self, notices: Sequence[Notice], due: datetime, tries: int = 0) -> None:
        """Keep them until they are due."""
        kept = {"outcome": "held", "due_at": due, "tries": tries, "since": datetime.now(UTC)}
        await self._write(
            [
                (notice, {**_base(notice), **kept, "shift": notice.shift, "told_by": notice.rule})
                for notice in notices
            ]
        )

    async def claim_due(self, now: datetime) -> list[tuple[Notice, int]]:
        """The held notices that are due, with how often each was tried. Nobody else gets them for five minutes."""
        try:
            answer = await self._client.search(
                index=self._index, size=PAGE, query={"range": {"due_at": {"lte": now.isoformat()}}},
                sort=[{"due_at": "asc"}], seq_no_primary_term=True,
            )  # fmt: skip
        except (TransportError, ApiError) as error:
            raise ServiceAway(str(error)[:300]) from error
        hits = answer["hits"]["hits"]
        leases = [
            Write(
                self._index, hit["_id"], encode({**hit["_source"], "due_at": now + LEASE}),
                seen=(hit["_seq_no"], hit["_primary_term"]),
            )
            for hit in hits
        ]  # fmt: skip
        verdicts = await self._store.write(leases) if leases else []
        return [
            (_notice(hit["_source"]), hit["_source"].get("tries", 0))
            for hit, verdict in zip(hits, verdicts, strict=True)
            if verdict == "written"
        ]

    async def _write(self, entries: Sequence[tuple[Notice, dict[str, Any]]]) -> None:
        writes = [Write(self._index, notice.mark, _body(entry)) for notice, entry in entries]

        async def attempt() -> None:
            for verdict in await self._store.write(writes):
                if isinstance(
                    verdict, Rejected
                ):  # an index of an older version: setup gives it the new fields
                    raise ServiceAway(f"run `stancewatch setup`: {verdict.detail}")

        if writes:
            await until_served("elasticsearch", attempt)


def _base(notice: Notice) -> dict[str, Any]:
    return {
        "shift_id": notice.shift.shift_id,
        "revision": notice.shift.revision,
        "channel": notice.rule.channel,
        "rule": notice.rule.name,
    }


def _body(entry: dict[str, Any]) -> bytes:
    rule = entry.get("told_by")
    return encode({**entry, "told_by": rule.model_dump(mode="json", by_alias=True)} if rule else entry)


def _notice(document: dict[str, Any]) -> Notice:
    return Notice(from_document(Shift, document["shift"]), Rule.model_validate(document["told_by"]))
