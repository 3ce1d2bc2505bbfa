"""The body of a request, and how it changes with what a service refuses."""

from __future__ import annotations

import json

import pytest

from engine.contracts.llm import Message
from engine.llm.body import Dialect, is_strict, make_body

pytestmark = pytest.mark.unit

CLOSED = {
    "type": "object",
    "properties": {"metric": {"enum": ["orders"]}},
    "required": ["metric"],
    "additionalProperties": False,
}
TURNS = (Message("system", "You choose."), Message("user", "orders?"))


def test_that_the_body_is_what_the_caller_gave_and_no_more():
    assert make_body("m", TURNS, None, 64, Dialect()) == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "You choose."},
            {"role": "user", "content": "orders?"},
        ],
        "max_tokens": 64,
        "temperature": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_that_a_schema_goes_along_as_one():
    body = make_body("m", TURNS, CLOSED, 64, Dialect())
    assert body["response_format"]["json_schema"] == {
        "name": "answer",
        "strict": True,
        "schema": CLOSED,
    }


@pytest.mark.parametrize(
    ("shape", "kind"), [("json_object", {"type": "json_object"}), ("prompt", None)]
)
def test_that_a_service_without_schemas_is_told_in_words(shape, kind):
    body = make_body("m", TURNS, CLOSED, 64, Dialect(shape=shape))
    assert body.get("response_format") == kind
    first, last = body["messages"]
    assert first["content"].startswith("You choose.\n")
    assert json.loads(first["content"].splitlines()[-1]) == CLOSED
    assert last == {"role": "user", "content": "orders?"}


def test_that_the_words_come_first_where_there_is_no_system_message():
    body = make_body("m", TURNS[1:], CLOSED, 64, Dialect(shape="prompt"))
    assert [turn["role"] for turn in body["messages"]] == ["system", "user"]


@pytest.mark.parametrize(
    ("refusal", "field", "value"),
    [
        ("'max_tokens' is not supported, use 'max_completion_tokens'", "max_completion_tokens", 64),
        ("'temperature' does not support 0 with this model", "temperature", None),
        ("unknown field stream_options", "stream_options", None),
        ("Invalid parameter: 'response_format' of type json_schema", "response_format", None),
        ("Bad request", "response_format", {"type": "json_object"}),
    ],
)
def test_that_a_refusal_changes_what_it_is_about(refusal, field, value):
    dialect = Dialect().after(refusal, shaped=True)
    assert dialect is not None
    if field == "response_format" and value is None:
        dialect = dialect.after(refusal, shaped=True)
        assert dialect is not None
    assert make_body("m", TURNS, CLOSED, 64, dialect).get(field) == value


def test_that_a_refusal_about_something_else_changes_nothing():
    assert Dialect().after("The model `m` does not exist", shaped=False) is None
    plain = Dialect("prompt", usage=False, limit="max_completion_tokens", temperature=False)
    assert plain.after("max_tokens temperature stream_options response_format", shaped=True) is None


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        (CLOSED, True),
        ({**CLOSED, "required": []}, False),
        ({**CLOSED, "additionalProperties": True}, False),
        ({"anyOf": [CLOSED, {"type": "object", "properties": {"x": {}}}]}, False),
        ({"type": "array", "items": CLOSED}, True),
    ],
)
def test_that_strict_mode_is_asked_only_for_schemas_that_it_takes(schema, strict):
    assert is_strict(schema) is strict
