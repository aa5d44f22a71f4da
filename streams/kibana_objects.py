"""Compiles ``deploy/kibana/objects.yaml`` to Kibana's saved objects: data views, searches, Lens charts, dashboards.

``python -m streams.kibana_objects`` writes ``objects.ndjson`` beside the source.
"""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from streams.kibana_charts import LAYER, Object, chart_attributes, query
from streams.settings import Settings, load_settings

CHECKOUT = Path(__file__).resolve().parents[1] / "deploy" / "kibana"
WIDTH = 48  # columns of a dashboard's grid
# The forms that are written here; a newer Kibana brings them up to its own on import.
CORE = "8.8.0"
FORMS = {"index-pattern": "8.0.0", "search": "8.0.0", "lens": "8.9.0", "dashboard": "8.9.0"}
# Relative to Kibana's own address: with a leading stroke, Kibana would put its base path, a space's too, in front of
# "/app" and lead nowhere.
ARTICLE = (
    "../app/discover#/?_g=(time:(from:now-20y,to:now))&_a=(dataSource:(dataViewId:stancewatch-articles,type:dataView),"
    "query:(language:lucene,query:'article_id:%22{{value}}%22'))"
)


def source(name: str = "objects.yaml") -> Object:
    """A parsed file of ``deploy/kibana``: the package carries a copy, a checkout is read itself."""
    carried = files("streams").joinpath("deploy/kibana", name)
    found = carried if carried.is_file() else CHECKOUT / name
    parsed: Object = yaml.safe_load(found.read_text(encoding="utf-8"))
    return parsed


def compile_objects(given: Object, settings: Settings) -> list[Object]:
    """Every saved object, in the order of the source; what refers to another comes after it."""
    views = [_data_view(view, settings) for view in given["data_views"]]
    searches = [_search(search) for search in given["searches"]]
    charts = [_chart(chart) for chart in given["charts"]]
    kinds = {each["id"]: each["type"] for each in (*searches, *charts)}
    return [*views, *searches, *charts, *(_dashboard(board, kinds) for board in given["dashboards"])]


def ndjson(objects: list[Object]) -> str:
    """The form that Kibana imports: one object a line."""
    return "".join(json.dumps(each, sort_keys=True, ensure_ascii=False) + "\n" for each in objects)


def _object(kind: str, object_id: str, attributes: Object, references: list[Object]) -> Object:
    return {
        "id": object_id, "type": kind, "attributes": attributes, "references": references, "managed": False,
        "coreMigrationVersion": CORE, "typeMigrationVersion": FORMS[kind],
    }  # fmt: skip


def _data_view(view: Object, settings: Settings) -> Object:
    links = {
        field: {
            "id": "url",
            "params": {
                "type": "a",
                "urlTemplate": ARTICLE if link == "article" else link,
                "labelTemplate": "{{rawValue}}",
                "openLinkInCurrentTab": False,
            },
        }
        for field, link in view.get("links", {}).items()
    }
    attributes = {
        "title": settings.index(view["index"]), "name": view["name"], "timeFieldName": view["time"],
        "allowNoIndex": True, "fieldFormatMap": _packed(links), "fields": "[]", "fieldAttrs": "{}",
        "runtimeFieldMap": "{}", "sourceFilters": "[]", "typeMeta": "{}",
    }  # fmt: skip
    return _object("index-pattern", view["id"], attributes, [])


def _search(search: Object) -> Object:
    name = "kibanaSavedObjectMeta.searchSourceJSON.index"
    searched = {"query": query(search["query"]), "filter": [], "indexRefName": name}
    attributes = {
        "title": search["title"], "description": "", "columns": search["columns"],
        "sort": [[search["sort"], "desc"]], "grid": {}, "hideChart": False, "isTextBasedQuery": False,
        "timeRestore": False, "kibanaSavedObjectMeta": {"searchSourceJSON": _packed(searched)},
    }  # fmt: skip
    return _object("search", search["id"], attributes, [_view(search["data_view"], name)])


def _chart(chart: Object) -> Object:
    view = _view(chart["data_view"], f"indexpattern-datasource-layer-{LAYER}")
    return _object("lens", chart["id"], chart_attributes(chart), [view])


def _dashboard(board: Object, kinds: dict[str, str]) -> Object:
    panels, references = [], []
    for place, (panel_id, grid) in enumerate(_grid(board["rows"])):
        index, name = f"p{place}", f"panel_p{place}"
        panels.append({
            "type": kinds[panel_id], "panelIndex": index, "gridData": {**grid, "i": index},
            "embeddableConfig": {"enhancements": {}}, "panelRefName": name,
        })  # fmt: skip
        references.append({"name": f"{index}:{name}", "type": kinds[panel_id], "id": panel_id})
    controls = board["controls"]
    references += [
        _view(each["data_view"], f"controlGroup_c{n}:optionsListDataView") for n, each in enumerate(controls)
    ]
    attributes = {
        "title": board["title"], "description": board["description"], "panelsJSON": _packed(panels),
        "optionsJSON": _packed({"useMargins": True, "syncColors": True, "syncCursor": True, "syncTooltips": False, "hidePanelTitles": False}),
        "timeRestore": True, "timeFrom": board["from"], "timeTo": "now", "version": 1,
        "controlGroupInput": _controls(controls),
        "kibanaSavedObjectMeta": {"searchSourceJSON": _packed({"query": query(""), "filter": []})},
    }  # fmt: skip
    return _object("dashboard", board["id"], attributes, references)


def _controls(controls: list[Object]) -> Object:
    """The lists above a dashboard in which a person picks an actor or an issue for every panel at once."""
    panels = {
        f"c{place}": {
            "type": "optionsListControl", "order": place, "width": "medium", "grow": False,
            "explicitInput": {
                "id": f"c{place}", "title": each["title"], "fieldName": each["field"], "singleSelect": False,
                "enhancements": {},
            },
        }
        for place, each in enumerate(controls)
    }  # fmt: skip
    ignored = dict.fromkeys(("ignoreFilters", "ignoreQuery", "ignoreTimerange", "ignoreValidations"), False)
    return {
        "controlStyle": "oneLine", "chainingSystem": "HIERARCHICAL", "panelsJSON": _packed(panels),
        "ignoreParentSettingsJSON": _packed(ignored),
    }  # fmt: skip


def _grid(rows: list[Object]) -> Iterator[tuple[str, dict[str, int]]]:
    top = 0
    for row in rows:
        width = WIDTH // len(row["panels"])
        for place, panel in enumerate(row["panels"]):
            yield panel, {"x": place * width, "y": top, "w": width, "h": row["height"]}
        top += row["height"]


def _view(view: str, name: str) -> Object:
    return {"type": "index-pattern", "id": view, "name": name}


def _packed(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


if __name__ == "__main__":
    (CHECKOUT / "objects.ndjson").write_text(
        ndjson(compile_objects(source(), load_settings(prefix=""))), "utf-8"
    )
