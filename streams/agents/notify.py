"""``stance.shifts`` to those who asked to be told: each revision once a channel, however often it comes."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import httpx
import structlog

from streams.agents.outbox import Outbox, Record
from streams.agents.worker import nothing_escapes
from streams.channels import Channel, Notice, open_channels
from streams.codec import decode_shift
from streams.core.errors import Rejected
from streams.core.model import Shift
from streams.ledger import Ledger
from streams.metrics import ALERTS
from streams.patience import ServiceAway, until_served
from streams.rules import ALERTMANAGER, load_rules
from streams.search import make_client
from streams.settings import Settings

log = structlog.get_logger(__name__)
Bury = Callable[[Notice, Rejected], Awaitable[None]]
LOOK_EVERY = 5.0
TRIES_AT_MOST = 30
LONGEST_PAUSE = timedelta(hours=4)
ALERTS.labels("held")
ALERTS.labels("gave_up")


class Notify:
    """Tells the shifts that the rules admit and that the index ``stance-alerts`` does not remember yet.

    A notice is remembered after it is told, so a crash between the two tells it again: Alertmanager then sees an
    alert with the same labels and keeps one, a webhook's receiver sees the same id. Offsets move only when every
    notice is told or kept. What falls into quiet hours, or to a webhook that is away, is kept and sent later.
    """

    name = "notify"

    def __init__(self, settings: Settings) -> None:
        self.parts: dict[str, str] = {}
        self._settings = settings
        self._rules = load_rules(settings.alert_rules)
        self._client = httpx.AsyncClient(timeout=10, trust_env=False)
        self._channels = open_channels(self._rules, settings, self._client)

    async def start(self) -> None:
        """Open the connections; without an Alertmanager, its shifts are only logged."""
        self._ledger = Ledger(make_client(self._settings), self._settings)
        self._later = asyncio.create_task(self._tell_later())
        if ALERTMANAGER not in self._channels:
            log.info("no Alertmanager is configured; its shifts are logged only")

    async def stop(self) -> None:
        """Close the connections."""
        self._later.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._later
        await self._client.aclose()
        await self._ledger.close()

    async def handle(self, batch: Sequence[Record], outbox: Outbox) -> None:
        """Tell the new shifts of the batch, in the order in which they came."""
        origins: dict[str, Record] = {}
        notices: list[Notice] = []
        for record in batch:
            try:
                shift = decode_shift(record.value)
            except Rejected as fault:
                await outbox.bury(record, fault)
                continue
            for rule in self._rules.tell(shift):
                notices.append(Notice(shift, rule))
                origins[notices[-1].mark] = record
        new = await self._ledger.unknown(notices)
        now = datetime.now(UTC)
        await self._hold_quiet(new, now)
        awake = [notice for notice in new if not _quiet(notice, now)]
        await asyncio.gather(
            *(self._tell(name, those, origins, outbox) for name, those in _by_channel(awake).items())
        )

    async def _hold_quiet(self, notices: Sequence[Notice], now: datetime) -> None:
        for notice in notices:
            due = _quiet(notice, now)
            if due is not None and notice.rule.channel in self._channels:
                await self._ledger.hold([notice], due)
                ALERTS.labels("held").inc()

    async def _tell(
        self, name: str, notices: Sequence[Notice], origins: dict[str, Record], outbox: Outbox
    ) -> None:
        async def bury(notice: Notice, fault: Rejected) -> None:
            await outbox.bury(origins[notice.mark], fault)

        for notice in notices:
            _log(notice.shift)
        channel = self._channels.get(name)
        if channel is not None:
            await self._deliver(channel, notices, bury)

    async def _deliver(self, channel: Channel, notices: Sequence[Notice], bury: Bury, tries: int = 0) -> None:
        """Tell, and remember what became of each; one refused for its content is buried first."""
        results = list(zip(notices, await channel.tell(notices), strict=True))
        sent = [notice for notice, result in results if result is None]
        away = [notice for notice, result in results if isinstance(result, ServiceAway)]
        refused = [(notice, result) for notice, result in results if isinstance(result, Rejected)]
        for notice, fault in refused:
            await bury(notice, fault)
        await self._ledger.told(sent)
        await self._ledger.told([notice for notice, _ in refused], "refused")
        ALERTS.labels("sent").inc(len(sent))
        ALERTS.labels("refused").inc(len(refused))
        if away:
            await self._try_later(away, tries + 1)

    async def _try_later(self, notices: Sequence[Notice], tries: int) -> None:
        if tries > TRIES_AT_MOST:
            log.error("a channel was away too long; these shifts are given up", channel=notices[0].rule.channel,
                      shifts=[notice.shift.shift_id for notice in notices])  # fmt: skip
            await self._ledger.told(notices, "gave_up")
            ALERTS.labels("gave_up").inc(len(notices))
            return
        pause = min(LONGEST_PAUSE, timedelta(seconds=5 * 2 ** min(tries, 20)))
        log.warning("a channel is away; its shifts are kept for later", channel=notices[0].rule.channel,
                    count=len(notices), seconds=pause.total_seconds())  # fmt: skip
        await self._ledger.hold(notices, datetime.now(UTC) + pause, tries)
        ALERTS.labels("held").inc(len(notices))

    async def _tell_later(self) -> None:
        """For ever: tell what was held and is due by now."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            with nothing_escapes(self.name):
                due = await until_served("elasticsearch", lambda: self._ledger.claim_due(datetime.now(UTC)))
                for tries in sorted({tries for _, tries in due}):
                    await self._tell_due([notice for notice, its in due if its == tries], tries)

    async def _tell_due(self, due: Sequence[Notice], tries: int) -> None:
        for name, notices in _by_channel(due).items():
            channel = self._channels.get(name)
            if channel is None:  # the rules were changed meanwhile
                log.error("no such channel any more", channel=name, count=len(notices))
                await self._ledger.told(notices, "gave_up")
            else:
                await self._deliver(channel, notices, _tell_of_refusal, tries)


async def _tell_of_refusal(notice: Notice, fault: Rejected) -> None:
    log.error("an alert was refused", shift_id=notice.shift.shift_id, reason=fault.detail)


def _by_channel(notices: Sequence[Notice]) -> dict[str, list[Notice]]:
    grouped: dict[str, list[Notice]] = {}
    for notice in notices:
        grouped.setdefault(notice.rule.channel, []).append(notice)
    return grouped


def _quiet(notice: Notice, now: datetime) -> datetime | None:
    return notice.rule.quiet.until(now) if notice.rule.quiet else None


def _log(shift: Shift) -> None:
    log.info(
        f"{shift.status} shift", shift_id=shift.shift_id, revision=shift.revision, sentence=shift.sentence
    )
