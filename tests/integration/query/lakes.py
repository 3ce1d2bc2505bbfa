"""A small lake with the tables that an analyst asks, made by hand."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import write_deltalake

from tests.unit.query.tables import TABLES

_ARROW = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", "UTC"),
}
_BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_KINDS = ("page_view", "product_view", "add_to_cart", "purchase", "refund")
_CHOICES = {
    "event_type": _KINDS,
    "country": ("DE", "FR", "IT", "US"),
    "device_type": ("mobile", "desktop"),
    "ua": ("Mozilla/5.0", "curl/8.1"),
    "extra": ('{"page": "x", "n": 3}', None),
    "dimension": ("country",),
    "value": ("DE", "FR"),
}


def make_lake(root: Path, rows: int = 200) -> None:
    """Every table of ``TABLES``, ``rows`` minutes or events each."""
    for name, columns in TABLES.items():
        arrays = {c: [_value(c, kind, n) for n in range(rows)] for c, kind in columns.items()}
        schema = pa.schema([(c, _ARROW[kind]) for c, kind in columns.items()])
        write_deltalake(str(root / name), pa.table(arrays, schema=schema))


def _value(column: str, kind: str, n: int) -> Any:
    if column in _CHOICES:
        return _CHOICES[column][n % len(_CHOICES[column])]
    match kind:
        case "VARCHAR":
            return f"{column[:3]}{n % 7}"
        case "DOUBLE":
            return (n % 11) / 10 + 0.1
        case "BOOLEAN":
            return n % 5 == 0
        case "DATE":
            return (_BEGIN + dt.timedelta(minutes=n)).date()
        case "TIMESTAMP WITH TIME ZONE":
            return _BEGIN + dt.timedelta(minutes=n)
    return n % 13 + 1


def fingerprint(root: Path) -> dict[str, str]:
    """Every file below, by its content."""
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
