"""Asking one endpoint, over a wire that does as it is told; no time passes."""

from __future__ import annotations

import json

import pytest

from engine.contracts.llm import Message
from engine.llm.breaker import FAILURES
from engine.llm.chat import ChatClient, Timing
from engine.llm.endpoint import Endpoint, Patience
from engine.llm.errors import (
    BadAnswer,
    Interrupted,
    KeyRefused,
    NotReachable,
    RateLimited,
    RequestRefused,
    TooLong,
    TooSlow,
)
from engine.llm.wire import Reply
from engine.query.errors import Cancelled

pytestmark = pytest.mark.unit

HELLO = (Message("user", "Say hello."),)
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


def down(wait=None):
    return NotReachable("It is down.", "Wait.", wait)


class Wire:
    """Gives one outcome after the other, the last one for ever: a text, or an error."""

    def __init__(self, *outcomes, pieces=(), offers=("small", "gpt-4o-mini")):
        self.outcomes = list(outcomes)
        self.pieces = pieces
        self.offers = offers
        self.bodies = []

    def ask(self, body, waiting):
        self.bodies.append(dict(body))
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, Exception):
            for piece in self.pieces:
                waiting.hear(piece)
            raise outcome
        if isinstance(outcome, Reply):
            return outcome
        waiting.hear(outcome)
        return Reply(json.dumps(body), outcome, "m-2026", "stop", 7, 3)

    def models(self):
        return self.offers


class Time:
    """Sleeping is what makes it pass."""

    def __init__(self):
        self.now = 1000.0
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds

    @property
    def total(self):
        return round(sum(self.slept), 3)


@pytest.fixture
def time():
    return Time()


def client(wire, time, **changes):
    endpoint = Endpoint(
        **{
            "base_url": "https://x/v1",
            "api_key": "k",
            "model": "m",
            "requests_per_minute": 600,
            **changes,
        }
    )
    return ChatClient(endpoint, wire, Timing(lambda: time.now, time.sleep, lambda: 0.5))


def test_that_an_answer_says_what_it_cost_and_what_was_sent(time):
    answer = client(wire := Wire("Hello!"), time).complete(HELLO, max_tokens=9)
    assert (answer.text, answer.model) == ("Hello!", "m-2026")
    assert (answer.prompt_tokens, answer.completion_tokens) == (7, 3)
    assert json.loads(answer.request) == wire.bodies[0]
    assert wire.bodies[0]["temperature"] == 0
    assert wire.bodies[0]["max_tokens"] == 9


def test_that_counts_are_guessed_where_the_service_gives_none(time):
    answer = client(Wire(Reply("x" * 41, "Hello, you!")), time).complete(HELLO)
    assert (answer.prompt_tokens, answer.completion_tokens) == (11, 3)


def test_that_faults_that_pass_are_tried_again_with_growing_pauses(time):
    wire = Wire(down(), TooSlow("Slow.", "Wait."), "Hello!")
    assert client(wire, time).complete(HELLO).text == "Hello!"
    assert (len(wire.bodies), time.total) == (3, 0.5 + 1.0)


def test_that_patience_has_an_end(time):
    wire = Wire(down())
    with pytest.raises(NotReachable):
        client(wire, time).complete(HELLO)
    assert len(wire.bodies) == Patience().attempts


def test_that_retry_after_is_respected_to_the_second(time):
    wire = Wire(RateLimited("Full.", "Wait.", 12.0), "Hello!")
    assert client(wire, time).complete(HELLO).text == "Hello!"
    assert time.total == 12.0


def test_that_a_wait_beyond_all_patience_is_told_at_once(time):
    wire = Wire(RateLimited("Full.", "Wait.", 3600.0), "Hello!")
    with pytest.raises(RateLimited, match=r"Full\."):
        client(wire, time).complete(HELLO)
    assert (len(wire.bodies), time.slept) == (1, [])


@pytest.mark.parametrize("error", [KeyRefused, RequestRefused, TooLong, BadAnswer])
def test_that_what_will_not_pass_is_not_tried_again(time, error):
    wire = Wire(error("No.", "Change it."), "Hello!")
    with pytest.raises(error):
        client(wire, time).complete(HELLO)
    assert len(wire.bodies) == 1


def test_that_a_service_that_keeps_failing_is_left_alone_and_asked_again_later(time):
    asked = client(wire := Wire(down()), time)
    with pytest.raises(NotReachable):
        asked.complete(HELLO)
    assert len(wire.bodies) == FAILURES
    with pytest.raises(NotReachable):
        asked.complete(HELLO)
    assert len(wire.bodies) == FAILURES, "the open breaker sends nothing"
    time.now += 3600
    wire.outcomes = ["Hello!"]
    assert asked.complete(HELLO).text == "Hello!"
    assert asked.breaker.reason() is None


