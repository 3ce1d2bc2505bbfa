"""What a service answers, as errors with a sentence."""

from __future__ import annotations

import datetime as dt

import httpx2
import openai
import pytest

from engine.llm.endpoint import Endpoint
from engine.llm.errors import (
    BadAnswer,
    KeyRefused,
    ModelUnusable,
    NotReachable,
    RateLimited,
    RequestRefused,
    TooLong,
    TooSlow,
)
from engine.llm.faults import UNUSABLE, retry_after, translate

pytestmark = pytest.mark.unit

KEY = "sk-very-secret"
THERE = Endpoint("https://user:pw@models.example/v1", KEY, "m")
HERE = Endpoint("http://127.0.0.1:1/v1", KEY, "m", local=True)
REQUEST = httpx2.Request("POST", "https://models.example/v1/chat/completions")


def status(code, body=None, headers=None):
    response = httpx2.Response(code, headers=headers, request=REQUEST)
    return openai.APIStatusError("no", response=response, body=body)


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (status(401), KeyRefused, "refuses the API key"),
        (status(403), KeyRefused, "HTTP 403"),
        (status(429, {"message": "slow down"}), RateLimited, "no more requests: slow down"),
        (status(429, {"code": "insufficient_quota"}), KeyRefused, "no credit"),
        (status(408), TooSlow, "in time"),
        (status(500, {"message": "oops"}), NotReachable, "HTTP 500.*oops"),
        (status(503), NotReachable, "HTTP 503"),
        (status(404, {"message": "no model m"}), RequestRefused, "no model m"),
        (status(400, {"message": "exceeds the context window"}), TooLong, "too long"),
        (openai.APITimeoutError(REQUEST), TooSlow, "in time"),
        (openai.APIConnectionError(request=REQUEST), NotReachable, "cannot be reached"),
        (openai.APIError("x", REQUEST, body={"message": "overloaded"}), NotReachable, "overloaded"),
        (httpx2.RemoteProtocolError("peer closed"), NotReachable, "peer closed"),
        (ValueError("Expecting value"), BadAnswer, "not what a language model says"),
        (AttributeError("choices"), BadAnswer, "not what a language model says"),
    ],
)
def test_that_each_fault_has_its_kind_and_a_sentence_without_secrets(error, kind, says):
    made = translate(error, THERE)
    assert type(made) is kind
    assert made.remedy.endswith(".")
    with pytest.raises(kind, match=says):
        raise made
    assert KEY not in str(made)
    assert "pw@" not in str(made)


def test_that_a_model_that_cannot_be_loaded_keeps_its_own_sentence_but_only_from_ourselves():
    told = status(503, {"type": UNUSABLE, "message": "It needs 40 GB.", "remedy": "Buy memory."})
    made = translate(told, HERE)
    assert (type(made), str(made)) == (ModelUnusable, "It needs 40 GB. Buy memory.")
    assert type(translate(told, THERE)) is NotReachable


def test_that_a_service_cannot_fill_the_screen():
    assert len(str(translate(status(400, {"message": "x" * 100_000}), THERE))) < 600


NOW = dt.datetime(2026, 3, 1, 12, 0, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "Sun, 01 Mar 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Sun, 01 Mar 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
def test_that_retry_after_is_read_in_each_of_its_forms(headers, seconds):
    assert retry_after(headers, NOW) == seconds
