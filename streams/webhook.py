"""Posting a shift to a receiver of one's own, signed as https://www.standardwebhooks.com describes."""

import base64
import hashlib
import hmac
from datetime import datetime

import httpx

from streams.core.errors import Rejected
from streams.patience import ServiceAway

TRIES = 3
# The receiver has read it and will never want it. All else, a wrong secret too, somebody can mend: try again.
REFUSED = frozenset({400, 410, 413, 422})


def signed(message_id: str, at: datetime, body: bytes, secret: str) -> dict[str, str]:
    """The headers of a delivery. The id stays the same when it is tried again, so that a receiver can tell."""
    stamp = str(int(at.timestamp()))
    digest = hmac.new(_key(secret), f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


async def post(
    client: httpx.AsyncClient, url: str, secret: str, message_id: str, body: bytes, at: datetime
) -> None:
    """Deliver once. Raises Rejected if the receiver will never take it, ServiceAway if it may later."""
    try:
        answer = await client.post(url, content=body, headers=signed(message_id, at, body, secret))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ServiceAway(repr(error)) from error
    if answer.status_code in REFUSED:
        raise Rejected("webhook_refused", "", f"webhook: {answer.status_code} {answer.text[:300]}")
    if not answer.is_success:
        raise ServiceAway(f"webhook: {answer.status_code} {answer.text[:300]}")


def _key(secret: str) -> bytes:
    """``whsec_`` announces base64; anything else is the key itself."""
    bare = secret.strip()
    return base64.b64decode(bare.removeprefix("whsec_")) if bare.startswith("whsec_") else bare.encode()
