"""Who answers: the model elsewhere, the one on this computer, or none."""

from __future__ import annotations

import pytest

from engine.contracts.llm import Completion, Message, ModelInfo
from engine.llm.breaker import FAILURES, Breaker
from engine.llm.endpoint import Endpoint
from engine.llm.errors import BadAnswer, Interrupted, KeyRefused, NoModel, NotReachable
from engine.llm.models import LocalModel, Models
from engine.query.errors import Cancelled

pytestmark = pytest.mark.unit

HELLO = (Message("user", "Say hello."),)
SMALL = ModelInfo("smol", local=True, large=False, context_tokens=4096)
DOWN = NotReachable("The service is down.", "Wait.")


class Client:
    """Answers with its name, or raises."""

    def __init__(self, name, error=None):
        self.endpoint = Endpoint("https://there/v1", "k", name)
        self.breaker = Breaker(lambda: 0.0)
        self.error = error
        self.asked = 0

    def known_model(self):
        return self.endpoint.model or ""

    def complete(self, _messages, **_options):
        self.asked += 1
        if self.error is not None:
            raise self.error
        return Completion("Hello!", self.endpoint.model or "", 1, 1, 1.0, "{}")


def models(remote=None, local=None):
    here = None if local is None else LocalModel(local, SMALL)
    return Models(lambda: remote, lambda: here)


def test_that_without_any_there_is_none_and_it_says_what_to_do():
    none = models()
    assert none.info() is None
    assert none.reason() == ""
    with pytest.raises(NoModel, match="Enter an API key"):
        none.complete(HELLO)


def test_that_the_one_elsewhere_goes_first_and_counts_as_large():
    both = models(Client("gpt"), local := Client("smol"))
    assert both.info() == ModelInfo("gpt", local=False, large=True, context_tokens=32_000)
    assert both.complete(HELLO).model == "gpt"
    assert local.asked == 0


def test_that_the_local_one_takes_over_with_a_reason_and_gives_back():
    both = models(remote := Client("gpt", DOWN), Client("smol"))
    assert both.complete(HELLO).model == "smol"
    assert both.reason() == "The service is down. Wait."
    remote.error = None
    assert both.complete(HELLO).model == "gpt"
    assert both.reason() == ""


def test_that_an_open_breaker_makes_the_local_one_the_model_in_use():
    both = models(remote := Client("gpt"), Client("smol"))
    for _ in range(FAILURES):
        remote.breaker.bad(DOWN)
    assert both.info() == SMALL
    assert both.reason() == str(DOWN)


def test_that_a_local_model_that_keeps_failing_is_none():
    local = Client("smol")
    only = models(None, local)
    assert only.info() == SMALL
    for _ in range(FAILURES):
        local.breaker.bad(DOWN)
    assert only.info() is None


@pytest.mark.parametrize("error", [BadAnswer("Odd.", "Ask."), Interrupted("Cut.", "Ask.")])
def test_that_a_bad_answer_is_not_asked_again_elsewhere(error):
    both = models(Client("gpt", error), local := Client("smol"))
    with pytest.raises(type(error)):
        both.complete(HELLO)
    assert local.asked == 0


def test_that_a_prompt_for_this_computer_stays_here():
    both = models(remote := Client("gpt"), Client("smol"))
    assert both.complete(HELLO, here=True).model == "smol"
    with pytest.raises(NoModel):
        models(remote).complete(HELLO, here=True)
    assert remote.asked == 0


def test_that_cancelling_does_not_wake_the_other_one():
    both = models(Client("gpt", Cancelled("Cancelled.", "")), local := Client("smol"))
    with pytest.raises(Cancelled):
        both.complete(HELLO)
    assert local.asked == 0


def test_that_without_a_local_one_the_service_tells_itself():
    with pytest.raises(KeyRefused):
        models(Client("gpt", KeyRefused("Wrong key.", "Enter it."))).complete(HELLO)
