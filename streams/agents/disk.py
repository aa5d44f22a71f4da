"""How full Elasticsearch's disk is: past its watermark it takes no more documents, and nobody is told."""

import asyncio

import structlog
from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from streams.metrics import DISK_USED

log = structlog.get_logger(__name__)
EVERY = 30.0


async def watch_disk(client: AsyncElasticsearch) -> None:
    """Look again and again until cancelled; while nobody answers, the last figure stands."""
    while True:
        try:
            DISK_USED.set(await disk_used(client))
        except (TransportError, ApiError) as error:
            log.debug("no figures about the disk", error=str(error))
        await asyncio.sleep(EVERY)


async def disk_used(client: AsyncElasticsearch) -> float:
    """The used share of the fullest data disk, 0 to 1. Raises TransportError, ApiError."""
    stats = await client.nodes.stats(metric="fs")
    totals = [node["fs"]["total"] for node in stats["nodes"].values() if node["fs"].get("total")]
    shares = [
        1 - disk["available_in_bytes"] / disk["total_in_bytes"] for disk in totals if disk["total_in_bytes"]
    ]
    return max(shares, default=0.0)