def test_that_a_refused_request_says_nothing_against_the_service(time):
    asked = client(Wire(RequestRefused("No.", "Change it.")), time)
    for _ in range(2 * FAILURES):
        with pytest.raises(RequestRefused):
            asked.complete(HELLO)
    assert asked.breaker.reason() is None


def test_that_what_was_passed_on_is_not_begun_anew(time):
    heard: list[str] = []
    wire = Wire(down(), "Hello!", pieces=("Hel",))
    with pytest.raises(Interrupted, match="It is down"):
        client(wire, time).complete(HELLO, hear=heard.append)
    assert (heard, len(wire.bodies)) == (["Hel"], 1)


def test_that_pieces_nobody_heard_are_begun_anew(time):
    wire = Wire(down(), "Hello!", pieces=("Hel",))
    assert client(wire, time).complete(HELLO).text == "Hello!"


def test_that_a_cancelled_pause_ends_at_once(time):
    asked = client(Wire(RateLimited("Full.", "Wait.", 30.0)), time)
    with pytest.raises(Cancelled):
        asked.complete(HELLO, cancelled=lambda: time.total > 1)
    assert time.total < 1.5


def test_that_too_many_requests_wait_and_hopeless_ones_are_refused(time):
    asked = client(wire := Wire("Hello!"), time, requests_per_minute=4)
    asked.complete(HELLO)
    asked.complete(HELLO)
    assert time.total == pytest.approx(15.0)
    patience = Patience(total_s=5.0)
    asked = client(wire, time, requests_per_minute=4, patience=patience)
    asked.complete(HELLO)
    with pytest.raises(RateLimited, match="More than 4 requests a minute"):
        asked.complete(HELLO)
    assert len(wire.bodies) == 3


def test_that_a_local_model_has_no_limit(time):
    asked = client(Wire("Hello!"), time, requests_per_minute=1, local=True)
    assert [asked.complete(HELLO).text for _ in range(5)] == ["Hello!"] * 5
    assert time.slept == []


def test_that_a_service_without_schemas_is_spoken_to_otherwise_once_and_for_all(time):
    refusal = RequestRefused("response_format json_schema is not supported.", "Change it.")
    asked = client(wire := Wire(refusal, refusal, '{"n": 1}'), time)
    assert asked.complete(HELLO, schema=SCHEMA).text == '{"n": 1}'
    kinds = [body.get("response_format", {}).get("type") for body in wire.bodies]
    assert kinds == ["json_schema", "json_object", None]
    assert '"integer"' in wire.bodies[-1]["messages"][0]["content"]
    asked.complete(HELLO, schema=SCHEMA)
    assert len(wire.bodies) == 4


def test_that_a_service_that_refuses_every_form_is_given_up(time):
    refusal = RequestRefused("max_tokens temperature stream_options response_format", "No.")
    wire = Wire(refusal)
    with pytest.raises(RequestRefused):
        client(wire, time).complete(HELLO, schema=SCHEMA)
    assert len(wire.bodies) == 6


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply("{}", "I would rather not."), "asked for JSON"),
        (Reply("{}", '{"n": "DROP TABLE x"}'), "n is not of type integer"),
        (Reply("{}", '{"n": 1', finish="length"), "did not end within 512 tokens"),
    ],
)
def test_that_an_answer_of_another_shape_is_none(time, reply, says):
    with pytest.raises(BadAnswer, match=says):
        client(Wire(reply), time).complete(HELLO, schema=SCHEMA)


def test_that_nothing_is_no_answer(time):
    with pytest.raises(BadAnswer, match="nothing"):
        client(Wire(" \n"), time).complete(HELLO)


@pytest.mark.parametrize(
    ("offers", "model"), [(("small", "gpt-4o-mini"), "gpt-4o-mini"), (("b", "a"), "b")]
)
def test_that_the_usual_model_is_found_where_none_is_named(time, offers, model):
    asked = client(wire := Wire("Hello!", offers=offers), time, model=None)
    assert asked.known_model() == ""
    asked.complete(HELLO)
    assert wire.bodies[0]["model"] == asked.known_model() == model


def test_that_the_key_is_in_no_representation_of_an_endpoint():
    assert "s3cret" not in repr(Endpoint("https://x/v1", "s3cret", "m"))
