"""Asking a language model service for its models."""

from __future__ import annotations

import io
import json
import urllib.error
import urllib.request
from email.message import Message

import pytest

from engine.llm.endpoint import OPENAI
from engine.llm.offers import ModelServiceSilent, list_models

pytestmark = pytest.mark.unit


@pytest.fixture
def service(monkeypatch):
    """Answers requests with ``service.body`` or raises ``service.error``; remembers them."""

    class Service:
        body = json.dumps({"data": [{"id": "small"}, {"id": "big"}]}).encode()
        error: Exception | None = None
        requests: list[urllib.request.Request] = []  # noqa: RUF012 -- one object for a test

    def answer(_opener, request, timeout):
        Service.requests.append(request)
        if Service.error is not None:
            raise Service.error
        return io.BytesIO(Service.body)

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", answer)
    return Service


def _http(code: int) -> urllib.error.HTTPError:
    return urllib.error.HTTPError("http://x/v1/models", code, "no", Message(), io.BytesIO())


def test_that_the_models_are_listed_with_the_key(service):
    answer = list_models("http://127.0.0.1:8080/v1/", "s3cret")
    assert answer.names == ("big", "small")
    (request,) = service.requests
    assert request.full_url == "http://127.0.0.1:8080/v1/models"
    assert request.get_header("Authorization") == "Bearer s3cret"


def test_that_a_local_service_needs_no_key(service):
    list_models(None, None)
    (request,) = service.requests
    assert request.full_url == f"{OPENAI}/models"
    assert not request.has_header("Authorization")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (_http(401), "refuses the API key"),
        (_http(404), "HTTP 404.*ends in /v1"),
        (urllib.error.URLError("connection refused"), "does not answer: connection refused"),
        (TimeoutError("timed out"), "does not answer: timed out"),
    ],
)
def test_that_a_refusal_says_what_to_do(service, error, says):
    service.error = error
    with pytest.raises(ModelServiceSilent, match=says) as caught:
        list_models("http://x/v1", "s3cret")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"data": [7]}'])
def test_that_something_else_than_a_list_of_models_is_said_so(service, body):
    service.body = body
    with pytest.raises(ModelServiceSilent, match="not with a list of models"):
        list_models("http://x/v1", None)


def test_that_only_web_addresses_are_asked(service):
    with pytest.raises(ModelServiceSilent, match="no web address"):
        list_models("file:///etc", None)
    assert service.requests == []
