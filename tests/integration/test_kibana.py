"""What is shipped for Kibana hangs together, asks only what a real Elasticsearch answers, and imports."""

import asyncio
import json
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from streams.alerts import SHOWN, shift_link
from streams.codec import encode
from streams.indices import template
from streams.kibana import kibana_steps
from streams.kibana_charts import chart_attributes
from streams.kibana_objects import CHECKOUT, compile_objects, ndjson, source
from streams.kibana_rules import connector_body, rule_body
from streams.search import Store, Write, make_client
from streams.services.config import free_ports
from streams.settings import Settings, SettingsError, load_settings
from streams.steps import SetupError
from tests.integration.test_commands import run, variables_of
from tests.integration.test_notify import shift
from tests.integration.test_search import event
from tests.kibana import Kibana
from tests.kibana_requests import chart_request, lucene

PLAIN = load_settings(prefix="")
SOURCE = source()
OBJECTS = compile_objects(SOURCE, PLAIN)
RULES = source("rules.yaml")
VIEWS = {view["id"]: view for view in SOURCE["data_views"]}


def fields(index: str) -> dict[str, str]:
    """The fields of an index by their types, from its template; what is not indexed is none."""
    found: dict[str, str] = {}

    def walk(properties: dict[str, Any], path: str) -> None:
        for name, body in properties.items():
            if "properties" in body:
                walk(body["properties"], f"{path}{name}.")
            elif body.get("enabled", True):
                found[path + name] = body["type"]
                found.update(
                    {f"{path}{name}.{part}": more["type"] for part, more in body.get("fields", {}).items()}
                )

    walk(template(PLAIN, index, has_lifecycle=False)["template"]["mappings"]["properties"], "")
    return found


def test_the_ndjson_is_what_the_source_compiles_to() -> None:
    assert (CHECKOUT / "objects.ndjson").read_text("utf-8") == ndjson(OBJECTS), (
        "run python -m streams.kibana_objects"
    )


def test_every_reference_resolves_and_every_id_is_unique() -> None:
    ids = [(each["type"], each["id"]) for each in OBJECTS]
    assert len(set(ids)) == len(ids)
    references = [reference for each in OBJECTS for reference in each["references"]]
    assert {(each["type"], each["id"]) for each in references} <= set(ids)
    (board,) = [each for each in OBJECTS if each["type"] == "dashboard"]
    panels = json.loads(board["attributes"]["panelsJSON"])
    controls = json.loads(board["attributes"]["controlGroupInput"]["panelsJSON"])
    names = {reference["name"] for reference in board["references"]}
    assert names == {f"{panel['panelIndex']}:{panel['panelRefName']}" for panel in panels} | {
        f"controlGroup_{control}:optionsListDataView" for control in controls
    }
    for chart in (each for each in OBJECTS if each["type"] == "lens"):
        layer = chart["attributes"]["state"]["datasourceStates"]["formBased"]["layers"]["layer"]
        used = set(json.dumps(chart["attributes"]["state"]["visualization"]).split('"')) & set(
            layer["columns"]
        )
        assert used == set(layer["columns"]) == set(layer["columnOrder"]), chart["id"]


def test_no_two_panels_lie_on_one_another_and_all_fit() -> None:
    taken: set[tuple[int, int]] = set()
    (board,) = [each for each in OBJECTS if each["type"] == "dashboard"]
    for panel in json.loads(board["attributes"]["panelsJSON"]):
        grid = panel["gridData"]
        cells = {(grid["x"] + x, grid["y"] + y) for x in range(grid["w"]) for y in range(grid["h"])}
        assert not cells & taken
        assert max(x for x, _ in cells) < 48
        taken |= cells


def test_every_field_exists_with_a_type_that_fits() -> None:
    known = {view["id"]: fields(view["index"]) for view in VIEWS.values()}
    for view in VIEWS.values():
        assert known[view["id"]][view["time"]] == "date"
        assert set(view.get("links", {})) <= set(known[view["id"]])
    for search in SOURCE["searches"]:
        assert set(search["columns"]) <= set(known[search["data_view"]]), search["id"]
        assert known[search["data_view"]][search["sort"]] == "date"
    for chart in SOURCE["charts"]:
        have = known[chart["data_view"]]
        columns = [chart[part] for part in ("x", "split") if part in chart] + chart.get("rows", [])
        for column in columns:
            wanted = {"date"} if "date" in column else {"keyword", "boolean"}
            assert have[column.get("date") or column["terms"]] in wanted, chart["id"]
        if chart["y"] != "count":
            assert have[next(iter(chart["y"].values()))] in {"float", "integer", "date"}, chart["id"]


