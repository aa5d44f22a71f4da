"""What Kibana asks of Elasticsearch for a saved search or chart, so that a test can ask it of a real one."""

from typing import Any

from streams.kibana_charts import LAYER

Object = dict[str, Any]
_OPERATIONS = {"average": "avg", "unique_count": "cardinality"}


def chart_request(attributes: Object) -> Object:
    """The request behind the attributes of a saved object of type ``lens``."""
    state = attributes["state"]
    layer = state["datasourceStates"]["formBased"]["layers"][LAYER]
    columns = [layer["columns"][name] for name in layer["columnOrder"]]
    nested: Object = {f"y{i}": _metric(each) for i, each in enumerate(columns) if _is_metric(each)}
    for column in reversed([each for each in columns if each["isBucketed"]]):
        nested = {"bucket": {**_bucket(column), "aggs": nested}}
    return {"size": 0, "query": lucene(state["query"]["query"]), "aggs": nested}


def lucene(query: str) -> Object:
    """A query as Kibana sends it."""
    return {"query_string": {"query": query, "analyze_wildcard": True}} if query else {"match_all": {}}


def _is_metric(column: Object) -> bool:
    return not column["isBucketed"] and column["operationType"] != "count"


def _metric(column: Object) -> Object:
    operation: str = column["operationType"]
    return {_OPERATIONS.get(operation, operation): {"field": column["sourceField"]}}


def _bucket(column: Object) -> Object:
    field = column["sourceField"]
    if column["operationType"] == "date_histogram":
        return {"date_histogram": {"field": field, "calendar_interval": "day"}}
    return {"terms": {"field": field, "size": column["params"]["size"]}}
