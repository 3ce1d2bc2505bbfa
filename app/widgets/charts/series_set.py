"""The series of a time chart by name: which there are, which are hidden, where they are drawn."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from app.widgets.charts.layer import Kind, Series, Shape
from app.widgets.charts.shapes import Floats, floats, on_grid, stacked


def checked_series(
    name: str, x: ArrayLike, y: ArrayLike, colour: str | None, fill: bool, kind: Kind
) -> Series:
    """ValueError where lengths differ or ``x`` does not increase."""
    series = Series(name, floats(x), floats(y), colour, fill, kind)
    if series.x.shape != series.y.shape:
        raise ValueError(f"{name}: {len(series.x)} times and {len(series.y)} values")
    if len(series.x) and not (np.diff(series.x) > 0).all() | np.isnan(series.x[0]):
        raise ValueError(f"{name}: times must increase")
    return series


class SeriesSet:
    """A name keeps its place, and with it its colour, whatever comes and goes beside it."""

    def __init__(self) -> None:
        self._series: dict[str, Series] = {}
        self._places: dict[str, int] = {}
        self.hidden: set[str] = set()
        """Names, also of series that may come again."""

    def put(self, series: Series) -> bool:
        """Adds or replaces; False where it looks as before."""
        if series.same_as(self._series.get(series.name)):
            return False
        self._series[series.name] = series
        self._places.setdefault(series.name, len(self._places))
        return True

    def drop(self, name: str) -> bool:
        """Takes one away; False where there is none of that name."""
        return self._series.pop(name, None) is not None

    def beside(self, names: Iterable[str]) -> set[str]:
        """Those that are not named."""
        return set(self._series) - set(names)

    def toggle(self, name: str, shown: bool) -> None:
        """Hides one, or shows it again."""
        (self.hidden.discard if shown else self.hidden.add)(name)

    def get(self, name: str) -> Series | None:
        """The series of that name."""
        return self._series.get(name)

    def place(self, name: str) -> int:
        """Its number among all names that ever were."""
        return self._places[name]

    def all(self) -> list[Series]:
        """In the order of their places."""
        names = sorted(self._series, key=self._places.__getitem__)
        return [self._series[name] for name in names]

    def shown(self) -> list[Series]:
        """Those that are not hidden, in order."""
        return [series for series in self.all() if series.name not in self.hidden]

    def is_empty(self) -> bool:
        """Whether none has a value."""
        return not any(np.isfinite(series.y).any() for series in self._series.values())


def shaped(shown: list[Series], grid: Floats, stack: bool) -> list[Shape]:
    """Where each is drawn: from the axis, or on top of the one before."""
    if not stack:
        return [Shape(series, series.x, None, series.y) for series in shown]
    sums = stacked([on_grid(grid, series.x, series.y) for series in shown])
    lows = [np.zeros(len(grid)), *sums]
    return [
        Shape(series, grid, low, high) for series, low, high in zip(shown, lows, sums, strict=False)
    ]
