"""``stance.shifts`` to an Alertmanager: each confirmed revision is posted once, however often it comes."""

from collections.abc import Sequence
from datetime import UTC, datetime

import httpx
import structlog

from streams.agents.worker import Outbox, Record
from streams.alerts import alert
from streams.codec import decode_shift, encode
from streams.core.errors import Rejected
from streams.core.model import Shift
from streams.metrics import ALERTS
from streams.patience import ServiceAway, until_served
from streams.search import Store, Write, make_client
from streams.settings import Settings
from streams.topology import ALERTS_INDEX

log = structlog.get_logger(__name__)
CHANNEL = "alertmanager"
REFUSED = frozenset({400, 413, 422})


class Notify:
    """Posts confirmed shifts that the index ``stance-alerts`` does not remember yet.

    The mark is written after the post, so a crash between the two posts again: Alertmanager then sees an alert
    with the same labels and keeps one. Offsets move only when both stand.
    """

    name = "notify"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._index = settings.index(ALERTS_INDEX)

    async def start(self) -> None:
        """Open the connections; without an Alertmanager, shifts are only logged."""
        self._client = httpx.AsyncClient(timeout=10)
        self._store = Store(make_client(self._settings))
        if self._settings.alertmanager is None:
            log.info("no Alertmanager is configured; confirmed shifts are logged only")

    async def stop(self) -> None:
        """Close the connections."""
        await self._client.aclose()
        await self._store.close()

    async def handle(self, batch: Sequence[Record], outbox: Outbox) -> None:
        """Post the confirmed shifts of the batch that are new, in the order in which they came."""
        shifts: dict[str, tuple[Record, Shift]] = {}
        for record in batch:
            try:
                shift = decode_shift(record.value)
            except Rejected as fault:
                await outbox.bury(record, fault)
                continue
            if shift.status == "confirmed":
                shifts.setdefault(f"{CHANNEL}:{shift.shift_id}:{shift.revision}", (record, shift))
        known = await self._store.fetch(self._index, list(shifts))
        for mark, (record, shift) in shifts.items():
            if mark not in known:
                await self._tell(mark, record, shift, outbox)

    async def _tell(self, mark: str, record: Record, shift: Shift, outbox: Outbox) -> None:
        log.info("confirmed shift", shift_id=shift.shift_id, revision=shift.revision, sentence=shift.sentence)
        if self._settings.alertmanager is None:
            return
        body = encode([alert(shift, datetime.now(UTC), self._settings.kibana)])
        try:
            await until_served("alertmanager", lambda: self._post(body))
        except Rejected as fault:
            ALERTS.labels("refused").inc()
            await outbox.bury(record, fault)
            return
        ALERTS.labels("sent").inc()
        note = {
            "shift_id": shift.shift_id,
            "revision": shift.revision,
            "channel": CHANNEL,
            "sent_at": datetime.now(UTC),
        }
        await self._store.write([Write(self._index, mark, encode(note))])

    async def _post(self, body: bytes) -> None:
        url = f"{(self._settings.alertmanager or '').rstrip('/')}/api/v2/alerts"
        try:
            answer = await self._client.post(url, content=body, headers={"Content-Type": "application/json"})
        except httpx.HTTPError as error:
            raise ServiceAway(repr(error)) from error
        if answer.status_code in REFUSED:
            raise Rejected("alert_refused", "", f"Alertmanager: {answer.status_code} {answer.text[:300]}")
        if not answer.is_success:
            raise ServiceAway(f"Alertmanager: {answer.status_code} {answer.text[:300]}")
