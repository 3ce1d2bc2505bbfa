"""What an assistant is asked and what it answers: ``ask --json`` and the Assistant page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from engine.contracts.chart import ChartSpec
from engine.contracts.semantic import SemanticQuery

Badge = Literal["verified", "generated", "clarify", "refused"]
Source = Literal["verified", "reader", "model"]


@dataclass(frozen=True)
class Readiness:
    """How far questions are answered now: a sentence, and what to do for more."""

    sentence: str
    remedy: str
    model: str | None = None
    """The language model in use; None where there is none."""


@dataclass(frozen=True)
class AnswerColumn:
    """A column of the result; ``type`` is DuckDB's name."""

    name: str
    type: str


@dataclass(frozen=True)
class Usage:
    """What a language model had to do with it; ``request`` is the exact JSON that was sent."""

    prompt_tokens: int
    completion_tokens: int
    request: str


@dataclass(frozen=True)
class Answer:
    """One answer. ``sql`` and what follows from it are empty for ``clarify`` and ``refused``.

    ``rows`` are at most 1,000, ``truncated`` says that there were more. ``suggestions`` are
    questions that would be answered. ``elapsed_ms`` is the time from question to answer.
    ``notes`` say what was assumed, such as the period.
    """

    question: str
    answer: str
    badge: Badge
    conversation: str
    id: str = ""
    """Of this turn; what a thumbs-up names."""
    sql: str | None = None
    columns: tuple[AnswerColumn, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    truncated: bool = False
    chart: ChartSpec | None = None
    model: str | None = None
    repairs: int = 0
    elapsed_ms: float = 0.0
    suggestions: tuple[str, ...] = ()
    source: Source | None = None
    """Who put the question into SQL."""
    query: SemanticQuery | None = None
    notes: tuple[str, ...] = ()
    usage: Usage | None = None
    liked: bool | None = None


@dataclass(frozen=True)
class Progress:
    """What is being done, while it is done; ``text`` is the sentence as far as it is written."""

    step: Literal["looking", "thinking", "running", "writing"]
    text: str = ""


@dataclass(frozen=True)
class Conversation:
    """One kept conversation; ``title`` is its first question."""

    id: str
    title: str
    began_at: dt.datetime
    last_at: dt.datetime
    turns: int


class Assistant(Protocol):
    """Answers questions about the lake; every method but ``cancel`` may block."""

    def ready(self) -> Readiness:
        """What it can do at present."""
        ...

    def samples(self) -> tuple[str, ...]:
        """Questions that it answers for certain."""
        ...

    def ask(
        self,
        question: str,
        conversation: str | None,
        hear: Callable[[Progress], None] | None = None,
    ) -> Answer:
        """The answer; None begins a new conversation. LakehouseError where the lake fails, and
        Cancelled after ``cancel``. ``hear`` is called on this thread."""
        ...

    def cancel(self) -> None:
        """Gives up what is being asked, from any thread, without waiting."""
        ...

    def rate(self, answer_id: str, liked: bool | None) -> None:
        """A thumbs-up keeps question and SQL as verified by the user; down or None takes it
        back."""
        ...

    def conversations(self, search: str = "") -> tuple[Conversation, ...]:
        """The kept ones whose words match, the newest first."""
        ...

    def turns(self, conversation: str) -> tuple[Answer, ...]:
        """The answers of one conversation, in order."""
        ...

    def delete(self, conversation: str) -> None:
        """Forgets one conversation."""
        ...

    def export(self, conversation: str) -> str:
        """One conversation as Markdown."""
        ...
