"""A result's columns as charts need them: numbers to draw, texts to write, units, headings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from app.widgets.charts.shapes import Floats
from app.words import tr
from engine.assistant.charts import Figure, Role, figure_of, role_of
from engine.contracts.assistant import AnswerColumn
from engine.contracts.chart import ChartSpec

NO_VALUE: Final = "(none)"
_UNITS: Final = {"usd": "USD", "share": "%", "ms": "ms", "bytes": "bytes", "seconds": "s"}
_CAPITALS: Final = ("gmv", "aov", "usd", "sql", "id", "rfm", "p50", "p95", "p99")


@dataclass(frozen=True)
class Column:
    """One column; ``values`` are as the result has them."""

    name: str
    role: Role
    values: tuple[Any, ...]
    figure: Figure = "number"
    """How its numbers are written."""

    @cached_property
    def numbers(self) -> Floats:
        """(n,) floats; a time is in epoch seconds, what is no number is NaN."""
        return np.array([_number(value) for value in self.values], dtype=np.float64)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """(n,) labels; times are in the local zone, as precise as the column is."""
        if self.role == "time":
            return _moments(self.values)
        return tuple(_label(value) for value in self.values)

    @property
    def any(self) -> bool:
        """Whether there is a number to draw."""
        return bool(np.isfinite(self.numbers).any())

    def ordered(self) -> list[str]:
        """Its different labels: times and numbers as they increase, others as they come."""
        if self.role == "label":
            return list(dict.fromkeys(self.texts))
        order = np.argsort(self.numbers, kind="stable")
        return list(dict.fromkeys(self.texts[at] for at in order))


def columns_of(
    columns: Sequence[AnswerColumn],
    rows: Sequence[Sequence[Any]],
    figures: Mapping[str, Figure] = MappingProxyType({}),
) -> dict[str, Column]:
    """By name; of two of one name, the first. ``figures`` are known ones by a column's name."""
    made: dict[str, Column] = {}
    for at, column in enumerate(columns):
        if column.name not in made:
            values = tuple(row[at] for row in rows)
            figure = figures.get(column.name) or figure_of(column.name, values)
            made[column.name] = Column(column.name, role_of(column), values, figure)
    return made


def unit_name(column: Column) -> str:
    """How the charts write its numbers; see ``units.unit``."""
    return _UNITS.get(column.figure, "")


def heading(spec: ChartSpec, table: dict[str, Column]) -> str:
    """What the chart shows: ``GMV by country``, ``Orders by device type over time``."""
    what = ", ".join(words(name) for name in spec.y) or words(spec.x)
    match spec.kind:
        case "number":
            return _capital(what)
        case "histogram":
            return tr("Distribution of {0}").format(words(spec.x) or what)
        case "scatter":
            return tr("{0} and {1}").format(_capital(words(spec.x)), what)
        case "heatmap":
            by = tr("{0} and {1}").format(words(spec.series or ""), words(spec.x))
            return tr("{0} by {1}").format(_capital(what), by)
    timed = spec.x in table and table[spec.x].role == "time"
    sides = [words(spec.x)] if spec.x and not timed else []
    by = ", ".join([*sides, *([words(spec.series)] if spec.series else [])])
    text = tr("{0} by {1}").format(_capital(what), by) if by else _capital(what)
    return tr("{0} over time").format(text) if timed else text


def words(name: str) -> str:
    """A column's name as words: ``gmv_usd`` is ``GMV``."""
    parts = name.split("_")
    if len(parts) > 1 and parts[-1].lower() in ("usd", "ms"):
        parts = parts[:-1]
    return " ".join(p.upper() if p.lower() in _CAPITALS else p for p in parts if p)


def shares(part: float, whole: float) -> str:
    """``62.0 %``; nothing where there is no whole."""
    return f"{part / whole * 100:,.1f} %" if whole else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _number(value: Any) -> float:
    match value:
        case bool():
            return float(value)
        case int() | float() | Decimal():
            return float(value)
        case dt.datetime():
            return (value if value.tzinfo else value.replace(tzinfo=dt.UTC)).timestamp()
        case dt.date():
            # A day is drawn where it begins on this computer, so that the axis names that day.
            return dt.datetime(value.year, value.month, value.day).astimezone().timestamp()
    return float("nan")


def _label(value: Any) -> str:
    match value:
        case None:
            return tr(NO_VALUE)
        case bool():
            return tr("yes") if value else tr("no")
        case float() | Decimal():
            return f"{float(value):,.4f}".rstrip("0").rstrip(".")
        case list() | tuple():
            return ", ".join(_label(item) for item in value)
    return " ".join(str(value).split()) or " "


def _moments(values: Sequence[Any]) -> tuple[str, ...]:
    """Days without a time of day where no value has one."""
    local = [
        (v if v.tzinfo else v.replace(tzinfo=dt.UTC)).astimezone()
        if isinstance(v, dt.datetime)
        else v
        for v in values
    ]
    whole_days = all(
        not isinstance(v, dt.datetime) or (v.hour, v.minute, v.second) == (0, 0, 0) for v in local
    )
    pattern = "%Y-%m-%d" if whole_days else "%d %b %H:%M"
    return tuple(tr(NO_VALUE) if v is None else f"{v:{pattern}}" for v in local)
