"""Elasticsearch at the edge: a client, and bulk writes in which one bad document never costs the others."""

import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from elastic_transport import TlsError
from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from streams.core.errors import Rejected
from streams.metrics import BULK_RETRIES
from streams.patience import ServiceAway, until_served
from streams.settings import Settings, SettingsError

BULK_BYTES = 8 * 1024 * 1024
# A document's own fault. All else (overload, a missing shard, a full disk, a key that expired) is the world's.
OWN_FAULT = frozenset({400, 413})

Verdict = Literal["written", "stale"] | Rejected


@dataclass(frozen=True, slots=True)
class Write:
    """One document to be stored. body is its JSON.

    version: an external version; an older one than what is stored is stale, the same one is written again.
    seen: the sequence number and primary term that the writer read; ``create`` asks that nothing is there yet.
    """

    index: str
    doc_id: str
    body: bytes
    version: int | None = None
    seen: tuple[int, int] | Literal["create"] | None = None

    def action(self) -> dict[str, Any]:
        """The action line of the bulk API."""
        meta: dict[str, Any] = {"_index": self.index, "_id": self.doc_id}
        if self.version is not None:
            meta |= {"version": self.version, "version_type": "external_gte"}
        if self.seen == "create":
            return {"create": meta}
        if self.seen is not None:
            meta |= {"if_seq_no": self.seen[0], "if_primary_term": self.seen[1]}
        return {"index": meta}


def make_client(settings: Settings) -> AsyncElasticsearch:
    """A client without retries of its own: they are too short to help and hide the trouble from our counters.

    Raises SettingsError if a file that the settings name cannot be used.
    """
    password, api_key = settings.password(), settings.api_key()
    authority: dict[str, Any] = {}
    if settings.elasticsearch_ca_file:
        try:
            authority = {"ssl_context": ssl.create_default_context(cafile=settings.elasticsearch_ca_file)}
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(
                f"STANCEWATCH_ELASTICSEARCH_CA_FILE: {settings.elasticsearch_ca_file}: {error}"
            ) from error
    nodes = settings.elasticsearch.split(",")
    if authority and not all(node.startswith("https://") for node in nodes):
        raise SettingsError(
            f"STANCEWATCH_ELASTICSEARCH_CA_FILE is given, and STANCEWATCH_ELASTICSEARCH is not https: {nodes}"
        )
    return AsyncElasticsearch(
        nodes,
        basic_auth=(settings.elasticsearch_user, password)
        if settings.elasticsearch_user and password and not api_key
        else None,
        api_key=api_key,
        request_timeout=30,
        max_retries=0,
        retry_on_timeout=False,
        **authority,
    )


def told(error: TransportError) -> str:
    """What went wrong on the way, in words that help: of TLS the client itself says no more than that it failed."""
    cause = error.message if isinstance(error, TlsError) else str(error)
    hint = " (STANCEWATCH_ELASTICSEARCH_CA_FILE)" if "CERTIFICATE_VERIFY_FAILED" in cause else ""
    return f"{cause[:500]}{hint}"


class Store:
    """Reads and writes documents; waits for ever while Elasticsearch is away."""

    def __init__(self, client: AsyncElasticsearch) -> None:
        self._client = client

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.close()

    async def write(self, writes: Sequence[Write]) -> list[Verdict]:
        """Store the documents and say of each, in order, what became of it."""
        verdicts: list[Verdict | None] = [None] * len(writes)
        for chunk in _chunks(writes):
            await until_served("elasticsearch", lambda chunk=chunk: self._attempt(writes, chunk, verdicts))  # type: ignore[misc]
        return [verdict for verdict in verdicts if verdict is not None]

    async def fetch(self, index: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The documents that exist among ``ids``, as the multi-get API gives them: real-time, with ``_seq_no``."""

        async def call() -> dict[str, dict[str, Any]]:
            found = await _ask(self._client.mget(index=index, ids=list(ids)))
            for doc in found["docs"]:
                # An index that is not there yet holds nothing; any other fault of one document is the world's.
                if "error" in doc and doc["error"].get("type") != "index_not_found_exception":
                    raise ServiceAway(str(doc["error"])[:500])
            return {doc["_id"]: doc for doc in found["docs"] if doc.get("found")}

        return await until_served("elasticsearch", call) if ids else {}

    async def _attempt(
        self, writes: Sequence[Write], chunk: list[int], verdicts: list[Verdict | None]
    ) -> None:
        waiting = [place for place in chunk if verdicts[place] is None]
        operations: list[Any] = []
        for place in waiting:
            operations += (writes[place].action(), writes[place].body)
        try:
            answer = await _ask(self._client.bulk(operations=operations))
        except ServiceAway:
            BULK_RETRIES.labels("request").inc(len(waiting))
            raise
        again = ""
        for place, item in zip(waiting, answer["items"], strict=True):
            (result,) = item.values()
            verdict = _judge(result)
            if verdict is None:
                BULK_RETRIES.labels("item").inc()
                again = f"{result['status']} {result.get('error', {}).get('reason', '')}"[:300]
            verdicts[place] = verdict
        if again:
            raise ServiceAway(again)


async def _ask(call: Any) -> Any:
    """Await a client call; what the service may cure by itself becomes ServiceAway."""
    try:
        return await call
    except TransportError as error:
        raise ServiceAway(told(error)) from error
    except ApiError as error:
        if error.status_code in OWN_FAULT:
            raise
        raise ServiceAway(f"{error.status_code} {error.message}"[:500]) from error


def _judge(result: dict[str, Any]) -> Verdict | None:
    status = result["status"]
    if status in {200, 201}:
        return "written"
    if status == 409:
        return "stale"
    if status in OWN_FAULT:
        error = result.get("error", {})
        cause = error.get("caused_by", {}).get("reason", "")
        return Rejected("index_refused", "", f"{error.get('type')}: {error.get('reason')} {cause}"[:500])
    return None


def _chunks(writes: Iterable[Write]) -> list[list[int]]:
    chunks: list[list[int]] = []
    size = BULK_BYTES
    for place, write in enumerate(writes):
        if size + len(write.body) > BULK_BYTES:
            chunks.append([])
            size = 0
        chunks[-1].append(place)
        size += len(write.body)
    return chunks
