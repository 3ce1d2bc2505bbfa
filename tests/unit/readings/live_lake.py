"""Hand-written events in silver, with the gold that the pipeline's own SQL makes of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import write_deltalake

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.lake import LakeReader
from pipelines.gold import Gold
from pipelines.marks import Mark, properties
from pipelines.tables import Lake, TableLocks, ensure_tables, silver_columns

NOON = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)

_ARROW = {
    "string": pa.string(),
    "integer": pa.int32(),
    "long": pa.int64(),
    "double": pa.float64(),
    "timestamp": pa.timestamp("us", "UTC"),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}
_MARK = Mark("topic-1", 0, {0: 0}, {0: 1}, -(1 << 62), 0)

Event = dict[str, Any]


def event(at: dt.datetime, user: str, kind: str = "page_view", **fields: Any) -> Event:
    """A row of silver that arrived when it happened, unless told otherwise."""
    row: Event = {"ts": at, "user_id": user, "event_type": kind, "kafka_ts": at, "is_late": False}
    return row | {"event_date": at.date(), "quantity": 1} | fields


def purchase(at: dt.datetime, user: str, usd: float, **fields: Any) -> Event:
    """A purchase of one piece."""
    worth = {"price": usd, "discount": 0.0, "usd_rate": 1.0, "amount_usd": usd, "currency": "USD"}
    return event(at, user, "purchase", **worth, **fields)


class LiveLake:
    """A lake that grows by calls."""

    def __init__(self, root: Path, pack: PackSpec) -> None:
        self.lake = Lake(root)
        self.pack = pack
        self.reader = LakeReader(root)
        ensure_tables(self.lake, pack)

    def add(self, events: Iterable[Event]) -> None:
        """One file of silver, and gold as it is then."""
        self.add_silver(events)
        gold = Gold(self.lake, self.pack, TableLocks())
        gold.replace(_MARK)
        gold.close()

    def add_silver(self, events: Iterable[Event]) -> None:
        """One file of silver; gold does not know of it yet."""
        rows = list(events)
        columns = silver_columns(self.pack)
        arrays = {
            name: pa.array([row.get(name) for row in rows], _ARROW[kind])
            for name, kind in columns.items()
        }
        write_deltalake(
            self.lake.path(Table.SILVER),
            pa.table(arrays),
            mode="append",
            commit_properties=properties(_MARK),
        )
