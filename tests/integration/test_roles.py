"""The shipped roles on a real node with logins: each can do its work, and nothing else."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from streams.agents.disk import disk_used
from streams.channels import Notice
from streams.codec import encode
from streams.indices import index_steps
from streams.kibana_rules import ACTIONS
from streams.ledger import Ledger
from streams.rules import EVERY_CONFIRMED
from streams.search import Store, Write, make_client
from streams.series import SeriesStore
from streams.services.config import FileUser, Security, ServicesConfig
from streams.services.supervise import down, up
from streams.settings import Settings, load_settings
from tests.integration.test_commands import run, variables_of
from tests.integration.test_notify import NOON, shift
from tests.integration.test_search import event
from tests.integration.test_series import READINGS, SERIES

ROLES = Path(__file__).parents[2] / "deploy" / "elasticsearch" / "roles.yml"
PASSWORD = "test-password"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    users = tuple(
        FileUser(name, PASSWORD, (f"stancewatch_{role}",))
        # Elasticsearch keeps the name `kibana` for a user of its own.
        for name, role in {
            "writer": "writer",
            "analyst": "analyst",
            "setup": "setup",
            "rules": "kibana",
            "keeper": "backup",
        }.items()
    )
    security = Security("bootstrap-password", users, ROLES.read_text("utf-8"))
    config = ServicesConfig.on_free_ports(tmp_path_factory.mktemp("secured"), security=security)
    yield up(config, names=("elasticsearch",)).elasticsearch
    down(config)


def login(node: str, name: str, password: str = PASSWORD) -> Settings:
    return load_settings(elasticsearch=node, elasticsearch_user=name, elasticsearch_password=password)


def ask(node: str, name: str | None, method: str, path: str, password: str = PASSWORD, **body: object) -> int:
    auth = (name, password) if name else None
    answer = httpx.request(method, f"{node}{path}", auth=auth, json=body or None, trust_env=False)
    return answer.status_code


def told_by_kibana() -> dict[str, Any]:
    """What the index connector writes for a rule, before Kibana puts the values of the shift into it."""
    (document,) = ACTIONS[".index"]["documents"]
    return {**document, "@timestamp": "2025-05-21T08:00:00Z"}


async def test_each_role_does_its_work_and_no_other(node: str) -> None:
    setup = login(node, "setup")
    client = make_client(setup)
    first = [step async for step in index_steps(client, setup, dry_run=False)]
    again = [step async for step in index_steps(client, setup, dry_run=False)]
    await client.close()
    assert {step.outcome for step in first} == {"created", "unavailable"}
    assert {step.outcome for step in again} == {"unchanged", "unavailable"}

    store = Store(make_client(login(node, "writer")))
    article, turn = event("a-1"), shift("a")
    writes = [
        Write("news-articles-2025.05", "a-1", encode(article)),
        Write("stance-shifts", turn.shift_id, encode(turn), version=1),
        Write("stance-series", "x", b'{"series": "x"}', seen="create"),
        Write("news-dead-letters", "x", b'{"dead_id": "x"}', seen="create"),
    ]
    assert await store.write(writes) == ["written"] * 4
    assert set(await store.fetch("stance-shifts", [turn.shift_id])) == {turn.shift_id}
    await store.close()
    ask(node, "elastic", "POST", "/_refresh", password="bootstrap-password")

    may = {
        ("writer", "PUT", "/news-articles-2025.05/_doc/a-2"): 201,
        ("writer", "DELETE", "/news-articles-2025.05/_doc/a-1"): 403,
        ("writer", "DELETE", "/stance-shifts"): 403,
        ("writer", "PUT", "/_index_template/news-articles"): 403,
        ("writer", "PUT", "/news-articles-2025.05/_mapping"): 403,
        ("writer", "PUT", "/other/_doc/1"): 403,
        ("analyst", "GET", "/news-articles/_search"): 200,
        ("analyst", "GET", "/stance-shifts/_search"): 200,
        ("analyst", "GET", "/news-dead-letters/_search"): 200,
        ("analyst", "PUT", "/news-articles-2025.05/_doc/a-3"): 403,
        ("analyst", "DELETE", "/stance-shifts"): 403,
        ("analyst", "PUT", "/_component_template/stancewatch-base"): 403,
        ("setup", "GET", "/news-articles/_search"): 403,
        ("setup", "PUT", "/stance-shifts/_doc/x"): 403,
        ("rules", "GET", "/stance-shifts/_search"): 200,
        ("rules", "PUT", "/stance-kibana-alerts/_create/x"): 201,
        ("rules", "PUT", "/stance-kibana-alerts/_doc/x"): 403,
        ("rules", "GET", "/news-articles/_search"): 403,
        ("rules", "PUT", "/stance-shifts/_doc/x"): 403,
        ("keeper", "PUT", "/_snapshot/copies"): 200,
        ("keeper", "PUT", "/_snapshot/copies/first?wait_for_completion=true"): 200,
        ("keeper", "PUT", "/_index_template/news-articles"): 403,
        ("keeper", "PUT", "/_security/role/keeper"): 403,
        ("writer", "PUT", "/_snapshot/copies/second"): 403,
        ("analyst", "GET", "/_snapshot/copies"): 403,
        ("stranger", "GET", "/news-articles/_search"): 401,
        (None, "GET", "/news-articles/_search"): 401,
    }
    small: dict[str, Any] = {"article_id": "a-2"}
    bodies: dict[str, dict[str, Any]] = {"/_index_template/news-articles": {"index_patterns": ["x"]},
              "/news-articles-2025.05/_mapping": {"properties": {"forged": {"type": "keyword"}}},
              "/_component_template/stancewatch-base": {"template": {}},
              "/_snapshot/copies": {"type": "fs", "settings": {"location": "copies"}},
              "/_snapshot/copies/first?wait_for_completion=true": {"indices": "news-*,stance-*"},
              "/_snapshot/copies/second": {"indices": "news-*"},
              "/_security/role/keeper": {"cluster": ["all"]},
              "/stance-kibana-alerts/_create/x": told_by_kibana()}  # fmt: skip
    got = {}
    for who, method, path in may:
        body = bodies.get(path, small) if method == "PUT" else {}
        got[who, method, path] = ask(node, who, method, path, **body)
    assert got == may
    assert ask(node, "analyst", "GET", "/news-articles/_search", password="wrong-password") == 401


async def set_up(node: str) -> None:
    client = make_client(login(node, "setup"))
    async for _ in index_steps(client, login(node, "setup"), dry_run=False):
        pass
    await client.close()


async def test_the_writer_may_do_all_that_workers_ask_for(node: str) -> None:
    await set_up(node)
    settings = login(node, "writer")
    client = make_client(settings)
    assert 0 < await disk_used(client) < 1

    series = SeriesStore(make_client(settings), settings)
    for readings in (READINGS[:12], READINGS[12:]):
        turns = await series.fold({SERIES: readings}, NOON)
    assert turns, "the second half was folded into what the first had left"
    await series.close()

    ledger = Ledger(make_client(settings), settings)
    notice = Notice(shift("b"), EVERY_CONFIRMED.rules[0])
    assert await ledger.unknown([notice]) == [notice]
    await ledger.hold([notice], NOON)
    ask(node, "elastic", "POST", "/_refresh", password="bootstrap-password")
    assert [held.mark for held, _ in await ledger.claim_due(NOON)] == [notice.mark]
    await ledger.told([notice])
    assert await ledger.unknown([notice]) == []
    await ledger.close()

    # A month that was read again is an alias of an index whose own name no role of a worker has.
    made = ask(
        node, "elastic", "PUT", "/news-reread-articles-2025.04-1", password="bootstrap-password",
        aliases={"news-articles-2025.04": {}}, mappings={"properties": {"article_id": {"type": "keyword"}}},
    )  # fmt: skip
    assert made == 200
    store = Store(client)
    assert await store.write([Write("news-articles-2025.04", "x", b'{"article_id": "x"}')]) == ["written"]
    await store.close()
    # And setup adds the fields of a later version to it.
    added = ask(node, "setup", "PUT", "/news-articles-2025.04/_mapping", properties={"new": {"type": "long"}})
    assert added == 200
    ask(node, "elastic", "DELETE", "/news-reread-articles-2025.04-1", password="bootstrap-password")


async def test_who_makes_and_restores_backups_reads_and_writes_no_article(
    node: str, settings: Settings
) -> None:
    await set_up(node)
    articles = "/news-articles-2025.05"
    kept = encode(event("kept"))
    store = Store(make_client(login(node, "writer")))
    await store.write([Write(articles[1:], "kept", kept)])
    variables = {
        **variables_of(login(node, "keeper")),
        "STANCEWATCH_KAFKA": settings.kafka,
        "STANCEWATCH_ELASTICSEARCH_USER": "keeper",
        "STANCEWATCH_ELASTICSEARCH_PASSWORD": PASSWORD,
    }
    made = await asyncio.to_thread(run, "backup", "create", "b-1", variables=variables)
    assert made.returncode == 0, made.stderr
    assert await store.write([Write(articles[1:], "later", encode(event("later")))]) == ["written"]

    for method, path in (
        ("GET", "/news-articles/_search"),
        ("GET", f"{articles}/_doc/kept"),
        ("GET", "/stance-shifts/_search"),
        ("PUT", f"{articles}/_doc/forged"),
        ("DELETE", f"{articles}/_doc/kept"),
        ("PUT", "/stance-series/_doc/forged"),
    ):
        body = {"article_id": "forged"} if method == "PUT" else {}
        assert ask(node, "keeper", method, path, **body) == 403, (method, path)

    done = await asyncio.to_thread(run, "backup", "restore", "b-1", "--replace", variables=variables)
    assert done.returncode == 0, done.stderr
    stands = {name: ask(node, "analyst", "GET", f"{articles}/_doc/{name}") for name in ("kept", "later")}
    assert stands == {"kept": 200, "later": 404}
    await store.close()
