"""One figure with its change."""

from __future__ import annotations

import math
from typing import Literal

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.formats import change as written
from app.widgets.card import Card
from app.widgets.tone import set_tone
from app.words import tr

Better = Literal["up", "down"] | None


class KpiTile(Card):
    """Title, value, change against an earlier value, and a line below."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.value = QLabel("–")
        self.value.setObjectName("value")
        self.change = QLabel()
        self.hint = QLabel()
        self.hint.setObjectName("small")
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self.change)
        line.addWidget(self.hint, 1)
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(self.value)
        column.addLayout(line)
        self.body.addLayout(column)

    def show_value(
        self, value: str, change: float | None = None, better: Better = "up", hint: str = ""
    ) -> None:
        """``change`` is relative (0.1 is ten percent more); ``better`` gives it its colour."""
        self.value.setText(value)
        self.hint.setText(hint)
        known = change is not None and not math.isnan(change)
        self.change.setText(_arrow(change) if known and change is not None else "")
        self.change.setVisible(known)
        tone = ""
        if known and change and better:
            tone = "good" if (change > 0) == (better == "up") else "bad"
        set_tone(self.change, tone)
        said = tr("{0}: {1} {2} {3}").format(
            self.title_label.text(), value, self.change.text(), hint
        )
        self.setAccessibleName(said.strip())


def _arrow(change: float) -> str:
    sign = "▲" if change > 0 else "▼" if change < 0 else "■"
    return f"{sign} {written(change)}"
