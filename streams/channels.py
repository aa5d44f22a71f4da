"""Where alerts go: an Alertmanager, which takes many at once, and signed webhooks, which take one at a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import httpx

from streams.alerts import alert, message
from streams.codec import encode
from streams.core.errors import Rejected
from streams.core.model import Shift
from streams.patience import ServiceAway, until_served
from streams.rules import ALERTMANAGER, AlertRules, Rule, Webhook
from streams.settings import Settings, SettingsError
from streams.webhook import TRIES, post

REFUSED = frozenset({400, 413, 422})
PAUSE = 0.5


@dataclass(frozen=True, slots=True)
class Notice:
    """One shift for one channel. Its mark is the same for ever, so that what was told is not told again."""

    shift: Shift
    rule: Rule

    @property
    def mark(self) -> str:
        """The id of this notice among what was told."""
        return f"{self.rule.channel}:{self.shift.shift_id}:{self.shift.revision}"


# None: it was told. Rejected: the receiver will never take it. ServiceAway: it was not told now.
Told = None | Rejected | ServiceAway


class Channel(Protocol):
    """Tells notices and says, in order, what became of each."""

    async def tell(self, notices: Sequence[Notice]) -> list[Told]:
        """Tell them all."""


class Alertmanager:
    """Waits for ever while Alertmanager is away: it is the channel that wakes people."""

    def __init__(self, client: httpx.AsyncClient, url: str, kibana: str | None) -> None:
        self._client = client
        self._url = f"{url.rstrip('/')}/api/v2/alerts"
        self._kibana = kibana

    async def tell(self, notices: Sequence[Notice]) -> list[Told]:
        """Post all in one request; if that is refused, one by one, to know which of them is at fault."""
        try:
            await self._post(notices)
        except Rejected as fault:
            if len(notices) == 1:
                return [fault]
            return [told for notice in notices for told in await self.tell([notice])]
        return [None] * len(notices)

    async def _post(self, notices: Sequence[Notice]) -> None:
        now = datetime.now(UTC)
        body = encode([alert(notice.shift, now, self._kibana, notice.rule) for notice in notices])
        await until_served("alertmanager", lambda: self._attempt(body))

    async def _attempt(self, body: bytes) -> None:
        try:
            answer = await self._client.post(
                self._url, content=body, headers={"Content-Type": "application/json"}
            )
        except httpx.HTTPError as error:
            raise ServiceAway(repr(error)) from error
        if answer.status_code in REFUSED:
            raise Rejected("alert_refused", "", f"Alertmanager: {answer.status_code} {answer.text[:300]}")
        if not answer.is_success:
            raise ServiceAway(f"Alertmanager: {answer.status_code} {answer.text[:300]}")


class WebhookChannel:
    """Tries a few times and then says that the receiver is away, so that it never holds up the other channels."""

    def __init__(self, client: httpx.AsyncClient, webhook: Webhook, kibana: str | None) -> None:
        self._client = client
        self._webhook = webhook
        self._secret = _read_secret(webhook)
        self._kibana = kibana

    async def tell(self, notices: Sequence[Notice]) -> list[Told]:
        """Post one after another; once the receiver is away, the rest of this batch is not tried."""
        told: list[Told] = []
        for notice in notices:
            away = told[-1] if told and isinstance(told[-1], ServiceAway) else None
            told.append(away or await self._tell(notice))
        return told

    async def _tell(self, notice: Notice) -> Told:
        body = encode(message(notice.shift, notice.rule, self._kibana))
        result: Told = None
        for attempt in range(TRIES):
            try:
                await post(
                    self._client, self._webhook.url, self._secret, notice.mark, body, datetime.now(UTC)
                )
            except Rejected as fault:
                return fault
            except ServiceAway as away:
                result = away
                await asyncio.sleep(PAUSE * 2**attempt)
            else:
                return None
        return result


def open_channels(rules: AlertRules, settings: Settings, client: httpx.AsyncClient) -> dict[str, Channel]:
    """The channels that can be told; Alertmanager only where one is configured. Raises SettingsError."""
    channels: dict[str, Channel] = {
        name: WebhookChannel(client, webhook, settings.kibana) for name, webhook in rules.channels.items()
    }
    if settings.alertmanager is not None:
        channels[ALERTMANAGER] = Alertmanager(client, settings.alertmanager, settings.kibana)
    return channels


def _read_secret(webhook: Webhook) -> str:
    try:
        secret = webhook.secret_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"the webhook's secret_file cannot be read: {error}") from error
    if not secret:
        raise SettingsError(f"the webhook's secret_file is empty: {webhook.secret_file}")
    return secret
