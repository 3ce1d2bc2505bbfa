"""JSON answers against the schema that was asked for."""

from __future__ import annotations

import json

import pytest

from engine.llm.errors import BadAnswer
from engine.llm.shape import shaped

pytestmark = pytest.mark.unit

SCHEMA = {
    "type": "object",
    "$defs": {"filter": {"type": "object", "required": ["field"]}},
    "properties": {
        "metric": {"enum": ["orders", "revenue"]},
        "limit": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "kind": {"const": "query"},
        "filters": {"type": "array", "items": {"$ref": "#/$defs/filter"}},
        "ratio": {"type": "number"},
    },
    "required": ["metric"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    "text",
    [
        '{"metric": "orders"}',
        '```json\n{"metric": "orders"}\n```',
        'Here it is: {"metric": "orders"} I hope it helps.',
    ],
)
def test_that_the_json_is_found_in_what_models_put_around_it(text):
    assert json.loads(shaped(text, SCHEMA)) == {"metric": "orders"}


@pytest.mark.parametrize(
    "value",
    [
        {"metric": "orders", "limit": None, "filters": []},
        {"metric": "orders", "limit": 5.0, "ratio": 1},
        {"metric": "revenue", "filters": [{"field": "country", "is": "DE"}], "kind": "query"},
    ],
)
def test_that_the_right_shape_passes_as_it_is(value):
    assert json.loads(shaped(json.dumps(value), SCHEMA)) == value


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({}, "lacks metric"),
        ([], "not of type object"),
        ({"metric": "visits"}, "metric is none of the allowed values"),
        ({"metric": "orders", "limit": "5"}, "limit is not of type integer"),
        ({"metric": "orders", "limit": True}, "limit is not of type integer"),
        ({"metric": "orders", "kind": "sql"}, "kind is not 'query'"),
        ({"metric": "orders", "filters": [{}]}, r"filters\[0\] lacks field"),
        ({"metric": "orders", "sql": "DROP TABLE x"}, "'sql', which is unknown"),
    ],
)
def test_that_a_wrong_shape_is_refused_with_what_is_wrong(value, says):
    with pytest.raises(BadAnswer, match=says):
        shaped(json.dumps(value), SCHEMA)


@pytest.mark.parametrize("text", ["", "I cannot do that.", '{"metric": "ord', "{" * 100_000])
def test_that_what_is_no_json_is_refused_and_quoted_shortly(text):
    with pytest.raises(BadAnswer, match="asked for JSON") as caught:
        shaped(text, SCHEMA)
    assert len(str(caught.value)) < 400
