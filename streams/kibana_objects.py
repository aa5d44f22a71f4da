"""Compiles ``deploy/kibana/objects.yaml`` to Kibana's saved objects: data views, searches, Lens charts, dashboards.

``python -m streams.kibana_objects`` writes ``objects.ndjson`` beside the source.
"""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from streams.settings import Settings, load_settings

CHECKOUT = Path(__file__).resolve().parents[1] / "deploy" / "kibana"
WIDTH = 48  # columns of a dashboard's grid
LAYER = "layer"
# The forms that are written here; a newer Kibana brings them up to its own on import.
CORE = "8.8.0"
FORMS = {"index-pattern": "8.0.0", "search": "8.0.0", "lens": "8.9.0", "dashboard": "8.9.0"}
XY = ("bar_stacked", "bar_horizontal", "line", "area")
ARTICLE = (
    "/app/discover#/?_g=(time:(from:now-20y,to:now))&_a=(dataSource:(dataViewId:stancewatch-articles,type:dataView),"
    "query:(language:lucene,query:'article_id:%22{{value}}%22'))"
)

Object = dict[str, Any]


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


def chart_request(chart: Object) -> Object:
    """What a chart asks of Elasticsearch, so that a test can ask it of a real one."""
    metric = {} if chart["y"] == "count" else {"y": _aggregation(chart["y"])}
    nested: Object = dict(metric)
    for column in reversed(_buckets(chart)):
        nested = {"bucket": {**_bucket_aggregation(column), "aggs": nested}}
    return {"size": 0, "query": lucene(chart["query"]), "aggs": nested}


def lucene(query: str) -> Object:
    """A query of the source as Kibana sends it."""
    return {"query_string": {"query": query, "analyze_wildcard": True}} if query else {"match_all": {}}


def _object(kind: str, object_id: str, attributes: Object, references: list[Object]) -> Object:
    return {
        "id": object_id, "type": kind, "attributes": attributes, "references": references, "managed": False,
        "coreMigrationVersion": CORE, "typeMigrationVersion": FORMS[kind],
    }  # fmt: skip


