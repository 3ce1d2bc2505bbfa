"""The local model's contract, the same for every package that runs llama.cpp."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psutil
import pytest

from engine.contracts.llm import Message
from engine.llm.chat import ChatClient
from engine.llm.errors import Interrupted, KeyRefused, TooLong
from engine.llm.offers import list_models
from engine.query.errors import Cancelled
from tests.integration.llm.conftest import running

pytestmark = pytest.mark.integration

HELLO = (Message("system", "You are terse."), Message("user", "Say hello."))
SCHEMA = {
    "type": "object",
    "properties": {
        "metric": {"enum": ["revenue", "orders"]},
        "top": {"type": "integer", "minimum": 1, "maximum": 99},
    },
    "required": ["metric", "top"],
    "additionalProperties": False,
}
RESTING_BYTES = 60_000_000


def until(condition, seconds=20.0):
    """Whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_that_it_answers_and_says_what_it_cost(local):
    got = local.client.complete(HELLO, max_tokens=8)
    assert got.text.strip()
    assert got.model == "SmolLM2-135M-Instruct"
    assert 15 < got.prompt_tokens < 60
    assert 0 < got.completion_tokens <= 8
    assert json.loads(got.request)["temperature"] == 0


def test_that_it_answers_the_same_twice(local):
    first, second = (local.client.complete(HELLO, max_tokens=8) for _ in range(2))
    assert first.text == second.text


def test_that_the_text_comes_in_pieces(local):
    heard: list[str] = []
    got = local.client.complete(HELLO, max_tokens=8, hear=heard.append)
    assert len(heard) > 1
    assert "".join(heard) == got.text


def test_that_a_schema_constrains_what_even_a_small_model_writes(local):
    asked = (Message("user", "Tell me a joke about a cat."),)
    got = local.client.complete(asked, schema=SCHEMA, max_tokens=60)
    value = json.loads(got.text)
    assert set(value) == {"metric", "top"}
    assert value["metric"] in ("revenue", "orders")
    assert isinstance(value["top"], int)


def test_that_cancelling_stops_the_writing_and_not_only_the_waiting(local):
    heard: list[str] = []
    story = (Message("user", "Tell a very long story about the sea."),)
    with pytest.raises(Cancelled):
        local.client.complete(
            story, max_tokens=1_500, hear=heard.append, cancelled=lambda: len(heard) >= 2
        )
    (worker,) = local.workers

    def idle():
        """However busy the computer is: a model that writes gets some time of every second."""
        before = sum(worker.cpu_times()[:2])
        time.sleep(1.0)
        return sum(worker.cpu_times()[:2]) - before < 0.03

    assert until(idle, 8.0), "the model goes on writing for nobody"
    assert local.client.complete(HELLO, max_tokens=2).text.strip()


def test_that_two_questions_at_once_are_both_answered(local):
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(local.client.complete, HELLO, max_tokens=4) for _ in range(2)]
        assert [a.result().text for a in answers] == [answers[0].result().text] * 2


def test_that_a_prompt_beyond_its_context_is_told(local):
    with pytest.raises(TooLong, match="too long for the model"):
        local.client.complete((Message("user", "word " * 3_000),))
    assert local.client.breaker.reason() is None


@pytest.mark.parametrize("key", [None, "wrong", "Bearer"])
def test_that_a_wrong_key_is_refused_everywhere(local, key):
    endpoint = replace(local.client.endpoint, api_key=key)
    with pytest.raises(KeyRefused):
        ChatClient(endpoint).complete(HELLO)
    for path in ("/models", "/../health"):
        request = urllib.request.Request(
            endpoint.base_url + path, headers={"Authorization": f"Bearer {key}"}
        )
        with pytest.raises(urllib.error.HTTPError, match="401") as caught:
            urllib.request.urlopen(request, timeout=5)
        caught.value.close()


def test_that_it_names_its_model_and_neither_path_nor_file(local):
    endpoint = local.client.endpoint
    assert list_models(endpoint.base_url, endpoint.api_key).names == ("SmolLM2-135M-Instruct",)


def test_that_all_its_ports_are_on_loopback(local):
    local.client.complete(HELLO, max_tokens=1)
    listening = [
        connection.laddr.ip
        for process in [psutil.Process(local.pid), *local.workers]
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(listening) == 2
    assert set(listening) == {"127.0.0.1"}


def test_that_nothing_is_loaded_before_a_question_and_again_nothing_after_idling(
    runtime, model_path, tmp_path
):
    with running(model_path, tmp_path, runtime, idle_s=3.0) as local:
        assert local.workers == []
        assert local.rss < RESTING_BYTES
        for _ in range(2):
            assert local.client.complete(HELLO, max_tokens=2).text.strip()
            assert local.rss > 2 * RESTING_BYTES
            assert until(lambda: not local.workers), "the model is not let go"
            assert local.rss < RESTING_BYTES


def test_that_a_killed_worker_costs_one_answer(runtime, model_path, tmp_path):
    with running(model_path, tmp_path, runtime) as local:

        def kill(_piece):
            for worker in local.workers:
                worker.send_signal(signal.SIGKILL)

        with pytest.raises(Interrupted):
            local.client.complete((Message("user", "Tell a story."),), max_tokens=300, hear=kill)
        assert local.client.complete(HELLO, max_tokens=2).text.strip()
        assert len(local.workers) == 1


def test_that_it_ends_in_order_and_leaves_no_process(runtime, model_path, tmp_path):
    with running(model_path, tmp_path, runtime) as local:
        local.client.complete(HELLO, max_tokens=1)
        family = [psutil.Process(local.pid), *local.workers]
    assert until(lambda: not [p for p in family if p.is_running()])
    assert list(tmp_path.iterdir()) == [], "the file with its key is left"


def test_that_no_worker_outlives_a_killed_front(runtime, model_path, tmp_path):
    with running(model_path, tmp_path, runtime) as local:
        local.client.complete(HELLO, max_tokens=1)
        (worker,) = local.workers
        os.kill(local.pid, signal.SIGKILL)
        assert until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)
