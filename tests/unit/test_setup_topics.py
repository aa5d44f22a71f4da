"""What setup makes of a broker that does not show how its topics are set."""

import contextlib
from collections.abc import AsyncIterator, Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from streams import setup
from streams.settings import Settings, load_settings
from streams.topology import RAW


class Broker:
    """Answers as a broker does whose user lacks DescribeConfigs; a real one needs an authorizer to show it."""

    async def list_topics(self) -> list[str]:
        return [RAW]

    async def describe_topics(self, names: Iterable[str]) -> list[dict[str, Any]]:
        return [{"topic": name, "partitions": [{}] * 6} for name in names]

    async def describe_configs(self, resources: Iterable[Any]) -> list[SimpleNamespace]:
        return [
            SimpleNamespace(resources=[(29, "Topic authorization failed.", 2, one.name, [])])
            for one in resources
        ]


async def test_a_refused_configuration_is_told_and_taken_for_no_mismatch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @contextlib.asynccontextmanager
    async def admin(_: Settings) -> AsyncIterator[Broker]:
        yield Broker()

    monkeypatch.setattr(setup, "admin", admin)
    told = r"Kafka at broker:9092 .*TopicAuthorizationFailed.* topic articles\.raw: .*docs/operating\.md"
    with pytest.raises(setup.SetupError, match=told):
        async for _ in setup.run_setup(load_settings(kafka="broker:9092"), dry_run=True):
            pass
