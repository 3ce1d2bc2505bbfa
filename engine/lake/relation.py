"""A Delta table as a DuckDB view over its live Parquet files."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import duckdb
import pyarrow as pa
from deltalake import DeltaTable

from engine.contracts.types import DUCKDB_TYPES


def live_files(table: DeltaTable, root: Path) -> list[str]:
    """Paths of the table's live files; ``file_uris`` would percent-encode spaces and umlauts."""
    actions = pa.table(table.get_add_actions(flatten=True))
    return [f"{root}/{unquote(path)}" for path in actions.column("path").to_pylist()]


def column_types(table: DeltaTable) -> dict[str, str]:
    """Column name → DuckDB type, in the table's order."""
    return {f.name: DUCKDB_TYPES.get(_type_name(f.type), "VARCHAR") for f in table.schema().fields}


def create_view(
    connection: duckdb.DuckDBPyConnection, name: str, table: DeltaTable, root: Path
) -> None:
    """Makes view ``name`` with exactly the columns of the table's schema, in its order.

    Files written before a column was added lack it: there it is NULL. A table without files is
    an empty view with the right types.
    """
    columns = column_types(table)
    files = live_files(table, root)
    present = _columns_of(connection, files) if files else set()
    items = [
        f'"{column}"' if column in present else f'CAST(NULL AS {kind}) AS "{column}"'
        for column, kind in columns.items()
    ]
    source = f"FROM {_parquet(files)}" if files else "WHERE false"
    connection.execute(f'CREATE VIEW "{name}" AS SELECT {", ".join(items)} {source}')


def _type_name(kind: object) -> str:
    return str(getattr(kind, "type", kind))


def _columns_of(connection: duckdb.DuckDBPyConnection, files: list[str]) -> set[str]:
    statement = f"DESCRIBE SELECT * FROM {_parquet(files)}"  # noqa: S608 -- our own file names
    rows = connection.execute(statement).fetchall()
    return {str(row[0]) for row in rows}


def _parquet(files: list[str]) -> str:
    names = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    return f"read_parquet([{names}], union_by_name = true)"
