"""What a backup says of a Kafka that refuses: no broker without rules of access can be made to."""

import asyncio

import pytest
from aiokafka.errors import GroupAuthorizationFailedError

from streams.backup import BackupFailed, open_backups
from streams.settings import load_settings


async def refused() -> None:
    async with open_backups(load_settings(), "stancewatch"):
        raise GroupAuthorizationFailedError("stancewatch-index")


def test_a_refusal_by_kafka_is_told_as_one_with_its_address() -> None:
    with pytest.raises(BackupFailed, match=r"127\.0\.0\.1:9092 refuses.*stancewatch-index"):
        asyncio.run(refused())
