"""A question asked of the running instance from another process."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.assistant.errors import AskedForNothing
from engine.assistant.running import given_up
from engine.contracts.assistant import Answer, AnswerColumn, Progress
from engine.errors import LakehouseError
from engine.host.asking import answer_from, serve_question
from engine.platform.loopback import LoopbackServer, ask_loopback

pytestmark = pytest.mark.unit

ANSWER = Answer(
    "orders?",
    "Seven.",
    "verified",
    "talk",
    columns=(AnswerColumn("orders", "BIGINT"),),
    rows=((7,),),
)
ABSENT = LakehouseError("nobody is there", "")


class Asked:
    """An assistant that answers when it is told to, or gives up when it is cancelled."""

    def __init__(self, failure: LakehouseError | None = None, wait: bool = False) -> None:
        self.failure = failure
        self.wait = wait
        self.cancelled = threading.Event()

    def ask(self, question: str, conversation: str | None, hear: Any = None) -> Answer:
        hear(Progress("looking"))
        if self.failure is not None:
            raise self.failure
        if self.wait:
            assert self.cancelled.wait(10)
            raise given_up()
        return replace(ANSWER, question=question, conversation=conversation or "new")

    def cancel(self) -> None:
        self.cancelled.set()


@contextlib.contextmanager
def port(folder: Path, assistant: Any) -> Iterator[Path]:
    file = folder / "control.json"
    server = LoopbackServer(file, lambda request: serve_question(assistant, request))
    try:
        yield file
    finally:
        server.close()


def test_that_the_answer_comes_whole_through_the_port(tmp_path: Path) -> None:
    with port(tmp_path, Asked()) as file:
        request = {"op": "ask", "question": "orders?", "conversation": "talk"}
        messages = list(ask_loopback(file, request, ABSENT))
    assert messages[0] == {"step": "looking", "text": ""}
    assert answer_from(iter(messages)) == ANSWER


def test_that_a_refusal_keeps_its_sentence_and_remedy(tmp_path: Path) -> None:
    failure = AskedForNothing("There is no question.", "Ask something.")
    with port(tmp_path, Asked(failure)) as file, pytest.raises(LakehouseError) as caught:
        answer_from(ask_loopback(file, {"op": "ask", "question": ""}, ABSENT))
    assert str(caught.value) == "There is no question. Ask something."


def test_that_a_question_is_given_up_when_nobody_listens_any_more() -> None:
    assistant: Any = Asked(wait=True)
    messages = serve_question(assistant, {"question": "slow"})
    assert next(messages)["step"] == "looking"
    messages.close()  # as the server does when it cannot send
    assert assistant.cancelled.wait(5)


def test_that_an_answer_that_never_comes_is_an_error() -> None:
    with pytest.raises(LakehouseError, match="broke off"):
        answer_from(iter([{"step": "looking", "text": ""}]))
