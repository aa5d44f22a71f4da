"""What Kibana 8.19 takes, as JSON Schemas: the bodies of its API, and the saved objects that an import checks.

Written from Kibana's OpenAPI document and the validation of its own sources, named in docs/decisions/0022.
"""

from typing import Any

import jsonschema_rs

TEXT = {"type": "string", "minLength": 1}
ANY_TEXT = {"type": "string"}
FLAG = {"type": "boolean"}


def exactly(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """An object of these members and no other."""
    properties = {**required, **(optional or {})}
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


def listed(items: dict[str, Any], least: int = 0) -> dict[str, Any]:
    """A list of such items."""
    return {"type": "array", "items": items, "minItems": least}


REFERENCE = exactly({"id": TEXT, "type": TEXT, "name": TEXT})
QUERY = exactly({"query": ANY_TEXT, "language": {"enum": ["lucene", "kuery"]}})
META = exactly({"searchSourceJSON": TEXT})

DATA_VIEW = exactly(
    {"title": TEXT, "name": TEXT},
    {"timeFieldName": TEXT, "allowNoIndex": FLAG, "type": TEXT}
    | dict.fromkeys(
        ("fields", "fieldAttrs", "sourceFilters", "fieldFormatMap", "typeMeta", "runtimeFieldMap"), TEXT
    ),
)
SEARCH = exactly(
    {"title": TEXT, "kibanaSavedObjectMeta": META},
    {
        "description": ANY_TEXT, "columns": listed(TEXT), "sort": listed({**listed(TEXT), "maxItems": 2}),
        "grid": exactly({}), "hideChart": FLAG, "isTextBasedQuery": FLAG, "timeRestore": FLAG,
    },
)  # fmt: skip
DASHBOARD = exactly(
    {"title": TEXT, "description": ANY_TEXT},
    {
        "kibanaSavedObjectMeta": META, "timeRestore": FLAG, "timeFrom": TEXT, "timeTo": TEXT, "panelsJSON": TEXT,
        "optionsJSON": TEXT, "version": {"type": "integer"},
        "controlGroupInput": exactly(
            {"panelsJSON": TEXT},
            {"controlStyle": {"enum": ["oneLine", "twoLine"]}, "chainingSystem": {"enum": ["HIERARCHICAL", "NONE"]},
             "ignoreParentSettingsJSON": TEXT},
        ),
    },
)  # fmt: skip
PANELS = listed(
    exactly({
        "type": {"enum": ["search", "lens"]}, "panelIndex": TEXT, "panelRefName": TEXT,
        "gridData": exactly({"x": {"type": "integer", "minimum": 0}, "y": {"type": "integer", "minimum": 0},
                             "w": {"type": "integer", "minimum": 1, "maximum": 48},
                             "h": {"type": "integer", "minimum": 1}, "i": TEXT}),
        "embeddableConfig": exactly({"enhancements": exactly({})}),
    })
)  # fmt: skip
OPTIONS = exactly(
    dict.fromkeys(("useMargins", "syncColors", "syncCursor", "syncTooltips", "hidePanelTitles"), FLAG)
)
CONTROLS = {
    "type": "object",
    "additionalProperties": exactly({
        "type": {"const": "optionsListControl"}, "order": {"type": "integer"}, "grow": FLAG,
        "width": {"enum": ["small", "medium", "large"]},
        "explicitInput": exactly({"id": TEXT, "title": TEXT, "fieldName": TEXT, "enhancements": exactly({})},
                                 {"singleSelect": FLAG}),
    }),
}  # fmt: skip

_COLUMN = {"label": TEXT, "sourceField": TEXT}
COLUMN = {
    "oneOf": [
        exactly({**_COLUMN, "operationType": {"const": "date_histogram"}, "dataType": {"const": "date"},
                 "isBucketed": {"const": True}, "scale": {"const": "interval"},
                 "params": exactly({"interval": TEXT, "includeEmptyRows": FLAG, "dropPartials": FLAG})}),
        exactly({**_COLUMN, "operationType": {"const": "terms"}, "dataType": {"const": "string"},
                 "isBucketed": {"const": True}, "scale": {"const": "ordinal"},
                 "params": exactly({"size": {"type": "integer", "minimum": 1, "maximum": 10_000},
                                    "orderBy": exactly({"type": {"const": "column"}, "columnId": TEXT}),
                                    "orderDirection": {"enum": ["asc", "desc"]}, "otherBucket": FLAG,
                                    "missingBucket": FLAG, "parentFormat": exactly({"id": {"const": "terms"}})})}),
        exactly({**_COLUMN, "operationType": {"enum": ["count", "sum", "unique_count"]},
                 "dataType": {"const": "number"}, "isBucketed": {"const": False}, "scale": {"const": "ratio"},
                 "params": exactly({}, {"emptyAsNull": FLAG})}),
        exactly({**_COLUMN, "operationType": {"enum": ["average", "max", "min"]},
                 "dataType": {"enum": ["number", "date"]}, "isBucketed": {"const": False},
                 "scale": {"const": "ratio"}, "params": exactly({})}),
    ]
}  # fmt: skip
LAYER = exactly({
    "columns": {"type": "object", "additionalProperties": COLUMN}, "columnOrder": listed(TEXT, 1),
    "incompleteColumns": exactly({}), "sampling": {"const": 1},
})  # fmt: skip
_OF_LAYER = {"layerId": TEXT, "layerType": {"const": "data"}}
VISUALIZATIONS = {
    "lnsXY": exactly({
        "legend": exactly({"isVisible": FLAG, "position": {"enum": ["left", "right", "top", "bottom"]}}),
        "valueLabels": {"enum": ["hide", "show"]}, "preferredSeriesType": TEXT,
        "layers": listed(exactly({**_OF_LAYER, "xAccessor": TEXT, "accessors": listed(TEXT, 1), "seriesType": TEXT},
                                 {"splitAccessor": TEXT}), 1),
    }),
    "lnsDatatable": exactly({**_OF_LAYER, "columns": listed(exactly({"columnId": TEXT, "isTransposed": FLAG}), 1)}),
    "lnsMetric": exactly({**_OF_LAYER, "metricAccessor": TEXT}),
    "lnsPie": exactly({"shape": {"enum": ["pie", "donut", "treemap", "mosaic", "waffle"]}, "layers": listed(exactly({
        **_OF_LAYER, "primaryGroups": listed(TEXT, 1), "metrics": listed(TEXT, 1),
        "numberDisplay": {"enum": ["hidden", "percent", "value"]},
        "categoryDisplay": {"enum": ["default", "inside", "hide"]},
        "legendDisplay": {"enum": ["default", "show", "hide"]}, "nestedLegend": FLAG}), 1)}),
}  # fmt: skip
LENS = {
    "oneOf": [
        exactly({
            "title": TEXT, "description": ANY_TEXT, "visualizationType": {"const": kind},
            "state": exactly({
                "datasourceStates": exactly({
                    "formBased": exactly({"layers": {"type": "object", "additionalProperties": LAYER}}),
                    "textBased": exactly({"layers": exactly({})}),
                }),
                "visualization": body, "query": QUERY, "filters": listed({}), "internalReferences": listed({}),
                "adHocDataViews": exactly({}),
            }),
        })
        for kind, body in VISUALIZATIONS.items()
    ]
}  # fmt: skip
# The newest form of each that Kibana 8.19 still brings up to its own: an older one would be changed on the way.
FORMS = {"index-pattern": "8.0.0", "search": "8.0.0", "lens": "8.9.0", "dashboard": "8.9.0"}
ATTRIBUTES = {"index-pattern": DATA_VIEW, "search": SEARCH, "lens": LENS, "dashboard": DASHBOARD}
OBJECT = {
    "oneOf": [
        exactly(
            {"id": TEXT, "type": {"const": kind}, "attributes": body, "references": listed(REFERENCE),
             "typeMigrationVersion": {"const": FORMS[kind]}, "coreMigrationVersion": {"const": "8.8.0"}},
            {"managed": FLAG},
        )
        for kind, body in ATTRIBUTES.items()
    ]
}  # fmt: skip

SPAN = {"type": "string", "pattern": "^[1-9][0-9]*[smhd]$"}
NOTIFY = {"enum": ["onActionGroupChange", "onActiveAlert", "onThrottleInterval"]}
FREQUENCY = exactly({"summary": FLAG, "notify_when": NOTIFY, "throttle": {"type": ["string", "null"]}})
ACTION = exactly(
    {"id": TEXT}, {"group": TEXT, "params": {"type": "object"}, "frequency": FREQUENCY, "uuid": TEXT}
)
ES_QUERY = exactly(
    {
        "searchType": {"const": "esQuery"}, "index": listed(TEXT, 1), "timeField": TEXT, "esQuery": TEXT,
        "size": {"type": "integer", "minimum": 0, "maximum": 10_000},
        "threshold": {**listed({"type": "number"}, 1), "maxItems": 2},
        "thresholdComparator": {"enum": [">", ">=", "<", "<=", "between", "notBetween"]},
        "timeWindowSize": {"type": "integer", "minimum": 1}, "timeWindowUnit": {"enum": ["s", "m", "h", "d"]},
    },
    {
        "aggType": {"enum": ["count", "avg", "min", "max", "sum"]}, "groupBy": {"enum": ["all", "top"]},
        "excludeHitsFromPreviousRun": FLAG, "termField": TEXT,
        "termSize": {"type": "integer", "minimum": 1, "maximum": 1000},
    },
)  # fmt: skip
GROUPED = {
    "if": {"properties": {"groupBy": {"const": "top"}}},
    "then": {"required": ["termField", "termSize"]},
}
RULE = {"name": TEXT, "schedule": exactly({"interval": SPAN}), "params": {"allOf": [ES_QUERY, GROUPED]}}
RULE_MORE = {"tags": listed(TEXT), "actions": listed(ACTION)}
CONNECTOR_MORE = {"config": {"type": "object"}, "secrets": {"type": "object"}}
CONFIGS = {
    ".server-log": exactly({}),
    ".index": exactly({"index": TEXT}, {"refresh": FLAG, "executionTimeField": {"type": ["string", "null"]}}),
    ".webhook": exactly({"url": {"type": "string", "pattern": "^https?://"}},
                        {"method": {"enum": ["post", "put"]}, "hasAuth": {"const": False}}),
}  # fmt: skip
PARAMS = {
    ".server-log": exactly({"message": TEXT}, {"level": {"enum": ["trace", "debug", "info", "warn", "error", "fatal"]}}),
    ".index": exactly({"documents": listed({"type": "object"}, 1)}),
    ".webhook": exactly({}, {"body": TEXT}),
}  # fmt: skip
SCHEMAS = {
    "export": exactly({"objects": listed(exactly({"type": TEXT, "id": TEXT}), 1)},
                      {"includeReferencesDeep": FLAG, "excludeExportDetails": FLAG}),
    "object": OBJECT, "panels": PANELS, "options": OPTIONS, "controls": CONTROLS,
    "create rule": exactly({**RULE, "rule_type_id": {"const": ".es-query"}, "consumer": {"enum": ["stackAlerts", "alerts", "logs"]}},
                           {**RULE_MORE, "enabled": FLAG}),
    "update rule": exactly(RULE, RULE_MORE),
    "create connector": exactly({"name": TEXT, "connector_type_id": {"enum": list(CONFIGS)}}, CONNECTOR_MORE),
    "update connector": exactly({"name": TEXT}, CONNECTOR_MORE),
}  # fmt: skip
VALIDATORS = {
    name: jsonschema_rs.validator_for(body)
    for name, body in (
        *SCHEMAS.items(),
        *((f"config {kind}", body) for kind, body in CONFIGS.items()),
        *((f"params {kind}", body) for kind, body in PARAMS.items()),
    )
}


def fault(schema: str, body: Any) -> str | None:
    """What the named schema holds against the body, in a line; None if nothing."""
    first = next(iter(VALIDATORS[schema].iter_errors(body)), None)
    return f"{schema}: {first.message} at {first.instance_path}"[:600] if first else None
