"""What a card says in words: its badge, who answered, what is copied."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy

from app.formats import duration_ms, local_time, number
from app.words import tr
from engine.assistant.charts import Figure
from engine.assistant.telling.figures import figure
from engine.contracts.assistant import Answer
from engine.contracts.semantic import SemanticLayer

BADGES: Final = {
    "verified": ("Verified", "good", "Somebody has checked this question's SQL."),
    "generated": (
        "Generated",
        "info",
        "This SQL was made for your question and nobody has checked it: read it before you rely.",
    ),
    "clarify": ("Asks back", "warning", "It is not certain what was asked; nothing was run."),
    "refused": ("Refused", "bad", "This is not answered, or not allowed; nothing was run."),
}
PADDING_PX: Final = 28
MOST_COPIED: Final = 100
"""Rows of the copied text; more is for the CSV."""


def known_figures(layer: SemanticLayer) -> dict[str, Figure]:
    """How the numbers of the pack's metrics are written, also beside those of another time."""
    found: dict[str, Figure] = {}
    for metric in layer.metrics:
        kind: Figure = _FIGURES.get(metric.unit, "number")
        found[metric.name] = found[f"{metric.name}_before"] = kind
    return found


_FIGURES: Final[dict[str, Figure]] = {
    "usd": "usd",
    "share": "share",
    "ms": "ms",
    "seconds": "seconds",
}


def origin(answer: Answer) -> str:
    """Who put the question into SQL."""
    match answer.source:
        case "verified":
            return tr("Answered by a verified question.")
        case "reader":
            return tr("Put together from the pack's metrics and dimensions, without a model.")
        case "model":
            name = answer.model or tr("a language model")
            return tr("Put together by the language model {0}.").format(name)
    return tr("Answered without a statement.") if answer.sql is None else ""


def took(answer: Answer) -> str:
    """``qwen · 1,204 + 35 tokens · 1 repair · 2.1 s``."""
    parts = [answer.model or _SOURCES.get(answer.source or "", "")]
    if answer.usage is not None:
        prompt, made = answer.usage.prompt_tokens, answer.usage.completion_tokens
        parts.append(tr("{0} + {1} tokens").format(number(prompt), number(made)))
    if answer.repairs:
        one = answer.repairs == 1
        parts.append(tr("1 repair") if one else tr("{0} repairs").format(answer.repairs))
    parts.append(duration_ms(answer.elapsed_ms))
    return "  ·  ".join(part for part in parts if part)


_SOURCES: Final = {"verified": "verified question", "reader": "read without a model"}


def as_text(answer: Answer) -> str:
    """The answer for a mail: its sentence, its notes, and its first rows with tabs between."""
    parts = [answer.answer, *answer.notes]
    if answer.rows:
        lines = ["\t".join(column.name for column in answer.columns)]
        lines += ["\t".join(_plain(value) for value in row) for row in answer.rows[:MOST_COPIED]]
        parts.append("\n" + "\n".join(lines))
    return "\n".join(parts)


def cell(value: Any, kind: Figure) -> str:
    """A value of the grid, with its unit; times in the local zone."""
    match value:
        case None:
            return "–"
        case dt.datetime():
            return local_time(value, date=True)
        case bool():
            return tr("yes") if value else tr("no")
        case int() | float():
            if kind in ("usd", "share", "ms", "seconds"):
                return figure(value, kind)
            return number(value, 0 if float(value).is_integer() else 4)
        case list() | tuple():
            return ", ".join(cell(item, "number") for item in value)
    return " ".join(str(value).split())


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case dt.datetime():
            return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return " ".join(str(value).split())


class QuestionButton(QPushButton):
    """A question that a click asks; cut where it has no room."""

    def __init__(self, question: str, act: Callable[[str], None]) -> None:
        super().__init__(question)
        self.question = question
        self.setAccessibleName(tr("Ask: {0}").format(question))
        self.setToolTip(question)
        self.setStyleSheet("text-align: left;")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda: act(question))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 -- Qt's name
        """Another width, another cut."""
        super().resizeEvent(event)
        room = max(self.width() - PADDING_PX, 40)
        right = Qt.TextElideMode.ElideRight
        self.setText(self.fontMetrics().elidedText(self.question, right, room))
