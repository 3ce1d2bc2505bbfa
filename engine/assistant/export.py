"""An answer's rows as a CSV file."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

from engine.contracts.assistant import Answer
from engine.errors import LakehouseError


class ExportFailed(LakehouseError):
    """The CSV file cannot be written."""


def write_csv(answer: Answer, path: Path) -> int:
    """Writes a header and the rows, times as ISO-8601 in UTC; how many rows. ExportFailed."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(column.name for column in answer.columns)
            writer.writerows([_cell(value) for value in row] for row in answer.rows)
    except OSError as error:
        raise ExportFailed(
            f"The file {path} cannot be written ({error.strerror}).", "Choose another place."
        ) from None
    return len(answer.rows)


def _cell(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return "" if value is None else value
