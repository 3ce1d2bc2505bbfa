"""llama-cpp-python's answers as OpenAI's, over a model that is none."""

from __future__ import annotations

import pytest

from engine.llm.server.by_llama_cpp import Adapter, arguments, whole
from engine.llm.server.config import WorkerConfig

pytestmark = pytest.mark.unit

CONFIG = WorkerConfig(
    model="m.gguf",
    name="Tiny",
    runtime="llama-cpp-python",
    api_key="k" * 48,
    context_tokens=1024,
    threads=1,
)


class Model:
    """Says two words."""

    n_tokens = 12

    def create_chat_completion(self, **told):
        self.told = told
        deltas: tuple[dict[str, str], ...] = (
            {"role": "assistant"},
            {"content": "Hello"},
            {"content": " you"},
            {},
        )
        for delta in deltas:
            reason = None if delta else "stop"
            choice = {"index": 0, "delta": delta, "finish_reason": reason}
            yield {"id": "c1", "created": 1, "model": "/a/path", "choices": [choice]}


@pytest.fixture
def adapter():
    made = Adapter(Model(), CONFIG)
    yield made
    made.server_close()


def test_that_a_schema_is_passed_on_in_the_package_s_own_words():
    schema = {"type": "object"}
    request = {
        "messages": [],
        "max_completion_tokens": 7,
        "temperature": 0,
        "response_format": {"type": "json_schema", "json_schema": {"schema": schema}},
        "stream_options": {"include_usage": True},
    }
    assert arguments(request) == {
        "messages": [],
        "max_tokens": 7,
        "temperature": 0,
        "stream": True,
        "response_format": {"type": "json_object", "schema": schema},
    }


def test_that_the_last_piece_says_what_it_cost_and_no_piece_names_a_path(adapter):
    *_, last = pieces = list(adapter.chunks({"messages": []}))
    assert last["usage"] == {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
    assert {piece["model"] for piece in pieces} == {"Tiny"}


def test_that_pieces_make_one_answer_for_who_wants_no_stream(adapter):
    answer = whole(list(adapter.chunks({"messages": []})))
    assert answer["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hello you"},
            "finish_reason": "stop",
        }
    ]
    assert answer["usage"]["total_tokens"] == 12


def test_that_it_listens_on_loopback_only(adapter):
    assert adapter.server_address[0] == "127.0.0.1"