def _data_view(view: Object, settings: Settings) -> Object:
    links = {
        field: {
            "id": "url",
            "params": {"urlTemplate": ARTICLE if link == "article" else link, "openLinkInCurrentTab": False},
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
    searched = {"query": _query(search["query"]), "filter": [], "indexRefName": name}
    attributes = {
        "title": search["title"], "description": "", "columns": search["columns"],
        "sort": [[search["sort"], "desc"]], "grid": {}, "hideChart": False, "isTextBasedQuery": False,
        "timeRestore": False, "kibanaSavedObjectMeta": {"searchSourceJSON": _packed(searched)},
    }  # fmt: skip
    return _object("search", search["id"], attributes, [_view(search["data_view"], name)])


def _chart(chart: Object) -> Object:
    columns = {f"b{place}": _bucket(column) for place, column in enumerate(_buckets(chart))}
    columns["y"] = _metric(chart["y"])
    layer = {"columns": columns, "columnOrder": list(columns), "incompleteColumns": {}, "sampling": 1}
    kind, shown = _visualization(chart, [name for name in columns if name != "y"])
    attributes = {
        "title": chart["title"], "description": "", "visualizationType": kind,
        "state": {
            "datasourceStates": {"formBased": {"layers": {LAYER: layer}}}, "visualization": shown,
            "query": _query(chart["query"]), "filters": [], "internalReferences": [], "adHocDataViews": {},
        },
    }  # fmt: skip
    view = _view(chart["data_view"], f"indexpattern-datasource-layer-{LAYER}")
    return _object("lens", chart["id"], attributes, [view])


def _visualization(chart: Object, buckets: list[str]) -> tuple[str, Object]:
    layer = {"layerId": LAYER, "layerType": "data"}
    if chart["type"] in XY:
        parts: Object = {"xAccessor": buckets[0], "accessors": ["y"], "seriesType": chart["type"]}
        if len(buckets) > 1:
            parts["splitAccessor"] = buckets[1]
        return "lnsXY", {
            "legend": {"isVisible": True, "position": "right"}, "valueLabels": "hide",
            "preferredSeriesType": chart["type"], "layers": [{**layer, **parts}],
        }  # fmt: skip
    if chart["type"] == "table":
        return "lnsDatatable", {**layer, "columns": [{"columnId": name} for name in [*buckets, "y"]]}
    if chart["type"] == "metric":
        return "lnsMetric", {**layer, "metricAccessor": "y"}
    groups = {"primaryGroups": buckets, "metrics": ["y"], "numberDisplay": "percent"}
    looks = {"categoryDisplay": "default", "legendDisplay": "default", "nestedLegend": False}
    return "lnsPie", {"shape": "donut", "layers": [{**layer, **groups, **looks}]}


def _buckets(chart: Object) -> list[Object]:
    return [
        *([chart["x"]] if "x" in chart else []),
        *chart.get("rows", []),
        *([chart["split"]] if "split" in chart else []),
    ]


def _bucket(column: Object) -> Object:
    if "date" in column:
        return {
            "label": column["date"], "dataType": "date", "operationType": "date_histogram",
            "sourceField": column["date"], "isBucketed": True, "scale": "interval",
            "params": {"interval": "auto", "includeEmptyRows": True, "dropPartials": False},
        }  # fmt: skip
    params = {
        "size": column["size"], "orderBy": {"type": "column", "columnId": "y"}, "orderDirection": "desc",
        "otherBucket": True, "missingBucket": False, "parentFormat": {"id": "terms"},
    }  # fmt: skip
    return {
        "label": column["terms"], "dataType": "string", "operationType": "terms", "sourceField": column["terms"],
        "isBucketed": True, "scale": "ordinal", "params": params,
    }  # fmt: skip


def _metric(given: Any) -> Object:
    base = {"isBucketed": False, "scale": "ratio", "params": {"emptyAsNull": True}}
    if given == "count":
        return {
            **base,
            "label": "Count",
            "dataType": "number",
            "operationType": "count",
            "sourceField": "___records___",
        }
    ((operation, field),) = given.items()
    kind = "date" if field.endswith("_at") else "number"
    return {
        **base,
        "label": f"{operation} of {field}",
        "dataType": kind,
        "operationType": operation,
        "sourceField": field,
    }


def _bucket_aggregation(column: Object) -> Object:
    if "date" in column:
        return {"date_histogram": {"field": column["date"], "calendar_interval": "day"}}
    return {"terms": {"field": column["terms"], "size": column["size"]}}


def _aggregation(given: Object) -> Object:
    ((operation, field),) = given.items()
    return {{"average": "avg", "unique_count": "cardinality"}.get(operation, operation): {"field": field}}


def _dashboard(board: Object, kinds: dict[str, str]) -> Object:
    panels, references = [], []
    for place, (panel_id, grid) in enumerate(_grid(board["rows"])):
        index, name = f"p{place}", f"panel_{place}"
        panels.append({
            "type": kinds[panel_id], "panelIndex": index, "gridData": {**grid, "i": index},
            "embeddableConfig": {"enhancements": {}}, "panelRefName": name,
        })  # fmt: skip
        references.append({"name": f"{index}:{name}", "type": kinds[panel_id], "id": panel_id})
    attributes = {
        "title": board["title"], "description": board["description"], "panelsJSON": _packed(panels),
        "optionsJSON": _packed({"useMargins": True, "syncColors": True, "syncCursor": True, "hidePanelTitles": False}),
        "timeRestore": True, "timeFrom": board["from"], "timeTo": "now", "version": 1,
        "kibanaSavedObjectMeta": {"searchSourceJSON": _packed({"query": _query(""), "filter": []})},
    }  # fmt: skip
    return _object("dashboard", board["id"], attributes, references)


def _grid(rows: list[Object]) -> Iterator[tuple[str, dict[str, int]]]:
    top = 0
    for row in rows:
        width = WIDTH // len(row["panels"])
        for place, panel in enumerate(row["panels"]):
            yield panel, {"x": place * width, "y": top, "w": width, "h": row["height"]}
        top += row["height"]


def _view(view: str, name: str) -> Object:
    return {"type": "index-pattern", "id": view, "name": name}


def _query(query: str) -> Object:
    return {"query": query, "language": "lucene"}


def _packed(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


if __name__ == "__main__":
    (CHECKOUT / "objects.ndjson").write_text(
        ndjson(compile_objects(source(), load_settings(prefix=""))), "utf-8"
    )
