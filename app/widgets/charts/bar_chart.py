"""Horizontal bars, longest first or in the order of a funnel; the value stands at the bar's end."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QFontMetrics, QHelpEvent
from PySide6.QtWidgets import QToolTip, QWidget

from app.theme import Theme
from app.widgets.charts import units
from app.widgets.charts.chart import Chart
from app.widgets.charts.surface import Surface

BAR = 0.62
"""Thickness, as a share of a row …"""
BAR_PX = 24
"""… and at most, in pixels."""
LABEL_SHARE = 0.4
"""Labels take at most this share of the width; longer ones are cut, and whole in the tooltip."""
AIR_PX = 10


@dataclass(frozen=True, slots=True)
class Bar:
    """``note`` stands behind the value, in the muted colour; ``colour`` as in TimeChart."""

    label: str
    value: float
    note: str = ""
    colour: str | None = None
    tooltip: str = ""


class BarChart(Chart):
    """Values are not negative. Setting equal bars again costs nothing."""

    def __init__(
        self,
        theme: Theme,
        title: str = "",
        unit: str = "",
        *,
        rows: int = 5,
        parent: QWidget | None = None,
    ) -> None:
        """``rows`` bars have room at least, so that a few are not drawn as thick blocks."""
        super().__init__(theme, title, unit, parent)
        self._unit = units.unit(unit)
        self._rows = rows
        self._bars: tuple[Bar, ...] = ()
        self._texts: list[pg.TextItem] = []
        self._labels = pg.AxisItem("left")
        self.plot = Surface(self._labels)
        self._font = QFont(self.font())
        self._font.setPixelSize(12)
        self._prepare()
        self.put(self.plot)
        self.plot.viewport().installEventFilter(self)
        self.plot.installEventFilter(self)
        self.recolour()
        self.show_emptiness()

    def _prepare(self) -> None:
        self._labels.setStyle(tickLength=0, tickTextOffset=8, tickAlpha=0, tickFont=self._font)
        self._box = self.plot.box
        self._box.invertY(True)
        self._rects = pg.BarGraphItem(x0=[], y=[], height=BAR, width=[], pen=None)
        self._box.addItem(self._rects, ignoreBounds=True)

    def set_bars(self, bars: Sequence[Bar]) -> None:
        """Replaces the bars; the first one stands at the top."""
        if tuple(bars) == self._bars:
            return
        self._bars = tuple(bars)
        self.show_emptiness()
        self._draw()

    def set_unit(self, unit: str) -> None:
        """The unit of the values from now on."""
        self._unit = units.unit(unit)
        self.show_unit(unit)
        self._draw()

    def bars(self) -> tuple[Bar, ...]:
        """What is shown, from the top."""
        return self._bars

    def is_empty(self) -> bool:
        """Whether there is no bar."""
        return not self._bars

    def recolour(self) -> None:
        """The theme has changed."""
        super().recolour()
        colours = self.theme.colours
        self.plot.setBackground(colours.surface)
        self._labels.setPen(None)
        self._labels.setTextPen(colours.text)
        self._draw()

    def to_csv(self) -> str:
        """Label, value and note of each bar."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        unit = f" [{self._unit.name}]" if self._unit.name not in ("", "%") else ""
        writer.writerow(["label", f"value{unit}", "note"])
        for bar in self._bars:
            whole = bar.value == int(bar.value)
            writer.writerow([bar.label, int(bar.value) if whole else repr(bar.value), bar.note])
        return text.getvalue()

    def _draw(self) -> None:
        for text in self._texts:
            self._box.removeItem(text)
        colours = self.theme.colours
        self._texts = []
        for row, bar in enumerate(self._bars):
            note = f"&nbsp; <span style='color:{colours.muted}'>{html.escape(bar.note)}</span>"
            shown = html.escape(self._unit.value(bar.value)) + (note if bar.note else "")
            item = pg.TextItem(anchor=(0, 0.5))
            item.textItem.setFont(self._font)
            item.setHtml(f"<span style='color:{colours.text}'>{shown}</span>")
            item.setPos(bar.value, row)
            self._box.addItem(item, ignoreBounds=True)
            self._texts.append(item)
        rows = range(len(self._bars))
        self._rects.setOpts(
            x0=0,
            y=list(rows),
            width=[bar.value for bar in self._bars],
            brushes=[pg.mkBrush(self._colour(bar)) for bar in self._bars],
        )
        self._fit()

    def _fit(self) -> None:
        """Room for the labels at the left and for the longest value at the right."""
        metrics = QFontMetrics(self._font)
        most = int(self.plot.width() * LABEL_SHARE)
        cut = [
            metrics.elidedText(bar.label, Qt.TextElideMode.ElideRight, most) for bar in self._bars
        ]
        labels = max((metrics.horizontalAdvance(text) for text in cut), default=0) + AIR_PX
        self._labels.setWidth(labels)
        self._labels.setTicks([list(enumerate(cut))])
        texts = max((item.boundingRect().width() for item in self._texts), default=0.0)
        room = max(self.plot.width() - labels, 1)
        longest = max((bar.value for bar in self._bars), default=0.0) or 1.0
        right = longest * room / max(room - texts - AIR_PX, room * 0.2)
        lines = max(self._rows, len(self._bars))
        row_px = max(self.plot.height() / lines, 1.0)
        self._rects.setOpts(height=min(BAR, BAR_PX / row_px))
        self._box.setRange(xRange=(0, right), yRange=(-0.5, lines - 0.5), padding=0)

    def _colour(self, bar: Bar) -> QColor:
        name = bar.colour
        if name is None:
            return QColor(self.theme.colours.series[0])
        return QColor(name) if name.startswith("#") else self.theme.qcolor(name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Tooltips, the menu, another size; the wheel goes on to the page."""
        kind = event.type()
        if kind == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tip(event), self.plot)
            return True
        if kind == QEvent.Type.ContextMenu and isinstance(event, QContextMenuEvent):
            self.show_menu(event.globalPos())
            return True
        if kind == QEvent.Type.Resize and watched is self.plot:
            self._fit()
        if kind == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _tip(self, event: QHelpEvent) -> str:
        row = round(self._box.mapSceneToView(self.plot.mapToScene(event.pos())).y())
        if not 0 <= row < len(self._bars):
            return ""
        bar = self._bars[row]
        return bar.tooltip or f"{bar.label}: {self._unit.value(bar.value)} {bar.note}".rstrip()
