"""``stance.observations`` to ``stance.shifts``, by way of the series that Elasticsearch keeps."""

from collections.abc import Sequence
from datetime import UTC, datetime

from streams.agents.outbox import Outbox, Output, Record
from streams.codec import decode_reading, encode
from streams.core.detector import DEFAULT
from streams.core.errors import Rejected
from streams.core.model import Observation, ReportedShift, Shift
from streams.metrics import SHIFTS as SHIFT_COUNT
from streams.search import make_client
from streams.series import SeriesStore
from streams.settings import Settings
from streams.topology import SHIFTS


class Track:
    """Folds each batch into its series and sends every shift that the batch's observations touch."""

    name = "track"

    def __init__(self, settings: Settings) -> None:
        self.parts: dict[str, str] = {"detector": DEFAULT.version}
        self._settings = settings

    async def start(self) -> None:
        """Open the connection."""
        self._series = SeriesStore(make_client(self._settings), self._settings)

    async def stop(self) -> None:
        """Close the connection."""
        await self._series.close()

    async def handle(self, batch: Sequence[Record], outbox: Outbox) -> None:
        """Decode, fold with compare-and-set, send."""
        readings: dict[str, list[Observation | ReportedShift]] = {}
        origins: dict[str, Record] = {}
        dead: list[tuple[Record, Rejected]] = []
        for record in batch:
            try:
                reading = decode_reading(record.value)
            except Rejected as fault:
                dead.append((record, fault))
                continue
            readings.setdefault(reading.series, []).append(reading)
            origins[reading.series] = record
        shifts = await self._series.fold(readings, datetime.now(UTC))
        await outbox.send([self._output(shift, origins[shift.series]) for shift in shifts])
        await outbox.bury_all(dead)

    def _output(self, shift: Shift, origin: Record) -> Output:
        SHIFT_COUNT.labels(shift.status).inc()
        return Output(self._settings.topic(SHIFTS), shift.series.encode(), encode(shift), origin)
