"""``stance.shifts`` to an Alertmanager: each confirmed shift is an alert, and posting it again changes nothing."""

from collections.abc import Sequence

import httpx
import structlog

from streams.agents.worker import Outbox, Record
from streams.alerts import alert
from streams.codec import decode_shift, encode
from streams.core.errors import Rejected
from streams.metrics import ALERTS
from streams.patience import ServiceAway, until_served
from streams.settings import Settings

log = structlog.get_logger(__name__)


class Notify:
    """Posts confirmed shifts. Offsets move only after a 200, so that a crash repeats an alert and loses none."""

    name = "notify"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def start(self) -> None:
        """Open the connection; without an Alertmanager, shifts are only logged."""
        self._client = httpx.AsyncClient(timeout=10)
        if self._settings.alertmanager is None:
            log.info("no Alertmanager is configured; confirmed shifts are logged only")

    async def stop(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def handle(self, batch: Sequence[Record], outbox: Outbox) -> None:
        """Post the confirmed shifts of the batch, in the order in which they came."""
        for record in batch:
            try:
                shift = decode_shift(record.value)
                if shift.status != "confirmed":
                    continue
                log.info("confirmed shift", shift_id=shift.shift_id, revision=shift.revision, sentence=shift.sentence)
                if self._settings.alertmanager is not None:
                    body = encode([alert(shift, record.at, self._settings.kibana)])
                    await until_served("alertmanager", lambda body=body: self._post(body))  # type: ignore[misc]
                    ALERTS.labels("sent").inc()
            except Rejected as fault:
                ALERTS.labels("refused").inc()
                await outbox.bury(record, fault)

    async def _post(self, body: bytes) -> None:
        url = f"{(self._settings.alertmanager or '').rstrip('/')}/api/v2/alerts"
        try:
            answer = await self._client.post(url, content=body, headers={"Content-Type": "application/json"})
        except httpx.HTTPError as error:
            raise ServiceAway(repr(error)) from error
        if answer.status_code in {400, 413, 422}:
            raise Rejected("alert_refused", "", f"Alertmanager: {answer.status_code} {answer.text[:300]}")
        if not answer.is_success:
            raise ServiceAway(f"Alertmanager: {answer.status_code} {answer.text[:300]}")
