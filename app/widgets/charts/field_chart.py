"""Base of the charts that are no line over time: zoom, read-out, keys, a value that is picked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from app.theme import Theme
from app.widgets.charts.chart import Chart
from app.widgets.charts.field import Field
from app.widgets.charts.readout import Reading, Readout
from app.widgets.charts.spans import Span, panned, scaled, zoomed_to
from app.words import tr

View = tuple[Span | None, Span | None]
"""What is shown across and down; None is all of it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Something that can be pointed at: a bar, a point, a cell.

    ``at`` is where it is read out, ``outline`` what is framed, both in the axes' numbers; ``rows``
    are the places of the rows that it was made of.
    """

    at: tuple[float, float]
    words: tuple[str, str]
    readings: tuple[Reading, ...]
    outline: tuple[float, float, float, float]
    """x, y, width, height; nothing is framed where both are 0."""
    rows: tuple[int, ...] = ()


class FieldChart(Chart):
    """A subclass draws and says what lies where; ``across`` and ``down`` say what can be zoomed."""

    zoomable = True
    across = True
    down = True

    picked = Signal(object)
    """Places of the rows that a person picked, as a tuple; empty when nothing is picked."""

    def __init__(
        self, theme: Theme, title: str, unit: str, field: Field, parent: QWidget | None
    ) -> None:
        super().__init__(theme, title, unit, parent)
        self.field = field
        self._view: View = (None, None)
        self._spot: Spot | None = None
        self._picked: Spot | None = None
        self._frame, self._kept = pg.PlotCurveItem(), pg.PlotCurveItem()
        for item in (self._frame, self._kept):
            item.setZValue(30)
            field.box.addItem(item, ignoreBounds=True)
        self._readout = Readout(field)
        self.destroyed.connect(self._readout.deleteLater)
        field.setAccessibleDescription(
            tr("Arrow keys go from value to value, Enter picks one, plus and minus zoom.")
        )
        self.put(field)
        field.pointed.connect(lambda at: self._point(self.spot_at(at.x(), at.y())))
        field.left.connect(lambda: self._point(None))
        field.picked.connect(lambda at: self.pick(self.spot_at(at.x(), at.y())))
        field.chosen.connect(lambda: self.pick(self._spot))
        field.marked.connect(self._zoom_to)
        field.panned.connect(self._pan)
        field.scaled.connect(self.zoom)
        field.stepped.connect(self._step)
        field.restored.connect(self.reset_view)
        field.menu_asked.connect(self.show_menu)
        field.resized.connect(self.show_view)

    # What a subclass says

    def whole(self) -> tuple[Span, Span]:
        """All there is, across and down."""
        raise NotImplementedError

    def home(self) -> tuple[Span, Span]:
        """What is shown at first."""
        return self.whole()

    def least(self) -> tuple[float, float]:
        """The smallest span that can be zoomed into, across and down."""
        (left, right), (top, bottom) = self.whole()
        return (right - left) / 1000, (bottom - top) / 1000

    def spot_at(self, x: float, y: float) -> Spot | None:
        """What lies there, in the axes' numbers."""
        raise NotImplementedError

    def spots(self) -> Sequence[Spot]:
        """Everything that the arrow keys can reach, in order."""
        raise NotImplementedError

    def steps(self) -> tuple[int, int]:
        """By how many spots the arrows go to the right and down."""
        return 1, 1

    def fit(self) -> None:
        """The view has changed: labels and texts for what is shown."""

    # View

    def shown(self) -> tuple[Span, Span]:
        """What is shown now."""
        home = self.home()
        return self._view[0] or home[0], self._view[1] or home[1]

    def zoomed(self) -> bool:
        """Whether a person chose what is shown."""
        return self._view != (None, None)

    def reset_view(self) -> None:
        """Shows what was shown at first."""
        self._look((None, None))

    def zoom(self, factor: float, around: QPointF) -> None:
        """Makes what is shown ``factor`` times as large."""
        across, down = self.shown()
        self._look(
            (
                scaled(across, factor, around.x()) if self.across else None,
                scaled(down, factor, around.y()) if self.down else None,
            )
        )

    def show_view(self) -> None:
        """Applies the view to the surface."""
        across, down = self.shown()
        self.field.box.setRange(xRange=across, yRange=down, padding=0)
        self.fit()
        self.show_zoom()

    def _look(self, view: View) -> None:
        whole, least = self.whole(), self.least()
        self._view = (
            zoomed_to(view[0], whole[0], least[0]) if view[0] else None,
            zoomed_to(view[1], whole[1], least[1]) if view[1] else None,
        )
        for at, span in enumerate(view):
            if span and self._view[at] is None and self.home()[at] != whole[at]:
                self._view = _put(self._view, at, whole[at])
        self.show_view()

    def _zoom_to(self, area: QRectF) -> None:
        self._look(
            (
                (area.left(), area.right()) if self.across else self._view[0],
                (area.top(), area.bottom()) if self.down else self._view[1],
            )
        )

    def _pan(self, right: float, down: float) -> None:
        whole, now = self.whole(), self.shown()
        moves = self.across and _less(now[0], whole[0]), self.down and _less(now[1], whole[1])
        self._look(
            (
                panned(now[0], whole[0], right) if moves[0] else None,
                panned(now[1], whole[1], down) if moves[1] else None,
            )
        )

    # Pointing and picking

    def pick(self, spot: Spot | None) -> None:
        """Keeps a spot framed; the same one again lets it go."""
        self._picked = None if _same(spot, self._picked) else spot
        _frame(self._kept, self._picked)
        self.picked.emit(() if self._picked is None else self._picked.rows)

    def _point(self, spot: Spot | None) -> None:
        if spot is self._spot or (spot is not None and _same(spot, self._spot)):
            return
        self._spot = spot
        _frame(self._frame, spot)
        if spot is None:
            self._readout.hide()
            return
        place = self.field.pixel_at(QPointF(*spot.at))
        place.setY(max(4, place.y() - 12))
        self._readout.show_words(place, spot.words, spot.readings)
        self.field.setAccessibleDescription(self._readout.said)

    def _step(self, right: int, down: int) -> None:
        all_spots = list(self.spots())
        if not all_spots:
            return
        here = next((at for at, spot in enumerate(all_spots) if _same(spot, self._spot)), None)
        if here is None:
            self._reach(all_spots[0])
            return
        across, below = self.steps()
        at = here + right * across + down * below
        self._reach(all_spots[min(max(at, 0), len(all_spots) - 1)])

    def _reach(self, spot: Spot) -> None:
        """Points at it, and brings it into view where it is not."""
        across, down = self.shown()
        x, y, width, height = spot.outline
        moves = _beyond((x, x + width), across), _beyond((y, y + height), down)
        if any(moves):
            self._pan(*moves)
        self._point(spot)

    def hide_pointers(self) -> None:
        """Takes the read-out away."""
        self._point(None)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """The read-out lies over the window and would stay."""
        self._point(None)
        super().hideEvent(event)

    def forget_spots(self) -> None:
        """Other data: what was pointed at or picked is gone."""
        self._point(None)
        self._picked = None
        _frame(self._kept, None)

    def recolour(self) -> None:
        """The theme has changed."""
        super().recolour()
        colours = self.theme.colours
        self.field.paint_with(colours)
        self._frame.setPen(pg.mkPen(colours.muted, width=1))
        self._kept.setPen(pg.mkPen(colours.text, width=2))
        self._readout.paint_with(colours.raised, colours.border, colours.text, colours.muted)


def _frame(item: pg.PlotCurveItem, spot: Spot | None) -> None:
    if spot is None or spot.outline[2:] == (0, 0):
        item.clear()
        return
    x, y, width, height = spot.outline
    item.setData([x, x + width, x + width, x, x], [y, y, y + height, y + height, y])


def _less(span: Span, whole: Span) -> bool:
    return span[1] - span[0] < (whole[1] - whole[0]) * 0.999


def _same(spot: Spot | None, other: Spot | None) -> bool:
    """Whether they are the same value: how it is framed and written depends on the view."""
    if spot is None or other is None:
        return spot is other
    return (spot.at, spot.rows, spot.words) == (other.at, other.rows, other.words)


def _beyond(outline: Span, shown: Span) -> float:
    """How far to move so that it comes into view, with a little air."""
    (begin, end), (low, high) = outline, shown
    air = (high - low) / 10
    if begin < low:
        return begin - low - air
    return end - high + air if end > high else 0.0


def _put(view: View, at: int, span: Span) -> View:
    return (span, view[1]) if at == 0 else (view[0], span)
