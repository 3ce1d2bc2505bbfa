"""A table of numbers as colours: two labels name a cell, the number is how strong it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.theme import Theme
from app.widgets.charts import units
from app.widgets.charts.across import exact
from app.widgets.charts.field import Field
from app.widgets.charts.field_chart import FieldChart, Spot
from app.widgets.charts.readout import Reading
from app.widgets.charts.shapes import Floats
from app.widgets.charts.spans import Span
from app.widgets.charts.texts import Text, Texts
from app.widgets.charts.tints import mixed, text_over
from app.words import tr

LABEL_SHARE: Final = 0.3
AIR_PX: Final = 12
FAINTEST: Final = 0.08
"""The lowest value is still told from a cell without one."""
TEXT_PX: Final = (46, 16)
"""Width and height of a cell that has room for its number."""
ROOM_PX: Final = 190
"""What unit, menu and the air between them take of the title's row."""
MOST_TEXTS: Final = 300


class HeatChart(FieldChart):
    """``values`` are (down, across); NaN is a cell that is not there."""

    def __init__(
        self,
        theme: Theme,
        title: str = "",
        unit: str = "",
        names: tuple[str, str] = ("", ""),
        parent: QWidget | None = None,
    ) -> None:
        """``names`` of what runs across and down."""
        self._unit = units.unit(unit)
        self._names = names
        self._across: tuple[str, ...] = ()
        self._down: tuple[str, ...] = ()
        self._cells: Floats = np.zeros((0, 0))
        self._rows: NDArray[np.int64] = np.zeros((0, 0), dtype=np.int64)
        self._left, self._bottom = pg.AxisItem("left"), pg.AxisItem("bottom")
        super().__init__(theme, title, unit, Field(self._left, self._bottom), parent)
        self._font = QFont(self.font())
        self._font.setPixelSize(11)
        self.field.box.invertY(True)
        self._texts = Texts(self._font)
        self.field.box.addItem(self._texts, ignoreBounds=True)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._image.setZValue(-10)
        self.field.box.addItem(self._image, ignoreBounds=True)
        self._scale = Scale()
        self.title_row.insertWidget(self.title_row.count() - 2, self._scale)
        self.recolour()
        self.show_emptiness()

    def set_cells(
        self,
        across: Sequence[str],
        down: Sequence[str],
        values: Floats,
        rows: NDArray[np.int64] | None = None,
    ) -> None:
        """``values`` (down, across); ``rows`` the place of the row that each cell was made of."""
        if values.shape != (len(down), len(across)):
            raise ValueError(f"{values.shape} values for {len(down)} × {len(across)} labels")
        self.forget_spots()
        self._across, self._down = tuple(across), tuple(down)
        self._cells = np.asarray(values, dtype=np.float64)
        count = self._cells.size
        self._rows = np.arange(count).reshape(values.shape) if rows is None else rows
        self._draw()

    def cells(self) -> Floats:
        """(down, across)."""
        return self._cells

    def is_empty(self) -> bool:
        """Whether no cell has a value."""
        return not np.isfinite(self._cells).any()

    def whole(self) -> tuple[Span, Span]:
        """All cells."""
        return (-0.5, max(len(self._across), 1) - 0.5), (-0.5, max(len(self._down), 1) - 0.5)

    def least(self) -> tuple[float, float]:
        """A cell."""
        return 1.0, 1.0

    def steps(self) -> tuple[int, int]:
        """Down is a whole line further."""
        return 1, max(len(self._across), 1)

    # Drawing

    def _draw(self) -> None:
        self.show_emptiness()
        if not self.is_empty():
            self._image.setImage(self._painted(), levels=None)
            self._image.setRect(QRectF(-0.5, -0.5, len(self._across), len(self._down)))
            low, high = float(np.nanmin(self._cells)), float(np.nanmax(self._cells))
            self._scale.show_range(self._unit.value(low), self._unit.value(high))
        else:
            self._image.clear()
        self._show_scale()
        self.show_view()

    def _show_scale(self) -> None:
        """Where the title leaves it room."""
        wide = self._title.sizeHint().width() + self._scale.sizeHint().width() + ROOM_PX
        self._scale.setVisible(not self.is_empty() and wide <= self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """See _show_scale."""
        super().resizeEvent(event)
        self._show_scale()

    def _strength(self) -> Floats:
        """From FAINTEST to 1; a single value is in the middle."""
        low, high = np.nanmin(self._cells), np.nanmax(self._cells)
        if high == low:
            return np.where(np.isnan(self._cells), np.nan, 0.5)
        share: Floats = (self._cells - low) / (high - low)
        return FAINTEST + share * (1 - FAINTEST)

    def _painted(self) -> NDArray[np.uint8]:
        strength = self._strength()
        front, back = self._ends()
        ends = np.array([[c.red(), c.green(), c.blue()] for c in (back, front)], dtype=float)
        known = np.nan_to_num(strength)[..., None]
        colour = ends[0] * (1 - known) + ends[1] * known
        alpha = np.where(np.isnan(strength), 0, 255)[..., None]
        return np.concatenate([colour, alpha], axis=2).astype(np.uint8)

    def _ends(self) -> tuple[QColor, QColor]:
        return QColor(self.theme.colours.accent), QColor(self.theme.colours.surface)

    def fit(self) -> None:
        """Labels that have room, and the numbers where cells are large enough."""
        (left, right), (top, bottom) = self.shown()
        metrics = QFontMetrics(self._font)
        most = int(self.field.width() * LABEL_SHARE)
        down = _in_view(self._down, top, bottom, max(self.field.height() - 24, 1), 14)
        ticks = [(at, metrics.elidedText(t, Qt.TextElideMode.ElideRight, most)) for at, t in down]
        self._left.setTicks([ticks])
        widest = max((metrics.horizontalAdvance(text) for _, text in ticks), default=0)
        self._left.setWidth(widest + AIR_PX)
        wide = max(self.field.width() - widest - AIR_PX, 1)
        longest = max((metrics.horizontalAdvance(t) for t in self._across), default=0)
        room = min(longest + AIR_PX, 110)
        across = _in_view(self._across, left, right, wide, room)
        cell = max(wide / max(right - left, 1e-9), room) - 6
        right_cut = Qt.TextElideMode.ElideRight
        cut = [(at, metrics.elidedText(text, right_cut, int(cell))) for at, text in across]
        self._bottom.setTicks([cut])
        self._say_values(wide / max(right - left, 1e-9))

    def _say_values(self, wide: float) -> None:
        (left, right), (top, bottom) = self.shown()
        high = max(self.field.height() - 24, 1) / max(bottom - top, 1e-9)
        columns = range(max(0, round(left + 0.5)), min(len(self._across), round(right + 0.5)))
        lines = range(max(0, round(top + 0.5)), min(len(self._down), round(bottom + 0.5)))
        small = wide < TEXT_PX[0] or high < TEXT_PX[1]
        if small or len(columns) * len(lines) > MOST_TEXTS or self.is_empty():
            self._texts.set(())
            return
        strength = self._strength()
        front, back = self._ends()
        texts = []
        for row in lines:
            for column in columns:
                value = float(self._cells[row, column])
                if np.isnan(value):
                    continue
                under = mixed(front, back, float(strength[row, column]))
                texts.append(Text(column, row, self._short(value), text_over(under)))
        self._texts.set(texts)

    def _short(self, value: float) -> str:
        whole = value == int(value) and abs(value) < 1000
        return self._unit.tick(value, 1.0 if whole else max(abs(value) / 100, 1e-9))

    def recolour(self) -> None:
        """The theme has changed."""
        super().recolour()
        self._scale.paint_with(*reversed(self._ends()))
        for axis in self.field.axes:
            axis.setTickPen(None)
        if not self.is_empty():
            self._image.setImage(self._painted(), levels=None)
        self.fit()

    # Pointing

    def spot_at(self, x: float, y: float) -> Spot | None:
        """The cell there, if it has a value."""
        row, column = round(y), round(x)
        inside = 0 <= row < len(self._down) and 0 <= column < len(self._across)
        return self._of_cell(row, column) if inside else None

    def spots(self) -> list[Spot]:
        """Line by line."""
        return [
            self._of_cell(r, c) for r in range(len(self._down)) for c in range(len(self._across))
        ]

    def _of_cell(self, row: int, column: int) -> Spot:
        value = float(self._cells[row, column])
        written = tr("none") if np.isnan(value) else self._unit.value(value)
        name = self.title
        reading = Reading(name, written, self._ends()[0].name())
        words = f"{self._down[row]} · {self._across[column]}", " × ".join(filter(None, self._names))
        outline = (column - 0.5, row - 0.5, 1.0, 1.0)
        rows = () if np.isnan(value) else (int(self._rows[row, column]),)
        return Spot((column, row), words, (reading,), outline, rows)

    def to_csv(self) -> str:
        """A line a label, a column a label."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([self._names[1] or "label", *self._across])
        for label, cells in zip(self._down, self._cells.tolist(), strict=True):
            writer.writerow([label, *("" if np.isnan(v) else exact(v) for v in cells)])
        return text.getvalue()


class Scale(QWidget):
    """What the colours mean: the lowest value, the colours between, the highest one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._low, self._high, self._colours = QLabel(), QLabel(), _Colours()
        for label in (self._low, self._high):
            label.setObjectName("small")
        for widget in (self._low, self._colours, self._high):
            row.addWidget(widget)

    def show_range(self, low: str, high: str) -> None:
        """Written values."""
        self._low.setText(low)
        self._high.setText(high)
        self.setAccessibleName(tr("Colours from {0} to {1}").format(low, high))

    def paint_with(self, low: QColor, high: QColor) -> None:
        """The colours at both ends."""
        self._colours.ends = mixed(high, low, FAINTEST), high
        self._colours.update()


class _Colours(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(80, 8)
        self.ends = QColor(), QColor()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """A gradient."""
        painter = QPainter(self)
        shade = QLinearGradient(0, 0, self.width(), 0)
        shade.setColorAt(0, self.ends[0])
        shade.setColorAt(1, self.ends[1])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.drawRoundedRect(self.rect(), 3, 3)
        painter.end()


def _in_view(
    labels: Sequence[str], low: float, high: float, pixels: float, each: float
) -> list[tuple[int, str]]:
    """The labels of a span, thinned so that each has its pixels."""
    first, last = max(0, round(low + 0.5)), min(len(labels), round(high + 0.5))
    every = max(1, int(np.ceil(each * (high - low) / pixels - 0.05)))
    return [(at, labels[at]) for at in range(first, last, every)]
