"""The flow as a picture: boxes in a row, quarantine below, arrows with live rates between them.

Something moves along an arrow while something flows there: four small steps a second, and none
where less motion is wanted, where the page is hidden, or where nothing flows.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHideEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
    QShowEvent,
)
from PySide6.QtWidgets import QGridLayout, QLabel, QStyle, QWidget

from app.breath import breathe
from app.context import Context
from app.formats import rate
from app.pages.pipeline.box import LayerBox
from app.pages.pipeline.words import batch_sentence, box_content, dropped_sentence
from app.words import tr
from engine.readings.pipeline import Layer, PipelineReading

TICK_MS = 250
GAP = 112
SPACING = 28.0
"""Between two moving dots, in pixels."""
STEPS = 7

COLOURS = {
    Layer.BROKER: "accent",
    Layer.BRONZE: "bronze",
    Layer.SILVER: "silver",
    Layer.GOLD: "gold",
    Layer.QUARANTINE: "warning",
}
_LINES = {
    Layer.BROKER: 3,
    Layer.BRONZE: 3,
    Layer.SILVER: 3,
    Layer.GOLD: 3,
    Layer.QUARANTINE: 2,
}
_COLUMNS = {
    Layer.BROKER: (0, 0),
    Layer.BRONZE: (0, 2),
    Layer.SILVER: (0, 4),
    Layer.GOLD: (0, 6),
    Layer.QUARANTINE: (1, 4),
}


@dataclass(frozen=True)
class Arrow:
    """From one box to another; its rate is what comes into the second."""

    source: Layer
    target: Layer


ARROWS = (
    Arrow(Layer.BROKER, Layer.BRONZE),
    Arrow(Layer.BRONZE, Layer.SILVER),
    Arrow(Layer.SILVER, Layer.GOLD),
    Arrow(Layer.BRONZE, Layer.QUARANTINE),
)


def motion_wanted(widget: QWidget) -> bool:
    """Whether the desktop allows movement: where it does not, its animations last 0 ms."""
    duration = QStyle.StyleHint.SH_Widget_Animation_Duration
    return widget.style().styleHint(duration, None, widget) > 0


class FlowPicture(QWidget):
    """Shows readings; emits what a person wants to see in detail."""

    opened = Signal(object)
    """A ``Layer``: its box was clicked."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        breathe()
        super().__init__(parent)
        theme = context.theme
        self._desk = context.desk
        self.setObjectName("flowPicture")
        self.setAccessibleName(tr("The flow from broker to gold"))
        self._theme = theme
        self._reading: PipelineReading | None = None
        self._phase = 0
        self.boxes = {layer: self._box(layer) for layer in Layer}
        self.batch = QLabel()
        self.batch.setObjectName("muted")
        self._arrange()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._step)
        theme.changed.connect(self._repaint)

    def _box(self, layer: Layer) -> LayerBox:
        box = LayerBox(self._theme, COLOURS[layer], _LINES[layer], self)
        box.setObjectName(f"box-{layer.value}")
        box.clicked.connect(lambda: self.opened.emit(layer))
        return box

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(0)
        grid.setVerticalSpacing(16)
        for layer, (row, column) in _COLUMNS.items():
            grid.addWidget(self.boxes[layer], row, column)
        for column in (0, 2, 4, 6):
            grid.setColumnStretch(column, 1)
        for column in (1, 3, 5):
            grid.setColumnMinimumWidth(column, GAP)
        grid.addWidget(self.batch, 1, 0, 1, 2, Qt.AlignmentFlag.AlignVCenter)

    def show_reading(self, reading: PipelineReading) -> None:
        """Another moment."""
        self._reading = reading
        for layer, box in self.boxes.items():
            box.show_content(box_content(reading.layers[layer], reading.batch_age_s))
        self.batch.setText("\n".join([batch_sentence(reading), dropped_sentence(reading)]))
        self._animate()
        self.update()

    @property
    def moving(self) -> bool:
        """Whether anything is animated now."""
        return self._timer.isActive()

    def rate_of(self, arrow: Arrow) -> float | None:
        """Events a second along an arrow; None while unknown."""
        return self._reading.layers[arrow.target].rate_in if self._reading else None

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 -- Qt's name
        """Moves only while it is seen."""
        super().showEvent(event)
        self._animate()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 -- Qt's name
        """Nobody sees it."""
        super().hideEvent(event)
        self._timer.stop()

    def _animate(self) -> None:
        flows = any(self.rate_of(arrow) for arrow in ARROWS)
        if flows and self.isVisible() and self._may_move():
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()

    def _may_move(self) -> bool:
        return not self._desk.settings.window.reduced_motion and motion_wanted(self)

    def _step(self) -> None:
        self._phase = (self._phase + 1) % STEPS
        self.update()

    def _repaint(self) -> None:
        self.update()
        for box in self.boxes.values():
            box.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 -- Qt's name
        """The arrows; the boxes paint themselves."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for arrow in ARROWS:
            self._draw(painter, arrow)
        painter.end()

    def _draw(self, painter: QPainter, arrow: Arrow) -> None:
        value = self.rate_of(arrow)
        source, target = self.boxes[arrow.source].geometry(), self.boxes[arrow.target].geometry()
        end = QPointF(target.left() - 6, target.center().y())
        below = arrow.target is Layer.QUARANTINE
        start = QPointF(source.center().x(), source.bottom() + 4) if below else None
        path = _elbow(start, end) if start else _straight(source.right() + 6, end)
        colour = self._theme.qcolor(COLOURS[arrow.target] if value else "muted")
        quiet = QColor(colour)
        quiet.setAlpha(110)
        painter.setPen(QPen(quiet, 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(_head(end))
        if value:
            self._dots(painter, path)
        self._label(painter, end, source.right() if not below else source.center().x(), value)

    def _dots(self, painter: QPainter, path: QPainterPath) -> None:
        length = path.length()
        at = SPACING * self._phase / STEPS
        while at < length - 8:
            painter.drawEllipse(path.pointAtPercent(path.percentAtLength(at)), 2.6, 2.6)
            at += SPACING

    def _label(self, painter: QPainter, end: QPointF, left: float, value: float | None) -> None:
        font = QFont(self.font())
        font.setPointSize(9)
        painter.setFont(font)
        painter.setPen(self._theme.qcolor("text" if value else "muted"))
        box = QRectF(max(left, end.x() - GAP), end.y() - 26, min(end.x() - left, GAP), 20)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, rate(value))


def _straight(left: float, end: QPointF) -> QPainterPath:
    path = QPainterPath(QPointF(left, end.y()))
    path.lineTo(end.x() - 6, end.y())
    return path


def _elbow(start: QPointF, end: QPointF) -> QPainterPath:
    """Down, a round corner, then right."""
    path = QPainterPath(start)
    path.lineTo(start.x(), end.y() - 10)
    path.quadTo(QPointF(start.x(), end.y()), QPointF(start.x() + 10, end.y()))
    path.lineTo(end.x() - 6, end.y())
    return path


def _head(tip: QPointF) -> QPolygonF:
    x, y = tip.x(), tip.y()
    return QPolygonF([QPointF(x, y), QPointF(x - 8, y - 5), QPointF(x - 8, y + 5)])
