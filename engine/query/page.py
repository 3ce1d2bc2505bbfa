"""Rows as the screen shows them: texts, ready to be drawn, made off the screen's thread."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from engine.contracts.query import ResultColumn

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LONG = re.compile(r"-?\d{4,}")
_WHOLE = re.compile(r"-?\d{5,}")
MOMENT = "TIMESTAMP WITH TIME ZONE"
_NUMBERS = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\)|BIGNUM")


@dataclass(frozen=True)
class Page:
    """Rows [offset, offset + rows) of a result; None is NULL."""

    offset: int
    rows: int
    columns: tuple[tuple[str | None, ...], ...]


def is_number(kind: str) -> bool:
    """Whether a column of this DuckDB type holds numbers, which are written to the right."""
    return _NUMBERS.fullmatch(kind) is not None


def is_time(kind: str) -> bool:
    """Whether a column of this DuckDB type holds points in time."""
    return kind.startswith("TIMESTAMP") or kind == "DATE"


def page_of(
    table: pa.Table,
    columns: Sequence[ResultColumn],
    offset: int,
    *,
    zone: dt.tzinfo | None = None,
    plain: bool = False,
) -> Page:
    """Texts of an answer to ``ReadRows`` with a cut; ``plain``: numbers as programs read them.

    Moments are written in ``zone`` (None: the computer's own) with their offset, so that the text
    means the same when it is pasted into a statement.
    """
    texts = tuple(
        _column(table.column(at), column.type, zone, plain) for at, column in enumerate(columns)
    )
    return Page(offset, table.num_rows, texts)


def tsv(page: Page, header: Sequence[ResultColumn]) -> str:
    """Rows with tabs between the values, as spreadsheets take them; NULL is nothing."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    if header:
        writer.writerow([column.name for column in header])
    writer.writerows(zip(*page.columns, strict=True))
    return text.getvalue().removesuffix("\n")


def _column(
    values: pa.ChunkedArray, kind: str, zone: dt.tzinfo | None, plain: bool
) -> tuple[str | None, ...]:
    if kind == MOMENT:
        return tuple(moment_text(v, zone) for v in values.cast(pa.int64()).to_pylist())
    if kind == "BOOLEAN":
        return tuple(None if v is None else str(v).lower() for v in values.to_pylist())
    if plain:
        return tuple(None if v is None else str(v) for v in values.to_pylist())
    if kind in ("FLOAT", "DOUBLE"):
        return tuple(None if v is None else float_text(v) for v in values.to_pylist())
    if is_number(kind):
        return tuple(None if v is None else digits(str(v)) for v in values.to_pylist())
    return tuple(values.to_pylist())


def moment_text(micros: int | None, zone: dt.tzinfo | None) -> str | None:
    """``2026-01-31 13:00:00.250+01:00`` for microseconds since 1970."""
    if micros is None:
        return None
    try:
        local = (_EPOCH + dt.timedelta(microseconds=micros)).astimezone(zone)
    except (OverflowError, ValueError):  # DuckDB's years reach further than Python's
        return "infinity" if micros > 0 else "-infinity"
    text = local.isoformat(" ", "microseconds" if local.microsecond else "seconds")
    return text.replace("000+", "+").replace("000-", "-") if local.microsecond else text


def float_text(value: float) -> str:
    """Grouped, six decimals at most; very large and very small ones with an exponent."""
    if not math.isfinite(value):
        return str(value)
    if value and not 1e-4 <= abs(value) < 1e15:
        return f"{value:.6g}"
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def digits(text: str) -> str:
    """Groups of three; a whole number from five digits on, so that a year stays as it is."""
    whole, point, rest = text.partition(".")
    grouped = _LONG.fullmatch(whole) if point else _WHOLE.fullmatch(whole)
    return f"{int(whole):,}{point}{rest}" if grouped else text
