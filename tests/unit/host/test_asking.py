"""A question asked of the running instance from another process."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.assistant.errors import AskedForNothing
from engine.assistant.looking import Looking
from engine.assistant.running import given_up
from engine.contracts.assistant import Answer, AnswerColumn, Progress
from engine.errors import LakehouseError
from engine.host import asking, knowledge
from engine.host.asking import answer_from, serve_question
from engine.paths import DataPaths
from engine.platform.loopback import LoopbackServer, ask_loopback
from engine.settings import load_settings

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


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Any]]:
    """What each assistant was opened with."""
    made: list[Mapping[str, Any]] = []

    def open_assistant(*_: object, **more: Any) -> Any:
        made.append(more)
        return SimpleNamespace(close=lambda: None)

    monkeypatch.setattr(asking, "open_assistant", open_assistant)
    return made


@pytest.mark.parametrize("share", [False, True])
def test_that_values_are_shared_only_where_the_settings_say_so(
    tmp_path: Path, opened: list[Mapping[str, Any]], share: bool
) -> None:
    if share:
        (tmp_path / "settings.toml").write_text("[assistant]\nshare_values = true\n")
    instance: Any = SimpleNamespace(
        pack=SimpleNamespace(spec=None),
        lake=None,
        paths=DataPaths(tmp_path),
        settings=load_settings({}, tmp_path),
        knowledge=None,
        models=None,
    )
    asking.assistant_of(instance)
    assert opened[0]["share_values"] is share


def test_that_knowledge_is_opened_only_when_it_is_asked_and_never_fails_otherwise(
    tmp_path: Path, opened: list[Mapping[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []

    def broken(*arguments: object) -> Any:
        tried.append(arguments)
        raise OSError("no model")

    monkeypatch.setattr(knowledge, "knowledge_at_hand", broken)
    with asking.assistant_alone(DataPaths(tmp_path), {}):
        assert not tried
        looking = Looking(opened[0]["late"])
        assert looking("revenue") == ()
        assert (len(tried), "no model" in looking.trouble) == (1, True)
    with asking.assistant_alone(DataPaths(tmp_path / "absent"), {}):
        assert opened[1]["late"] is None, "a folder is not made for a question"


def test_that_an_answer_that_never_comes_is_an_error() -> None:
    with pytest.raises(LakehouseError, match="broke off"):
        answer_from(iter([{"step": "looking", "text": ""}]))
