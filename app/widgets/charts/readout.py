"""The small panel beside the crosshair: where it is, and each series' value there."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from app.widgets.charts.across import Across
from app.words import tr

GAP_PX = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """A series at the crosshair; ``value`` is written with its unit."""

    name: str
    value: str
    colour: str


class Readout(QFrame):
    """Lies over the window, so that a low chart does not cut it; lets the mouse through."""

    def __init__(self, plot: QWidget) -> None:
        super().__init__(plot)
        self._plot = plot
        self.setObjectName("readout")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.RichText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.addWidget(self._label)
        self._muted = "#888888"
        self.said = ""
        """What it shows, in plain words, for a screen reader."""
        self.hide()

    def paint_with(self, raised: str, border: str, text: str, muted: str) -> None:
        """Hex colours of a theme."""
        self._muted = muted
        self.setStyleSheet(
            f"#readout {{ background: {raised}; border: 1px solid {border}; border-radius: 6px; }}"
            f"#readout QLabel {{ color: {text}; background: transparent; font-size: 11px; }}"
        )

    def show_at(
        self, place: QPoint, across: Across, x: float, readings: Sequence[Reading], notes: str = ""
    ) -> None:
        """At ``x`` of the axis; ``notes`` is a marker's text. See ``show_words`` for ``place``."""
        self.show_words(place, across.words(x), readings, notes)

    def show_words(
        self, place: QPoint, words: tuple[str, str], readings: Sequence[Reading], notes: str = ""
    ) -> None:
        """Beside a ``place`` of the plot, on the side where there is room.

        ``words`` are the heading, first in bold, then muted.
        """
        rows = "".join(
            f"<tr><td><span style='color:{r.colour}'>■</span>&nbsp;{html.escape(r.name)}</td>"
            f"<td align='right'>&nbsp;&nbsp;<b>{html.escape(r.value)}</b></td></tr>"
            for r in readings
        )
        bold, muted = (html.escape(part) for part in words)
        note = f"<div>{html.escape(notes)}</div>" if notes else ""
        self._label.setText(
            f"<div><b>{bold}</b> <span style='color:{self._muted}'>{muted}</span></div>"
            f"<table cellspacing='0'>{rows}</table>{note}"
        )
        values = ", ".join(f"{r.name} {r.value}" for r in readings)
        self.said = tr("{0}: {1}").format(words[0], f"{values} {notes}".strip())
        self.adjustSize()
        self._place(place)
        self.show()
        self.raise_()

    def _place(self, place: QPoint) -> None:
        window = self._plot.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        corner = self._plot.mapTo(window, QPoint(0, place.y()))
        left = place.x() + GAP_PX
        if left + self.width() > self._plot.width():
            left = place.x() - GAP_PX - self.width()
        left = max(0, corner.x() + left)
        self.move(left, max(0, min(corner.y(), window.height() - self.height())))
