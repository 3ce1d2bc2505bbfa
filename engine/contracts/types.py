"""Column types as Delta and DuckDB name them."""

from __future__ import annotations

from typing import Final

DUCKDB_TYPES: Final = {
    "string": "VARCHAR",
    "timestamp": "TIMESTAMPTZ",
    "double": "DOUBLE",
    "integer": "INTEGER",
    "long": "BIGINT",
    "boolean": "BOOLEAN",
    "date": "DATE",
}
"""Delta's primitive type → DuckDB's type of the same values."""
