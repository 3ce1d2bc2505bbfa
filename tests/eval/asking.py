"""Asks the questions, one after the other, and keeps what came of each."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.contracts.assistant import Answer, Assistant
from tests.eval.grade import Grader, Verdict
from tests.eval.questions import Question


@dataclass(frozen=True)
class Outcome:
    """One question, what was answered, and what that is worth."""

    question: Question
    verdict: Verdict
    seconds: float
    answer: Answer | None
    failure: str = ""


def ask_all(
    assistant: Assistant, questions: Iterable[Question], grader: Grader
) -> Iterator[Outcome]:
    """Outcomes as they come. Questions of one talk share a conversation."""
    talks: dict[str, str] = {}
    for question in questions:
        started = time.perf_counter()
        try:
            answer = assistant.ask(question.ask, talks.get(question.talk))
        except Exception as error:  # a defect costs one question, and is told
            seconds = time.perf_counter() - started
            yield Outcome(
                question, Verdict.FAILED, seconds, None, f"{type(error).__name__}: {error}"
            )
            continue
        seconds = time.perf_counter() - started
        if question.talk:
            talks[question.talk] = answer.conversation
        yield Outcome(question, grader.grade(question, answer), seconds, answer)
