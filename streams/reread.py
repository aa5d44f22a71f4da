"""Reads indexed articles again, month by month, into indices beside the old ones, and swaps them by alias.

The workers may run all the while: for the moment of the swap the old indices take no writes, which the index role
waits out like any other absence of Elasticsearch.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from elasticsearch import AsyncElasticsearch

from streams.codec import encode, from_document
from streams.core.errors import Rejected
from streams.core.model import EnrichedEvent, RawArticle
from streams.reading import Reading
from streams.search import Store, Write
from streams.settings import Settings
from streams.topology import ARTICLES_INDEX, OBSERVATIONS_INDEX

PAGE = 200
KINDS = (ARTICLES_INDEX, OBSERVATIONS_INDEX)
# What an article said of itself, cleaned, and its language as detected; all else was read from it, and is read anew.
OWN_FIELDS = ("article_id", "url", "source", "title", "text", "published_at", "language", "extra")


class RereadFailed(Exception):  # noqa: N818 - says what is so
    """A month was left as it was; the message says why."""


@dataclass(slots=True)
class Month:
    """What became of one month. kept: articles that can be read no more and stay as they were."""

    name: str
    articles: int = 0
    kept: int = 0
    observations_before: int = 0
    observations: int = 0


async def months_since(client: AsyncElasticsearch, settings: Settings, since: datetime) -> list[str]:
    """The months that hold articles, such as 2025.05, from the one of ``since`` on."""
    alias = settings.index(ARTICLES_INDEX)
    found = await client.options(ignore_status=404).indices.get_alias(name=alias)
    names = [name for name, body in found.items() if isinstance(body, Mapping) and "aliases" in body]
    months = {part for name in names for part in name.split("-") if _is_month(part)}
    return sorted(month for month in months if month >= f"{since:%Y.%m}")


async def reread_month(
    client: AsyncElasticsearch,
    settings: Settings,
    reading: Reading,
    name: str,
    advance: Callable[[int], None],
) -> Month:
    """Read one month again and swap. Raises RereadFailed; the old indices stand then, and take writes."""
    work = _Rereading(client, settings, reading, Month(name), advance)
    try:
        await work.run()
    except BaseException:
        await work.give_up()
        raise
    return work.month


class _Rereading:
    def __init__(
        self,
        client: AsyncElasticsearch,
        settings: Settings,
        reading: Reading,
        month: Month,
        advance: Callable[[int], None],
    ) -> None:
        self.month = month
        self._client = client
        self._store = Store(client)
        self._settings = settings
        self._reading = reading
        self._advance = advance
        stamp = f"{datetime.now(UTC):%Y%m%d%H%M%S}"
        # No template matches these names, so that no search finds them before the swap.
        self._new = {
            kind: settings.index(kind.replace("-", "-reread-", 1) + f"-{month.name}-{stamp}")
            for kind in KINDS
        }
        self._target = {kind: settings.index(f"{kind}-{month.name}") for kind in KINDS}
        self._old: dict[str, str] = {}
        self._is_swapped = False

    async def run(self) -> None:
        for kind in KINDS:
            await self._create(kind)
        before = await self._checkpoints()
        await self._read({"match_all": {}})
        await self._block()
        # What came while the month was read; nothing more can come now. Each shard counts its writes by itself.
        for shard, checkpoint in before.items():
            await self._read({"range": {"_seq_no": {"gt": checkpoint}}}, preference=f"_shards:{shard}")
        await self._check()
        await self._swap()
        self._is_swapped = True

    async def give_up(self) -> None:
        """Let the old indices take writes again, and leave nothing beside them."""
        if not self._is_swapped:
            await self._unblock()
            await self._client.indices.delete(index=list(self._new.values()), ignore_unavailable=True)

    async def _create(self, kind: str) -> None:
        found = await self._client.options(ignore_status=404).indices.get(index=self._target[kind])
        names = [name for name, body in found.items() if isinstance(body, Mapping) and "mappings" in body]
        if names:
            self._old[kind] = names[0]
        made = await self._client.indices.simulate_index_template(name=self._target[kind])
        template = made["template"]
        await self._client.indices.create(
            index=self._new[kind], mappings=template["mappings"], settings=template["settings"]
        )

    async def _checkpoints(self) -> dict[str, int]:
        """Of each shard the sequence number up to which all of its copies hold every write."""
        index = self._old[ARTICLES_INDEX]
        stats = await self._client.indices.stats(index=index, level="shards")
        return {
            shard: min(int(copy["seq_no"]["global_checkpoint"]) for copy in copies)
            for shard, copies in stats["indices"][index]["shards"].items()
        }

    async def _read(self, query: dict[str, Any], preference: str | None = None) -> None:
        await self._client.indices.refresh(index=self._old[ARTICLES_INDEX])
        async for page in self._pages(query, preference):
            writes = [write for source in page for write in self._writes(source)]
            for verdict in await self._store.write(writes):
                if isinstance(verdict, Rejected):
                    raise RereadFailed(f"Elasticsearch refuses a document: {verdict}")
            self._advance(len(page))

    async def _pages(
        self, query: dict[str, Any], preference: str | None
    ) -> AsyncIterator[list[dict[str, Any]]]:
        after: list[Any] | None = None
        while True:
            answer = await self._client.search(
                index=self._old[ARTICLES_INDEX], query=query, size=PAGE, search_after=after,
                sort=[{"article_id": "asc"}], preference=preference, allow_partial_search_results=False,
            )  # fmt: skip
            hits = answer["hits"]["hits"]
            if hits:
                yield [hit["_source"] for hit in hits]
            if len(hits) < PAGE:
                return
            after = hits[-1]["sort"]

    def _writes(self, source: dict[str, Any]) -> list[Write]:
        article_id = source["article_id"]
        try:
            event = self._event(source)
        except Rejected:
            self.month.kept += 1
            return [Write(self._new[ARTICLES_INDEX], article_id, encode(source)), *self._observations(source)]
        writes = [Write(self._new[ARTICLES_INDEX], article_id, encode(event))]
        return writes + [
            Write(self._new[OBSERVATIONS_INDEX], observation.observation_id, encode(observation))
            for observation in event.observations
        ]

    def _event(self, source: dict[str, Any]) -> EnrichedEvent:
        own = {key: source[key] for key in OWN_FIELDS if source.get(key) is not None}
        # Not by the raw edge: what was cleaned once may hold what a second cleaning would take for markup.
        article = from_document(RawArticle, own)
        return self._reading.reader.read(article, datetime.fromisoformat(source["ingested_at"]))

    def _observations(self, source: dict[str, Any]) -> Sequence[Write]:
        index = self._new[OBSERVATIONS_INDEX]
        return [Write(index, each["observation_id"], encode(each)) for each in source.get("observations", ())]

    async def _block(self) -> None:
        """Let the old indices take no more writes. Unlike a setting, this waits for the writes that are under way."""
        await self._client.indices.add_block(index=",".join(self._old.values()), block="write")

    async def _unblock(self) -> None:
        # null lifts a block for good, where false would stay behind as a setting
        await self._client.indices.put_settings(
            index=list(self._old.values()), settings={"index.blocks.write": None}
        )

    async def _check(self) -> None:
        counts = {}
        for place, names in (("old", self._old), ("new", self._new)):
            for kind, index in names.items():
                await self._client.indices.refresh(index=index)
                counts[place, kind] = int((await self._client.count(index=index))["count"])
        was, now = counts["old", ARTICLES_INDEX], counts["new", ARTICLES_INDEX]
        if was != now:
            raise RereadFailed(f"{self.month.name}: {was} articles became {now}")
        self.month.articles = now
        self.month.observations_before = counts.get(("old", OBSERVATIONS_INDEX), 0)
        self.month.observations = counts["new", OBSERVATIONS_INDEX]

    async def _swap(self) -> None:
        actions: list[dict[str, Any]] = [{"remove_index": {"index": index}} for index in self._old.values()]
        for kind in KINDS:
            for alias in (self._target[kind], self._settings.index(kind)):
                actions.append({"add": {"index": self._new[kind], "alias": alias}})
        await self._client.indices.update_aliases(actions=actions)


def _is_month(part: str) -> bool:
    return len(part) == 7 and part[4] == "." and part.replace(".", "").isdigit()
