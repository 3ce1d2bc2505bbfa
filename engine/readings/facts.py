"""What a table's log alone tells: rows, newest commit, newest event. No data file is opened."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from engine.contracts.names import Table
from engine.lake import LakeReader, LakeReadError

_WRITES = ("WRITE", "MERGE", "DELETE")
"""Operations that bring data; compaction and vacuum change no row."""

_LOOK_BACK = 10
"""Commits looked at for the newest write: upkeep adds three in a row at most."""


@dataclass(frozen=True)
class TableFacts:
    """A table's newest version.

    Attributes:
        written_at: UTC time of the newest commit that wrote rows.
        newest: the greatest value of the asked time column, UTC; None where there is no row.
    """

    version: int
    rows: int
    written_at: dt.datetime | None
    newest: dt.datetime | None


def table_facts(lake: LakeReader, table: Table, time_column: str) -> TableFacts | None:
    """The facts, or None where the table does not exist yet. Raises LakeReadError."""
    try:
        opened = DeltaTable(str(lake.path(table)))
        actions = pa.table(opened.get_add_actions(flatten=True))
        history = opened.history(_LOOK_BACK)
    except TableNotFoundError:
        return None
    except (DeltaError, OSError, ValueError) as error:
        raise LakeReadError(
            f"The table {table.value} cannot be read: {error}.",
            "Try again; if it stays, restart the pipeline on the Services page.",
        ) from error
    return TableFacts(
        version=opened.version(),
        rows=pc.sum(actions.column("num_records")).as_py() or 0,
        written_at=_written_at(history),
        newest=_newest(actions, f"max.{time_column}"),
    )


def _written_at(history: list[dict[str, object]]) -> dt.datetime | None:
    for commit in history:
        if commit.get("operation") in _WRITES:
            return dt.datetime.fromtimestamp(int(str(commit["timestamp"])) / 1000, dt.UTC)
    return None


def _newest(actions: pa.Table, column: str) -> dt.datetime | None:
    if column not in actions.column_names:
        return None
    found: dt.datetime | None = pc.max(actions.column(column)).as_py()
    return found