def test_the_page_that_an_alert_leads_to_shows_fields_that_exist() -> None:
    assert set(SHOWN) <= set(fields("stance-shifts"))
    link = shift_link("https://kibana.example.org/s/desk/", shift("a"))
    assert link.startswith(
        "https://kibana.example.org/s/desk/app/discover#/?_g=(time:(from:'2025-05-20T12:00:00Z'"
    )
    assert f"columns:!({','.join(SHOWN)})" in link


def test_what_is_picked_above_the_dashboard_is_a_field_of_every_panel_on_stances_and_articles() -> None:
    (board,) = SOURCE["dashboards"]
    for control in board["controls"]:
        for name in ("news-articles", "stance-observations", "stance-shifts"):
            assert fields(name)[control["field"]] in {"keyword", "alias"}, (control, name)


async def test_a_real_elasticsearch_answers_every_query(settings: Settings) -> None:
    client = make_client(settings)
    turn, article = shift("a"), event("a-1")
    await Store(client).write([
        Write(settings.index("stance-shifts"), turn.shift_id, encode(turn)),
        Write(settings.index("news-articles-2025.05"), "a-1", encode(article)),
    ])  # fmt: skip
    await client.indices.refresh(index=settings.index("*"))
    hits = {}
    for search in SOURCE["searches"]:
        index = settings.index(VIEWS[search["data_view"]]["index"])
        answer = await client.search(index=index, query=lucene(search["query"]), ignore_unavailable=True)
        hits[search["id"]] = answer["hits"]["total"]["value"]
    for chart in SOURCE["charts"]:
        index = settings.index(VIEWS[chart["data_view"]]["index"])
        answer = await client.search(
            index=index, ignore_unavailable=True, **chart_request(chart_attributes(chart))
        )
        hits[chart["id"]] = answer["hits"]["total"]["value"]
    for rule in RULES["rules"]:
        params = rule_body(rule, [], settings)["params"]
        assert params["index"] == [settings.index("stance-shifts")]
        # As the rule asks it: shift by shift within the window, each with its document for the message.
        window = {"range": {params["timeField"]: {"lte": "now"}}}
        wanted = {"bool": {"filter": [json.loads(params["esQuery"])["query"], window]}}
        shifts = {"terms": {"field": params["termField"], "size": params["termSize"]},
                  "aggs": {"hit": {"top_hits": {"size": params["size"]}}}}  # fmt: skip
        answer = await client.search(index=params["index"], size=0, query=wanted, aggs={"shifts": shifts})
        buckets = answer["aggregations"]["shifts"]["buckets"]
        hits[rule["name"]] = len(buckets)
        for bucket in buckets:
            (document,) = bucket["hit"]["hits"]["hits"]
            assert document["_source"]["sentence"] == turn.sentence
            assert {"id", "name"} <= set(document["_source"]["actor"])
    await client.close()
    assert hits["stancewatch-latest-shifts"] == 1
    assert hits["stancewatch-topic-articles"] == 1
    assert hits["stancewatch-candidates"] == 0
    assert [hits[rule["name"]] for rule in RULES["rules"]] == [1, 1, 1]
    assert hits["stancewatch-articles-by-topic"] == 1


