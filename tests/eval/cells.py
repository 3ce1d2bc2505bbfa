"""Cells of results in one form, so that they can be compared: numbers, moments, words, nothing."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias

Cell: TypeAlias = float | dt.datetime | str | None
Row: TypeAlias = tuple[Cell, ...]

TIGHT: Final = 1e-6
ROUNDED: Final = 0.01
"""A rounded figure may differ by so much of it, and be one of its roundings."""
NOTHING: Final = frozenset({"", "none", "(none)", "null", "unknown", "-", "–", "—", "n/a"})
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?")


def cell(value: Any) -> Cell:
    """One cell.

    >>> cell("2026-03-18 14:00") == cell(dt.datetime(2026, 3, 18, 14, tzinfo=dt.UTC))
    True
    >>> cell(Decimal("1.50")), cell(" Mobile "), cell("(none)"), cell(dt.timedelta(minutes=1))
    (1.5, 'mobile', None, 60.0)
    """
    match value:
        case None:
            return None
        case bool() | int() | float() | Decimal():
            return None if math.isnan(value) else float(value)
        case dt.datetime():
            return value if value.tzinfo else value.replace(tzinfo=dt.UTC)
        case dt.date():
            return dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC)
        case dt.timedelta():
            return value.total_seconds()
    return _word(str(value).strip())


def rows(values: Sequence[Sequence[Any]]) -> tuple[Row, ...]:
    """A result."""
    return tuple(tuple(cell(value) for value in row) for row in values)


def same(gold: Cell, answer: Cell, factor: float = 1.0) -> bool:
    """Whether the answer's cell is gold's, ``factor`` times as large, or a rounding of it.

    >>> same(1234.5678, 1234.57), same(0.0338, 3.38, 100), same(3.4, 3.0), same(0.0, 0.0)
    (True, True, False, True)
    """
    if isinstance(gold, float) and isinstance(answer, float):
        return _close(gold * factor, answer)
    if isinstance(gold, dt.datetime) and isinstance(answer, dt.datetime):
        return abs(gold - answer) < dt.timedelta(milliseconds=2)
    return type(gold) is type(answer) and gold == answer


def order(value: Cell) -> tuple[int, Any]:
    """A key to sort cells of any kind by."""
    match value:
        case None:
            return 0, 0
        case float():
            return 1, value
        case dt.datetime():
            return 2, value.timestamp()
    return 3, value


def _close(gold: float, answer: float) -> bool:
    if not (math.isfinite(gold) and math.isfinite(answer)):
        return gold == answer
    apart = abs(gold - answer)
    if apart <= TIGHT * max(abs(gold), TIGHT):
        return True
    return apart <= ROUNDED * abs(gold) and any(
        abs(round(gold, digits) - answer) < 1e-9 * max(1.0, abs(gold)) for digits in range(7)
    )


def _word(text: str) -> Cell:
    if _MOMENT.fullmatch(text):
        return cell(dt.datetime.fromisoformat(text))
    return None if text.casefold() in NOTHING else text.casefold()
