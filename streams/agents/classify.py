"""``articles.raw`` to ``articles.enriched`` and ``stance.observations``."""

from collections.abc import Sequence

from streams.agents.outbox import Outbox, Output, Record, Sending
from streams.core.errors import Rejected
from streams.metrics import ARTICLES, OBSERVED
from streams.pool import ChunkReader, Read, ReaderPool
from streams.settings import Settings
from streams.topology import ENRICHED, OBSERVATIONS


class Classify:
    """Reads each article in the process pool; what cannot be read becomes a dead letter."""

    name = "classify"

    def __init__(self, settings: Settings, read: ChunkReader | None = None) -> None:
        self.parts: dict[str, str] = {}
        self._settings = settings
        self._pool = ReaderPool(settings.readers, settings.read_timeout, read)

    async def start(self) -> None:
        """Load the reader before the first record comes."""
        loaded = await self._pool.warm_up()
        self.parts = {"pipeline": loaded.pipeline, "lexicon": loaded.lexicon}
        for issue in loaded.issues:
            OBSERVED.labels(issue)

    async def stop(self) -> None:
        """End the reading processes."""
        self._pool.close()

    async def handle(self, batch: Sequence[Record], outbox: Outbox) -> Sending:
        """Read, and bury what was rejected; the rest is sent on while the next batch is read."""
        results = await self._pool.read([(record.value, record.at) for record in batch])
        told = list(zip(batch, results, strict=True))
        dead = [(record, result) for record, result in told if isinstance(result, Rejected)]
        await outbox.bury_all(dead)
        ARTICLES.labels("dead").inc(len(dead))
        return self._send([(record, result) for record, result in told if isinstance(result, Read)], outbox)

    async def _send(self, read: Sequence[tuple[Record, Read]], outbox: Outbox) -> None:
        await outbox.send([output for record, result in read for output in self._outputs(record, result)])
        for _, result in read:
            ARTICLES.labels(result.outcome).inc()
            for issue in result.issues:
                OBSERVED.labels(issue).inc()

    def _outputs(self, record: Record, result: Read) -> list[Output]:
        observations = self._settings.topic(OBSERVATIONS)
        return [
            Output(self._settings.topic(ENRICHED), result.key, result.event, record),
            *(Output(observations, key, value, record) for key, value in result.readings),
        ]
