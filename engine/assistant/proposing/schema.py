"""The JSON that a model may answer with; the layer's names are the only ones there are.

Only the part of JSON Schema is used that OpenAI's strict outputs and llama.cpp's grammars share.
"""

from __future__ import annotations

from typing import Any, Final, get_args

from engine.contracts.semantic import (
    Filter,
    Grain,
    Having,
    Period,
    PeriodUnit,
    SemanticLayer,
    SemanticModel,
    SemanticQuery,
)

Schema = dict[str, Any]
MOST_VALUES: Final = 8
"""Of a filter. Without a bound a small model that begins to repeat itself never ends the list."""
MOST_CONDITIONS: Final = 4
"""Filters, and conditions on figures: as many as a question has."""
_FIELDS: Final = SemanticQuery.model_fields


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
            "kind": _enum(_options(Period, "kind")),
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
            "metrics": _list(_enum(metrics), _most("metrics")),
            "dimensions": _list(_enum(dimensions), _most("dimensions")),
            "filters": _list(
                _object(
                    {
                        "dimension": _enum(dimensions),
                        "op": _enum(_options(Filter, "op")),
                        "values": _list({"type": "string"}, MOST_VALUES),
                    }
                ),
                MOST_CONDITIONS,
            ),
            "grain": _or_null(_enum(list(get_args(Grain)))),
            "period": period,
            "compare": _enum(_options(SemanticQuery, "compare")),
            "order": _or_null(order),
            "limit": {"type": ["integer", "null"]},
            "analysis": _enum(_options(SemanticQuery, "analysis")),
            "fold": _enum(_options(SemanticQuery, "fold")),
            "share": {"type": "boolean"},
            "running": {"type": "boolean"},
            "having": _list(
                _object(
                    {
                        "metric": _enum([*metrics, "change"]),
                        "op": _enum(_options(Having, "op")),
                        "value": {"type": "number"},
                    }
                ),
                MOST_CONDITIONS,
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


def _list(items: Schema, most: int) -> Schema:
    return {"type": "array", "items": items, "maxItems": most}


def _options(model: type[SemanticModel], name: str) -> list[str]:
    """What a field of the query may be: the schema offers what the query has."""
    return list(get_args(model.model_fields[name].annotation))


def _most(name: str) -> int:
    """How many a list of the query may hold."""
    found = (getattr(each, "max_length", None) for each in _FIELDS[name].metadata)
    return next(int(most) for most in found if most is not None)


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}
