"""What an assistant is asked and what it answers: ``ask --json`` and the Assistant page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from engine.contracts.pack import ChartSpec

Badge = Literal["verified", "generated", "clarify", "refused"]


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
class Answer:
    """One answer. ``sql`` and what follows from it are empty for ``clarify`` and ``refused``.

    ``rows`` are at most 1,000, ``truncated`` says that there were more. ``suggestions`` are
    questions that would be answered. ``elapsed_ms`` is the time from question to answer.
    """

    question: str
    answer: str
    badge: Badge
    conversation: str
    sql: str | None = None
    columns: tuple[AnswerColumn, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    truncated: bool = False
    chart: ChartSpec | None = None
    model: str | None = None
    repairs: int = 0
    elapsed_ms: float = 0.0
    suggestions: tuple[str, ...] = ()


class Assistant(Protocol):
    """Answers questions about the lake; every method may block."""

    def ready(self) -> Readiness:
        """What it can do at present."""
        ...

    def samples(self) -> tuple[str, ...]:
        """Questions that it answers for certain."""
        ...

    def ask(self, question: str, conversation: str | None) -> Answer:
        """The answer; None begins a new conversation. LakehouseError where the lake fails."""
        ...
