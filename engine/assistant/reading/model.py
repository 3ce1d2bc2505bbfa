"""What became of a question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from engine.contracts.chart import ChartKind
from engine.contracts.semantic import SemanticQuery

THRESHOLD: Final = 0.6
"""Below this confidence a question is not answered but asked back."""


@dataclass(frozen=True)
class Reading:
    """A question read. ``query`` is set where it is answered, and where it nearly could be.

    ``notes`` say what was assumed, ``unread`` are the words nothing was made of. ``message`` is
    the sentence of a refusal or of a question back, ``suggestions`` are questions that would be
    answered. ``chart`` is how the result is wished to be drawn. ``follow_up`` says that it was
    read as a change to the question before.
    """

    kind: Literal["answer", "clarify", "refuse"]
    confidence: float
    query: SemanticQuery | None = None
    message: str = ""
    notes: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    chart: ChartKind | None = None
    follow_up: bool = False
