"""The assistant: one question at a time, by the first way that has an answer, kept in its talk."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from engine.assistant.asking import Asking, Way
from engine.assistant.errors import AskedForNothing, TalksError
from engine.assistant.ratings import Ratings
from engine.assistant.running import Runner, given_up
from engine.assistant.talks.markdown import markdown
from engine.assistant.talks.store import Talks
from engine.assistant.ways.unfinished import unfinished
from engine.contracts.assistant import Answer, Conversation, Progress, Readiness
from engine.query.errors import PastDeadline, WorkerEnded

LONGEST: Final = 2_000
"""Characters of a question: far more than any; a pasted file is none."""
REMEMBERED: Final = 4
"""Turns that a question may refer back to."""


class LakeAssistant:
    """Implements ``engine.contracts.assistant.Assistant``; ``close`` ends its query worker."""

    def __init__(
        self,
        ways: Sequence[Way],
        runner: Runner,
        talks: Talks,
        ratings: Ratings,
        ready: Callable[[], Readiness],
        samples: Sequence[str],
        now: Callable[[], dt.datetime],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._ways = ways
        self._runner = runner
        self._talks = talks
        self._ratings = ratings
        self._ready = ready
        self._samples = tuple(samples)
        self._now = now
        self._clock = clock
        self._one = threading.Lock()
        self._guard = threading.Lock()
        self._asking: Asking | None = None

    def ready(self) -> Readiness:
        """See Assistant."""
        return self._ready()

    def samples(self) -> tuple[str, ...]:
        """See Assistant."""
        return self._samples

    def warm(self) -> None:
        """Starts the query worker ahead of the first question; does not wait."""
        self._runner.warm()

    def close(self) -> None:
        """Gives up what is asked and ends the query worker."""
        self.cancel()
        self._runner.close()
        self._talks.close()

    def ask(
        self,
        question: str,
        conversation: str | None,
        hear: Callable[[Progress], None] | None = None,
    ) -> Answer:
        """See Assistant. A second question waits until the first is answered."""
        text = checked(question)
        with self._one:
            started = self._clock()
            talk = conversation or uuid.uuid4().hex
            before, lost = self._before(conversation)
            asking = Asking(text, talk, before, self._now(), hear)
            with self._guard:
                self._asking = asking
                self._runner.begin()
            try:
                answer = self._answer(asking)
            finally:
                with self._guard:
                    self._asking = None
            if asking.cancelled():
                raise given_up()
            elapsed = round((self._clock() - started) * 1000, 1)
            answer = replace(answer, id=uuid.uuid4().hex, elapsed_ms=elapsed)
            return self._kept(answer, lost)

    def cancel(self) -> None:
        """See Assistant."""
        with self._guard:
            asking = self._asking
            if asking is not None:
                asking.cancel()
                self._runner.cancel()

    def rate(self, answer_id: str, liked: bool | None) -> None:
        """See Assistant. Raises NoSuchAnswer, or what the knowledge store raises."""
        answer = replace(self._talks.answer(answer_id), liked=liked)
        self._ratings.rate(answer)
        self._talks.replace(answer)

    def conversations(self, search: str = "") -> tuple[Conversation, ...]:
        """See Assistant."""
        return self._talks.conversations(search)

    def turns(self, conversation: str) -> tuple[Answer, ...]:
        """See Assistant."""
        return self._talks.turns(conversation)

    def delete(self, conversation: str) -> None:
        """See Assistant."""
        self._talks.delete(conversation)

    def export(self, conversation: str) -> str:
        """See Assistant."""
        return markdown(self._talks.turns(conversation))

    def _answer(self, asking: Asking) -> Answer:
        asking.step("looking")
        for way in self._ways:
            try:
                answer = way(asking)
            except (PastDeadline, WorkerEnded) as error:
                answer = unfinished(asking, error)
            if answer is not None:
                asking.step("writing", answer.answer)
                return replace(answer, notes=(*answer.notes, *asking.remarks))
        raise AssertionError("the last way answers everything")

    def _before(self, conversation: str | None) -> tuple[tuple[Answer, ...], str]:
        """The last turns; a file that cannot be read costs the memory and not the answer."""
        if conversation is None:
            return (), ""
        try:
            return self._talks.turns(conversation, last=REMEMBERED), ""
        except TalksError as error:
            return (), error.message

    def _kept(self, answer: Answer, lost: str) -> Answer:
        try:
            self._talks.add(answer)
        except TalksError as error:
            lost = lost or error.message
        return replace(answer, notes=(*answer.notes, lost)) if lost else answer


def checked(question: str) -> str:
    """The question in one line. Raises AskedForNothing."""
    text = " ".join(question.encode("utf-8", "ignore").decode().split())
    if not any(c.isalnum() for c in text):
        raise AskedForNothing("There is no question.", "Ask something in words.")
    if len(text) > LONGEST:
        raise AskedForNothing(
            f"The question has {len(text):,} characters.", f"Ask in at most {LONGEST:,}."
        )
    return text
