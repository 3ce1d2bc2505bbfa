"""One question while it is being answered, and the ways that may answer it."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from engine.assistant.reading.model import Reading
from engine.assistant.running import Rows, given_up
from engine.assistant.telling.drawn import without_wanted
from engine.contracts.assistant import Answer, Badge, Progress, Source
from engine.contracts.chart import ChartSpec
from engine.contracts.knowledge import Hit


class Asking:
    """A question with what was said before it. ``cancel`` may come from another thread."""

    def __init__(
        self,
        question: str,
        conversation: str,
        before: tuple[Answer, ...],
        now: dt.datetime,
        hear: Callable[[Progress], None] | None = None,
    ) -> None:
        self.question = question
        self.words = without_wanted(question)
        """The question without the kind of chart that it asks for."""
        self.conversation = conversation
        self.before = before
        """The last turns of the conversation, in order."""
        self.now = now
        self.reading: Reading | None = None
        """What the rules made of it, once they have looked."""
        self.remarks: list[str] = []
        """What the ways that had no answer have to say: notes of the answer there will be."""
        self.guesses: list[str] = []
        """Questions that may have been meant, the likeliest first."""
        self.hits: tuple[Hit, ...] = ()
        """What the knowledge store has near it, the best first; empty where it was not asked."""
        self._hear = hear
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """It is not to be answered any more."""
        self._cancelled.set()

    def cancelled(self) -> bool:
        """Whether somebody gave up."""
        return self._cancelled.is_set()

    def check(self) -> None:
        """Raises Cancelled where nobody wants the answer any more."""
        if self.cancelled():
            raise given_up()

    def step(
        self, step: Literal["looking", "thinking", "running", "writing"], text: str = ""
    ) -> None:
        """Says what is done next. Raises Cancelled where nobody wants it any more."""
        self.check()
        if self._hear is not None:
            self._hear(Progress(step, text))

    def answer(self, text: str, badge: Badge, source: Source | None = None) -> Answer:
        """An answer in words; what has rows is made of it."""
        return Answer(self.question, text, badge, self.conversation, source=source)


class Way(Protocol):
    """Something that answers some questions."""

    def __call__(self, asking: Asking) -> Answer | None:
        """The answer; None where this way has none. Raises LakehouseError."""
        ...


@dataclass(frozen=True)
class Told:
    """How a result is answered: its sentence, the rows that are shown, their chart."""

    text: str
    rows: Rows
    chart: ChartSpec | None = None
    notes: tuple[str, ...] = field(default=())
