"""One question at a time, given up at once, kept with its conversation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.assistant.asking import Asking, Told
from engine.assistant.assistant import LONGEST, LakeAssistant
from engine.assistant.errors import AskedForNothing, NoSuchAnswer
from engine.assistant.ratings import Ratings
from engine.assistant.running import Rows
from engine.assistant.talks.store import FILE_NAME, Talks
from engine.assistant.ways.settle import settle
from engine.contracts.assistant import Answer, Assistant, Progress, Readiness
from engine.errors import LakehouseError
from engine.query.errors import Cancelled, PastDeadline, WorkerEnded
from tests.unit.assistant.doubles import NOW, FakeKnowledge, FakeRunner

pytestmark = pytest.mark.unit


class Bench:
    """An assistant whose one way runs the question as if it were SQL."""

    def __init__(self, folder: Path | None = None) -> None:
        self.runner = FakeRunner()
        self.knowledge = FakeKnowledge()
        self.seen: list[Asking] = []
        self.way: Callable[[Asking], Answer | None] = self._run
        self.assistant = LakeAssistant(
            [lambda asking: self.way(asking)],
            self.runner,
            Talks(folder),
            Ratings(self.knowledge),
            lambda: Readiness("ready", ""),
            ("a sample",),
            lambda: NOW,
        )

    def _run(self, asking: Asking) -> Answer:
        self.seen.append(asking)

        def tell(rows: Rows) -> Told:
            return Told("seven", rows)

        return settle(asking, self.runner, asking.question, tell, "generated", "reader")


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_that_it_is_an_assistant(bench: Bench) -> None:
    assistant: Assistant = bench.assistant
    assert assistant.samples() == ("a sample",)
    assert assistant.ready().sentence == "ready"


def test_that_a_turn_knows_the_turns_before_it(bench: Bench) -> None:
    first = bench.assistant.ask("one", None)
    bench.assistant.ask("two", first.conversation)
    assert [answer.question for answer in bench.seen[1].before] == ["one"]
    assert bench.assistant.ask("three", None).conversation != first.conversation
    assert bench.seen[2].before == ()
    assert [a.question for a in bench.assistant.turns(first.conversation)] == ["one", "two"]


def test_that_steps_are_heard_in_order(bench: Bench) -> None:
    heard: list[Progress] = []
    bench.assistant.ask("one", None, heard.append)
    assert [p.step for p in heard] == ["looking", "running", "writing"]
    assert heard[-1].text == "seven"


@pytest.mark.parametrize("question", ["", " \n ", "?!", "x" * (LONGEST + 1), "\ud800"])
def test_that_what_is_no_question_is_refused(bench: Bench, question: str) -> None:
    with pytest.raises(AskedForNothing):
        bench.assistant.ask(question, None)


def test_that_cancel_ends_a_running_statement_and_the_next_question_works(bench: Bench) -> None:
    running = threading.Event()

    def act(_sql: str) -> None:
        running.set()
        assert bench.runner.cancelled.wait(10)

    bench.runner.act = act
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            bench.assistant.ask("slow", None)
        except Cancelled as error:
            failures.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    assert running.wait(10)
    bench.assistant.cancel()
    thread.join(10)
    assert len(failures) == 1
    assert bench.assistant.conversations() == (), "what was given up is not kept"
    bench.runner.act = lambda _sql: None
    assert bench.assistant.ask("quick", None).answer == "seven"


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (PastDeadline(10.0), "longer than 10 s"),
        (WorkerEnded("The process ended.", "Ask for less."), "The process ended. Ask for less."),
    ],
)
def test_that_a_statement_without_an_end_is_an_answer(
    bench: Bench, failure: LakehouseError, said: str
) -> None:
    def act(_sql: str) -> None:
        raise failure

    bench.runner.act = act
    answer = bench.assistant.ask("slow", None)
    assert (answer.badge, answer.sql) == ("clarify", None)
    assert said in answer.answer
    assert bench.assistant.turns(answer.conversation) == (answer,)


def test_that_cancel_without_a_question_cancels_nothing(bench: Bench) -> None:
    bench.assistant.cancel()
    assert bench.assistant.ask("one", None).answer == "seven"


def test_that_questions_of_two_threads_are_answered_one_after_the_other(bench: Bench) -> None:
    inside, most = 0, 0
    guard = threading.Lock()

    def act(_sql: str) -> None:
        nonlocal inside, most
        with guard:
            inside += 1
            most = max(most, inside)
        threading.Event().wait(0.01)
        with guard:
            inside -= 1

    bench.runner.act = act
    threads = [threading.Thread(target=bench.assistant.ask, args=(f"q{n}", None)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (most, len(bench.seen)) == (1, 6)


def test_that_an_answer_that_cannot_be_kept_is_given_all_the_same(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no database" * 1000)
    bench = Bench(tmp_path)
    answer = bench.assistant.ask("one", None)
    assert answer.answer == "seven"
    assert "cannot be used" in answer.notes[-1]
    assert "cannot be used" in bench.assistant.ask("two", answer.conversation).notes[-1]


def test_that_remarks_of_ways_that_had_no_answer_are_notes(bench: Bench) -> None:
    def way(asking: Asking) -> Answer | None:
        asking.remarks.append("the model slept")
        return asking.answer("what?", "clarify")

    bench.way = way
    assert bench.assistant.ask("one", None).notes == ("the model slept",)


def test_that_a_thumb_keeps_the_pair_and_a_second_click_takes_it_back(bench: Bench) -> None:
    answer = bench.assistant.ask("One question", None)
    bench.assistant.rate(answer.id, True)
    (item,) = bench.knowledge.kept.values()
    assert (item.kind, item.origin, item.title) == ("question", "user", "One question")
    assert item.payload["sql"] == "One question"
    assert bench.assistant.turns(answer.conversation)[0].liked is True
    bench.assistant.rate(answer.id, None)
    assert bench.knowledge.kept == {}
    assert bench.assistant.turns(answer.conversation)[0].liked is None


def test_that_only_a_new_pair_is_kept(bench: Bench) -> None:
    bench.way = lambda asking: replace(bench._run(asking), source="verified", badge="verified")
    bench.assistant.rate(bench.assistant.ask("one", None).id, True)
    bench.way = lambda asking: asking.answer("what?", "clarify")
    bench.assistant.rate(bench.assistant.ask("two", None).id, True)
    assert bench.knowledge.kept == {}
    with pytest.raises(NoSuchAnswer):
        bench.assistant.rate("nobody", True)


def test_that_a_conversation_is_exported_and_deleted(bench: Bench) -> None:
    answer = bench.assistant.ask("One question", None)
    assert bench.assistant.export(answer.conversation).startswith("# One question")
    bench.assistant.delete(answer.conversation)
    assert bench.assistant.conversations() == ()


def test_that_close_ends_the_worker(bench: Bench) -> None:
    bench.assistant.close()
    assert bench.runner.closed
