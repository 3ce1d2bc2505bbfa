"""Charts of one page that share a crosshair and what part of the time they show."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from app.widgets.charts.time_chart import TimeChart


def link_charts(charts: Sequence[TimeChart]) -> None:
    """What a person does in one of them, the others follow."""
    for chart in charts:
        _Link(chart, [other for other in charts if other is not chart])


class _Link(QObject):
    """Lives as long as its chart; a chart that is gone takes no part any more."""

    def __init__(self, source: TimeChart, others: Sequence[TimeChart]) -> None:
        super().__init__(source)
        self._others = list(others)
        for other in others:
            other.destroyed.connect(lambda _=None, other=other: self._others.remove(other))
        source.hovered.connect(self._point)
        source.view_changed.connect(self._look)

    def _point(self, at: object) -> None:
        for other in self._others:
            other.show_crosshair(at if isinstance(at, float) else None)

    def _look(self, span: object) -> None:
        for other in self._others:
            other.set_view(span if isinstance(span, tuple) else None)
