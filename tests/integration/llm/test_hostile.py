"""The remote client against a service that misbehaves in every way it can."""

from __future__ import annotations

import json
import threading
import time

import pytest

from engine.contracts.llm import Message
from engine.llm.chat import ChatClient, Timing
from engine.llm.endpoint import Endpoint, Patience
from engine.llm.errors import (
    BadAnswer,
    Interrupted,
    KeyRefused,
    NotReachable,
    RateLimited,
    RequestRefused,
    TooSlow,
)
from engine.query.errors import Cancelled
from tests.integration.llm.hostile import Turn, answer, chunk, error, good, hostile

pytestmark = pytest.mark.integration

HELLO = (Message("user", "Say hello."),)
SCHEMA = {
    "type": "object",
    "properties": {"sql": {"type": "string"}},
    "required": ["sql"],
    "additionalProperties": False,
}
KEY = "sk-s3cret"


def client(url, silence_s=5.0, total_s=10.0, attempts=3):
    """Real sockets and a real clock; pauses between attempts are skipped and kept in ``slept``."""
    slept: list[float] = []

    def clock():
        return time.monotonic() + sum(slept)

    patience = Patience(1.0, silence_s, total_s, attempts)
    endpoint = Endpoint(url, KEY, "m", patience=patience, requests_per_minute=6000)
    asked = ChatClient(endpoint, timing=Timing(clock, slept.append, lambda: 0.5))
    asked.slept = slept  # type: ignore[attr-defined]  # for the tests
    return asked


def test_that_a_good_answer_comes_in_pieces_and_the_request_is_what_was_sent():
    heard: list[str] = []
    with hostile(Turn(body=chunk("Hel") + answer("lo!"))) as service:
        got = client(service.url).complete(HELLO, hear=heard.append)
    assert (heard, got.text, got.model) == (["Hel", "lo!"], "Hello!", "hostile")
    assert (got.prompt_tokens, got.completion_tokens) == (5, 2)
    assert [json.loads(got.request)] == service.requests
    assert service.keys == [f"Bearer {KEY}"]
    assert KEY not in got.request


def test_that_a_silent_service_is_given_up_and_tried_again():
    with hostile(Turn(silent_s=30), good()) as service:
        assert client(service.url, silence_s=1.5).complete(HELLO).text == "Hello!"
    assert len(service.requests) == 2


def test_that_a_service_that_stays_silent_is_too_slow():
    with hostile(Turn(silent_s=30)) as service:
        asked = client(service.url, silence_s=1.0)
        with pytest.raises(TooSlow):
            asked.complete(HELLO)
        assert len(service.requests) == 3
        assert asked.breaker.reason() is not None


@pytest.mark.parametrize(
    "turn",
    [Turn(drip=True), Turn(endless=b": still here\n\n"), Turn(endless=chunk(""))],
    ids=["bytes", "comments", "empty pieces"],
)
def test_that_a_slow_drip_ends_with_all_patience(turn):
    with hostile(turn) as service:
        begun = time.monotonic()
        with pytest.raises((TooSlow, BadAnswer)):
            client(service.url, total_s=0.5).complete(HELLO)
        assert time.monotonic() - begun < 3
        assert service.hung_up.wait(5), "the connection stays open"


@pytest.mark.parametrize(
    ("header", "pause"), [({}, 0.5), ({"Retry-After": "3"}, 3.0), ({"retry-after-ms": "1500"}, 1.5)]
)
def test_that_a_rate_limit_is_waited_for(header, pause):
    with hostile(error(429, "slow down", **header), good()) as service:
        asked = client(service.url)
        assert asked.complete(HELLO).text == "Hello!"
    assert sum(asked.slept) == pytest.approx(pause, abs=0.05)


def test_that_a_rate_limit_of_an_hour_is_told():
    with (
        hostile(error(429, "slow down", **{"Retry-After": "3600"})) as service,
        pytest.raises(RateLimited, match="3,600 s"),
    ):
        client(service.url).complete(HELLO)
    assert len(service.requests) == 1


def test_that_a_fault_of_the_service_passes():
    with hostile(error(500, "oops"), error(503, "busy"), good()) as service:
        assert client(service.url).complete(HELLO).text == "Hello!"


def test_that_a_refused_key_is_not_shown_again():
    with hostile(error(401, "bad key")) as service:
        asked = client(service.url)
        for _ in range(2):
            with pytest.raises(KeyRefused):
                asked.complete(HELLO)
    assert len(service.requests) == 1


def test_that_a_drop_before_anybody_heard_is_tried_again():
    with hostile(Turn(body=chunk("Hel"), drop=True), good()) as service:
        assert client(service.url).complete(HELLO).text == "Hello!"


