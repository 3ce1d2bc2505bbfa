"""An answer's rows as CSV."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

from engine.contracts.assistant import Answer


def csv_bytes(answer: Answer) -> bytes:
    """A header and the rows, in UTF-8; times as ISO-8601 in UTC, NULL as nothing."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in answer.columns)
    writer.writerows([_cell(value) for value in row] for row in answer.rows)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return "" if value is None else value
