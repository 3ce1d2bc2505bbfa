"""The JSON that a model may answer with; the layer's names are the only ones there are.

Only the part of JSON Schema is used that OpenAI's strict outputs and llama.cpp's grammars share.
"""

from __future__ import annotations

from typing import Any, get_args

from engine.contracts.semantic import Grain, PeriodUnit, SemanticLayer

Schema = dict[str, Any]


def schema_of(layer: SemanticLayer, sql: bool) -> Schema:
    """With ``sql`` the model may also write a statement: for large models only."""
    actions = ["query", *(["sql"] if sql else []), "clarify", "refuse"]
    properties: Schema = {
        "action": {"type": "string", "enum": actions},
        "query": {"anyOf": [_query(layer), {"type": "null"}]},
        "text": {"type": ["string", "null"]},
    }
    if sql:
        properties["sql"] = {"type": ["string", "null"]}
    return _object(properties)


def _query(layer: SemanticLayer) -> Schema:
    metrics = [metric.name for metric in layer.metrics]
    dimensions = [dimension.name for dimension in layer.dimensions]
    units = list(get_args(PeriodUnit))
    period = _object(
        {
            "kind": _enum(["all", "last", "this", "previous", "between"]),
            "n": {"type": "integer"},
            "unit": _enum(units),
            "start": {"type": ["string", "null"]},
            "end": {"type": ["string", "null"]},
        }
    )
    order = _object(
        {"by": _enum([*metrics, *dimensions, "time", "change"]), "descending": {"type": "boolean"}}
    )
    return _object(
        {
            "metrics": _list(_enum(metrics)),
            "dimensions": _list(_enum(dimensions)),
            "filters": _list(
                _object(
                    {
                        "dimension": _enum(dimensions),
                        "op": _enum(["in", "not_in"]),
                        "values": _list({"type": "string"}),
                    }
                )
            ),
            "grain": _or_null(_enum(list(get_args(Grain)))),
            "period": period,
            "compare": _enum(["none", "previous", "day", "week"]),
            "order": _or_null(order),
            "limit": {"type": ["integer", "null"]},
            "analysis": _enum(["none", "forecast", "anomalies", "explain"]),
            "fold": _enum(["none", "avg", "max", "min"]),
            "share": {"type": "boolean"},
            "having": _list(
                _object(
                    {
                        "metric": _enum([*metrics, "change"]),
                        "op": _enum([">", ">=", "<", "<="]),
                        "value": {"type": "number"},
                    }
                )
            ),
        }
    )


def _object(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _enum(values: list[str]) -> Schema:
    return {"type": "string", "enum": values}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}