def test_that_a_stream_that_just_ends_is_a_drop_too():
    with hostile(Turn(body=chunk("Hel")), good()) as service:
        assert client(service.url).complete(HELLO).text == "Hello!"
    assert len(service.requests) == 2


def test_that_a_drop_in_mid_sentence_is_told():
    heard: list[str] = []
    with hostile(Turn(body=chunk("Hel"), drop=True), good()) as service, pytest.raises(Interrupted):
        client(service.url).complete(HELLO, hear=heard.append)
    assert (heard, len(service.requests)) == (["Hel"], 1)


@pytest.mark.parametrize(
    "body",
    [
        b"data: {not json}\n\n",
        b"data: [1, 2]\n\n",
        b'data: {"choices": "none"}\n\n',
        b'data: {"choices": [{"delta": {"content": {"a": 1}}}]}\n\n',
        b"data: \xff\xfe\x00\n\n",
        b"<html>Please log in to the hotel's network</html>",
        b"",
        b"data: [DONE]\n\n",
    ],
)
def test_that_garbage_is_no_answer(body):
    with hostile(Turn(body=body)) as service, pytest.raises(BadAnswer):
        client(service.url).complete(HELLO)


def test_that_an_error_in_mid_stream_is_one():
    late = b'data: {"error": {"message": "the model was evicted"}}\n\n'
    with (
        hostile(Turn(body=chunk("Hel") + late)) as service,
        pytest.raises(NotReachable, match="evicted"),
    ):
        client(service.url, attempts=1).complete(HELLO)


def test_that_an_endless_answer_is_cut():
    with hostile(Turn(endless=chunk("blah " * 100))) as service:
        with pytest.raises(BadAnswer, match="far more than it was asked for"):
            client(service.url).complete(HELLO, max_tokens=64)
        assert service.hung_up.wait(5)


def test_that_a_piece_without_an_end_is_cut():
    with hostile(Turn(body=b"data: ", endless=b"x" * 65_536)) as service:
        with pytest.raises(BadAnswer, match="no end"):
            client(service.url, total_s=30).complete(HELLO)
        assert service.hung_up.wait(5)


@pytest.mark.parametrize(
    "text", ['{"sql": 7}', '{"query": "SELECT 1"}', "SELECT 1", '{"sql": "SELECT', "[]"]
)
def test_that_the_wrong_json_is_no_answer(text):
    with hostile(good(text)) as service, pytest.raises(BadAnswer):
        client(service.url).complete(HELLO, schema=SCHEMA)


def test_that_hostile_sql_is_text_like_any_other():
    bomb = json.dumps({"sql": "DROP TABLE silver_events; COPY (SELECT 1) TO '/etc/passwd'"})
    with hostile(good(bomb)) as service:
        assert client(service.url).complete(HELLO, schema=SCHEMA).text == bomb


def test_that_a_service_without_schemas_is_asked_in_words():
    refusal = error(400, "response_format.type json_schema is not supported")
    with hostile(refusal, good('{"sql": "SELECT 1"}')) as service:
        got = client(service.url).complete(HELLO, schema=SCHEMA)
    assert got.text == '{"sql": "SELECT 1"}'
    kinds = [request["response_format"]["type"] for request in service.requests]
    assert kinds == ["json_schema", "json_object"]
    assert json.loads(got.request) == service.requests[-1]


def test_that_an_unknown_model_is_told_in_the_service_s_words():
    with (
        hostile(error(404, "The model m does not exist")) as service,
        pytest.raises(RequestRefused, match="The model m does not exist"),
    ):
        client(service.url).complete(HELLO)


def test_that_a_redirect_takes_the_prompt_nowhere():
    with hostile(good()) as elsewhere:
        there = Turn(307, {"Location": f"{elsewhere.url}/chat/completions"})
        with hostile(there) as service, pytest.raises(RequestRefused, match="HTTP 307"):
            client(service.url).complete(HELLO)
        assert elsewhere.requests == []


@pytest.mark.parametrize("turn", [Turn(silent_s=30), Turn(endless=chunk("la"))])
def test_that_cancelling_frees_the_caller_at_once_and_hangs_up(turn):
    with hostile(turn) as service:
        asked, begun = threading.Event(), time.monotonic()
        calls = iter(range(10**9))

        def cancelled():
            if service.requests and next(calls) > 2:
                asked.set()
            return asked.is_set()

        with pytest.raises(Cancelled):
            client(service.url, silence_s=20, total_s=20).complete(
                HELLO, max_tokens=10**6, cancelled=cancelled
            )
        assert time.monotonic() - begun < 5


def test_that_nobody_there_is_told():
    with hostile(good()) as service:
        url = service.url
    with pytest.raises(NotReachable, match="cannot be reached"):
        client(url, attempts=1).complete(HELLO)
