"""A chart of ``deploy/kibana/objects.yaml`` as Lens keeps it."""

from typing import Any

LAYER = "layer"
XY = ("bar_stacked", "bar_horizontal", "line", "area")

Object = dict[str, Any]


def chart_attributes(chart: Object) -> Object:
    """The attributes of the saved object of type ``lens`` that draws a chart of the source."""
    columns = {f"b{place}": _bucket(column) for place, column in enumerate(_buckets(chart))}
    columns["y"] = _metric(chart["y"])
    layer = {"columns": columns, "columnOrder": list(columns), "incompleteColumns": {}, "sampling": 1}
    kind, shown = _visualization(chart, [name for name in columns if name != "y"])
    return {
        "title": chart["title"], "description": "", "visualizationType": kind,
        "state": {
            "datasourceStates": {"formBased": {"layers": {LAYER: layer}}, "textBased": {"layers": {}}},
            "visualization": shown,
            "query": query(chart["query"]), "filters": [], "internalReferences": [], "adHocDataViews": {},
        },
    }  # fmt: skip


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
        # The values of the split become columns, so that a row reads as one line.
        across = buckets[-1] if "split" in chart else None
        columns = [{"columnId": name, "isTransposed": name == across} for name in [*buckets, "y"]]
        return "lnsDatatable", {**layer, "columns": columns}
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
    operation, field = ("count", "___records___") if given == "count" else next(iter(given.items()))
    # An average or a greatest of nothing is nothing anyhow; a count of nothing is to be shown as a gap.
    params = {"emptyAsNull": True} if operation in {"count", "unique_count", "sum"} else {}
    return {
        "label": "Count" if given == "count" else f"{operation} of {field}", "operationType": operation,
        "sourceField": field, "dataType": "date" if field.endswith("_at") else "number",
        "isBucketed": False, "scale": "ratio", "params": params,
    }  # fmt: skip


def query(text: str) -> Object:
    """A query as saved objects hold it."""
    return {"query": text, "language": "lucene"}