@pytest.fixture
async def kibana() -> AsyncIterator[tuple[Kibana, str]]:
    (port,) = free_ports(1)
    server = Kibana()
    runner = web.AppRunner(server.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield server, f"http://127.0.0.1:{port}/s/desk"
    await runner.cleanup()


async def outcomes(settings: Settings, url: str, *, dry_run: bool = False) -> list[str]:
    return [step.outcome async for step in kibana_steps(settings, url, dry_run)]


@pytest.fixture
def keyed(tmp_path: Path) -> Settings:
    (tmp_path / "key").write_text("a-key\n")
    return load_settings(kibana_api_key_file=tmp_path / "key")


async def test_importing_twice_changes_nothing_the_second_time(
    kibana: tuple[Kibana, str], keyed: Settings
) -> None:
    server, url = kibana
    assert set(await outcomes(keyed, url, dry_run=True)) == {"would create"}
    assert server.changes == []
    assert set(await outcomes(keyed, url)) == {"created"}
    assert server.changes == ["import", *["create connector"] * 2, *["create rule"] * 3]
    assert set(await outcomes(keyed, url)) == {"unchanged"}
    assert len(server.changes) == 6

    rule = next(iter(server.rules.values()))
    rule["schedule"] = {"interval": "9h"}
    server.objects["dashboard", "stancewatch"]["attributes"]["title"] = "Mine"
    next(iter(server.connectors.values()))["name"] = "Renamed"
    assert sorted(set(await outcomes(keyed, url))) == ["unchanged", "updated"]
    assert server.changes[6:] == ["import", "update connector", "update rule"]
    assert rule["schedule"] == {"interval": "9h"}
    assert next(iter(server.rules.values()))["schedule"] == {"interval": "1m"}
    assert server.refusals == []


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The package as a wheel brings it, with no checkout beside it."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=CHECKOUT.parents[1], check=True, capture_output=True)
    folder = tmp_path / "installed"
    zipfile.ZipFile(next(tmp_path.glob("*.whl"))).extractall(folder)
    return folder


async def test_the_wheel_alone_fills_a_kibana(
    kibana: tuple[Kibana, str], settings: Settings, keyed: Settings, installed: Path, tmp_path: Path
) -> None:
    server, url = kibana
    variables = variables_of(settings) | {"PYTHONPATH": str(installed), "STANCEWATCH_LOG_LEVEL": "error"}
    variables["STANCEWATCH_KIBANA_API_KEY_FILE"] = str(keyed.kibana_api_key_file)
    done = await asyncio.to_thread(run, "setup", "--kibana", url, variables=variables, cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    assert len(server.objects) == len(OBJECTS)
    assert len(server.rules) == len(RULES["rules"])
    for name in ("objects.yaml", "objects.ndjson", "rules.yaml"):
        assert (installed / "streams/deploy/kibana" / name).read_bytes() == (CHECKOUT / name).read_bytes()


async def test_a_password_from_a_file_serves_too_and_a_wrong_one_is_told(
    kibana: tuple[Kibana, str], tmp_path: Path
) -> None:
    server, url = kibana
    (tmp_path / "password").write_text("a-password\n")
    good = load_settings(kibana_user="desk", kibana_password_file=tmp_path / "password", prefix="blue")
    assert set(await outcomes(good, url)) == {"created"}
    assert (
        server.objects["index-pattern", "stancewatch-shifts"]["attributes"]["title"] == "blue-stance-shifts"
    )
    with pytest.raises(SetupError, match="401"):
        await outcomes(load_settings(), url)
    with pytest.raises(SetupError, match="no Kibana answers"):
        await outcomes(good, "http://127.0.0.1:1")
    with pytest.raises(SetupError, match="no Kibana, or too old"):
        await outcomes(good, url.removesuffix("/s/desk"))
    with pytest.raises(SettingsError, match="KIBANA_PASSWORD_FILE"):
        await outcomes(load_settings(kibana_user="x", kibana_password_file=tmp_path / "none"), url)


async def test_a_webhook_is_used_where_it_is_wanted_and_licensed(
    kibana: tuple[Kibana, str], keyed: Settings
) -> None:
    server, url = kibana
    wanted = keyed.model_copy(update={"kibana_webhook": "https://alerts.example.org/kibana"})
    assert (await outcomes(wanted, url)).count("unavailable") == 1
    assert all(len(rule["actions"]) == 2 for rule in server.rules.values())
    server.licence.add(".webhook")
    assert (await outcomes(wanted, url)).count("updated") == len(RULES["rules"])
    assert all(len(rule["actions"]) == 3 for rule in server.rules.values())
    assert set(await outcomes(wanted, url)) == {"unchanged"}
    assert server.refusals == []


async def test_without_an_encryption_key_the_objects_come_and_the_rules_are_told_to_be_missing(
    kibana: tuple[Kibana, str], keyed: Settings
) -> None:
    server, url = kibana
    server.has_key = False
    steps = [step async for step in kibana_steps(keyed, url, dry_run=False)]
    assert [step.outcome for step in steps] == ["created", "unavailable"]
    assert "xpack.encryptedSavedObjects.encryptionKey" in steps[1].detail
    assert not server.rules


async def test_one_object_that_was_deleted_comes_again(kibana: tuple[Kibana, str], keyed: Settings) -> None:
    server, url = kibana
    await outcomes(keyed, url)
    del server.objects["lens", "stancewatch-sources"]
    step = await anext(kibana_steps(keyed, url, dry_run=False))
    assert (step.outcome, step.detail) == ("updated", "stancewatch-sources")
    assert ("lens", "stancewatch-sources") in server.objects


def test_a_prefix_stands_before_every_index_that_kibana_touches() -> None:
    blue = load_settings(prefix="blue")
    (index,) = [each for each in RULES["connectors"] if each["type"] == ".index"]
    assert connector_body(index, blue)["config"]["index"] == "blue-stance-kibana-alerts"
    assert rule_body(RULES["rules"][0], [], blue)["params"]["index"] == ["blue-stance-shifts"]


def test_an_article_is_reached_from_a_space_of_its_own_too() -> None:
    """Kibana puts its base path before a link that is relative, and breaks one that begins with a stroke."""
    views = [each for each in OBJECTS if each["type"] == "index-pattern"]
    formats = [json.loads(each["attributes"]["fieldFormatMap"]) for each in views]
    links = [link["params"]["urlTemplate"] for each in formats for link in each.values()]
    assert any(link.startswith("../app/discover#") for link in links)
    assert all(link.startswith("../app/") or link == "{{rawValue}}" for link in links)
