"""Rows of a result as plain Python values, the same whether they are shown, kept or exported."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


def plain_rows(table: pa.Table) -> tuple[tuple[Any, ...], ...]:
    """None, bool, int, float, str, date, UTC datetime; lists and dicts of them."""
    columns = [[plain(value) for value in column.to_pylist()] for column in table.columns]
    return tuple(zip(*columns, strict=True))


def plain(value: Any) -> Any:
    """One value; NaN and infinity are None, what has no plain form is text."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case Decimal():  # DuckDB's HUGEINT, which SUM gives, comes as one without a fraction
            whole = value == value.to_integral_value() and value.as_tuple().exponent == 0
            return int(value) if whole else float(value)
        case dt.datetime():
            return value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)
        case list() | tuple():
            return [plain(item) for item in value]
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
    if value is None or isinstance(value, bool | int | str | dt.date):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)
