"""Reading the lake: delta-rs lists a table's live files, DuckDB reads them. Nothing here writes."""

from engine.lake.errors import LakeReadError, NoSuchTable, QueryFailed
from engine.lake.mirror import Mirror
from engine.lake.reader import Column, LakeReader, QueryResult, TableInfo

__all__ = [
    "Column",
    "LakeReadError",
    "LakeReader",
    "Mirror",
    "NoSuchTable",
    "QueryFailed",
    "QueryResult",
    "TableInfo",
]
