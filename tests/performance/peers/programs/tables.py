"""Delta tables written with delta-rs, by the peers that bring no Delta sink of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

STAMP = pa.timestamp("us", tz="UTC")
SILVER = pa.schema(
    [
        ("event_id", pa.string()),
        ("event_type", pa.string()),
        ("user_id", pa.string()),
        ("ts", STAMP),
        ("price", pa.float64()),
        ("quantity", pa.int64()),
        ("discount", pa.float64()),
        ("currency", pa.string()),
        ("amount_usd", pa.float64()),
    ]
)
GOLD = pa.schema(
    [
        ("window_start", STAMP),
        ("events", pa.int64()),
        ("orders", pa.int64()),
        ("gmv_usd", pa.float64()),
    ]
)
Minute = tuple[datetime, int, int, float]
"""window_start, events, orders, gmv_usd."""


class Tables:
    """Silver appended, gold merged by minute; both made when they are not there."""

    def __init__(self, lake: str) -> None:
        self._silver = str(Path(lake) / "silver_events")
        self._gold = str(Path(lake) / "gold_kpis")
        for path, schema in ((self._silver, SILVER), (self._gold, GOLD)):
            if not DeltaTable.is_deltatable(path):
                DeltaTable.create(path, schema)

    def append_silver(self, rows: Sequence[dict[str, Any]]) -> None:
        """One commit."""
        write_deltalake(self._silver, pa.Table.from_pylist(list(rows), SILVER), mode="append")

    def put_gold(self, minutes: Sequence[Minute]) -> None:
        """These minutes as they are now, in one commit."""
        columns: list[Sequence[Any]] = list(zip(*minutes, strict=True))
        source = pa.table([pa.array(c, f.type) for c, f in zip(columns, GOLD, strict=True)], GOLD)
        (
            DeltaTable(self._gold)
            .merge(source, "t.window_start = s.window_start", source_alias="s", target_alias="t")
            .when_matched_update_all()
            .when_not_matched_insert_all()
            .execute()
        )
