"""Setup is idempotent, tries before it does, and refuses what it must not change."""

from typing import Any

from aiohttp import web

from streams.indices import lifecycle
from streams.kafka import admin, create_topic
from streams.search import make_client
from streams.services.config import free_ports
from streams.settings import Settings
from streams.setup import Step, run_setup
from streams.topology import RAW, TopicSpec, topic_specs
from tests.lifecycles import Lifecycles


async def steps(settings: Settings, *, dry_run: bool = False) -> list[Step]:
    return [step async for step in run_setup(settings, dry_run)]


def outcomes(found: list[Step]) -> set[str]:
    """Without what this server has not: the test node comes without index lifecycles."""
    (lifecycle,) = [step for step in found if step.what == "lifecycle"]
    assert lifecycle.outcome == "unavailable"
    return {step.outcome for step in found if step is not lifecycle}


async def test_a_second_setup_changes_nothing(settings: Settings) -> None:
    assert outcomes(await steps(settings)) == {"unchanged"}


async def test_a_dry_run_changes_nothing(settings: Settings) -> None:
    fresh = settings.model_copy(update={"prefix": f"{settings.prefix}-dry"})
    planned = await steps(fresh, dry_run=True)
    assert outcomes(planned) == {"would create"}
    assert await steps(fresh, dry_run=True) == planned


async def test_a_mismatch_is_refused_with_the_command_that_mends_it(settings: Settings) -> None:
    other = settings.model_copy(update={"prefix": f"{settings.prefix}-odd"})
    spec = next(spec for spec in topic_specs(other) if spec.name == other.topic(RAW))
    async with admin(other) as client:
        await create_topic(client, TopicSpec(spec.name, 1, 1, {"retention.ms": "1000"}))
    (found,) = [step for step in await steps(other) if step.outcome == "mismatch"]
    assert found.name == spec.name
    assert f"--topic {spec.name} --partitions 3" in found.mend
    single = other.model_copy(update={"partitions": 1})
    (found,) = [step for step in await steps(single) if step.outcome == "mismatch"]
    assert "retention.ms is 1000" in found.detail
    assert "kafka-configs.sh" in found.mend


async def test_an_outdated_template_is_updated_and_a_newer_one_refused(settings: Settings) -> None:
    client = make_client(settings)
    try:
        name = settings.index("stance-shifts")
        body: dict[str, Any] = {"index_patterns": [name], "priority": 200, "template": {}}
        await client.indices.put_index_template(name=name, **body, meta={"version": 1, "content": "old"})
        assert [s.name for s in await steps(settings) if s.outcome == "updated"] == [name]
        await client.indices.put_index_template(name=name, **body, meta={"version": 99, "content": "new"})
        (refused,) = [s for s in await steps(settings) if s.outcome == "mismatch"]
        assert "newer" in refused.detail
    finally:
        await client.close()


async def test_an_index_of_an_older_version_gets_the_new_fields(settings: Settings) -> None:
    old = settings.model_copy(update={"prefix": f"{settings.prefix}-old"})
    client = make_client(old)
    try:
        mappings = {"dynamic": "strict", "properties": {"shift_id": {"type": "keyword"}}}
        await client.indices.create(index=old.index("stance-alerts"), mappings=mappings)
        (added,) = [step for step in await steps(old) if step.what == "fields"]
        assert "due_at" in added.detail
        assert not [step for step in await steps(old) if step.what == "fields"]
    finally:
        await client.close()


def test_the_lifecycle_follows_the_settings(settings: Settings) -> None:
    assert set(lifecycle(settings)["phases"]) == {"hot", "warm"}
    aged = settings.model_copy(update={"warm_after_days": 7, "delete_after_days": 30})
    phases = lifecycle(aged)["phases"]
    assert (phases["warm"]["min_age"], phases["delete"]["min_age"]) == ("7d", "30d")
    assert "delete" in phases["delete"]["actions"]


async def test_a_server_with_lifecycles_gets_the_policy_and_only_monthly_indices_follow_it(
    settings: Settings,
) -> None:
    (port,) = free_ports(1)
    server = Lifecycles(settings.elasticsearch)
    runner = web.AppRunner(server.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    aged = settings.model_copy(update={
        "prefix": f"{settings.prefix}-ilm", "elasticsearch": f"http://127.0.0.1:{port}", "delete_after_days": 730,
    })  # fmt: skip
    try:
        found = {
            step.name: step.outcome for step in await steps(aged, dry_run=True) if step.what == "lifecycle"
        }
        assert (found, server.puts) == ({aged.index("stancewatch-lifecycle"): "would create"}, 0)
        assert "unavailable" not in {step.outcome for step in await steps(aged)}
        policy = server.policies[aged.index("stancewatch-lifecycle")]["policy"]["phases"]
        assert {name: phase["min_age"] for name, phase in policy.items()} == {
            "hot": "0ms",
            "warm": "60d",
            "delete": "730d",
        }
        followers = {
            name for name, parts in server.composed.items() if aged.index("stancewatch-lifecycle") in parts
        }
        assert followers == {aged.index("news-articles"), aged.index("stance-observations")}
        assert {step.outcome for step in await steps(aged)} == {"unchanged"}
        younger = aged.model_copy(update={"delete_after_days": 365})
        assert [step.what for step in await steps(younger) if step.outcome == "updated"] == ["lifecycle"]
        assert server.puts == 2
    finally:
        await runner.cleanup()
