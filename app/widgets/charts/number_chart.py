"""One number, large; what belongs to it stands below."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.theme import Theme
from app.widgets.charts import units
from app.widgets.charts.across import exact
from app.widgets.charts.chart import Chart
from app.words import tr

Figure = tuple[str, float, str]
"""Name, value, unit."""


class NumberChart(Chart):
    """The first figure is the large one."""

    def __init__(self, theme: Theme, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(theme, title, "", parent)
        self._figures: tuple[Figure, ...] = ()
        self.value = QLabel()
        self.value.setObjectName("figure")
        self.value.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.others = QLabel()
        self.others.setObjectName("muted")
        self.others.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.others.setTextFormat(Qt.TextFormat.PlainText)
        self.others.setWordWrap(True)
        face = QWidget()
        column = QVBoxLayout(face)
        column.addStretch(1)
        column.addWidget(self.value)
        column.addWidget(self.others)
        column.addStretch(1)
        self.put(face)
        self.recolour()
        self.show_emptiness()

    def set_figures(self, figures: Sequence[Figure]) -> None:
        """The large one first."""
        self._figures = tuple(figures)
        self.show_emptiness()
        if not figures:
            return
        written = [(name, units.unit(unit).value(value)) for name, value, unit in figures]
        self.value.setText(written[0][1])
        self.value.setAccessibleName(tr("{0}: {1}").format(*written[0]))
        self.others.setText("   ·   ".join(f"{name} {value}" for name, value in written[1:]))
        self.others.setVisible(len(written) > 1)

    def is_empty(self) -> bool:
        """Whether there is no number."""
        return not self._figures

    def to_csv(self) -> str:
        """A name and a value a line."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["name", "value"])
        writer.writerows([name, exact(value)] for name, value, _ in self._figures)
        return text.getvalue()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """As large as the room lets it be."""
        super().resizeEvent(event)
        font = QFont(self.value.font())
        font.setPixelSize(max(28, min(64, self.height() // 4)))
        self.value.setFont(font)
