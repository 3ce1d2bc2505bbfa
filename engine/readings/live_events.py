"""Events by type and minute, which gold does not hold, counted from silver file by file.

A file never changes, so its counts are kept: a refresh reads only the files that are new.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from engine.contracts.pack import PackSpec
from engine.lake.window import KeptTable, Piece, Rows
from engine.readings.live_kpis import MINUTE_S, Doubles

Longs = npt.NDArray[np.int64]

AT_ONCE = 400
"""Files in one statement."""


class EventCounts:
    """Counts of every file looked at so far, by path; those of dead files are let go."""

    def __init__(self, silver: KeptTable, rows: Rows, pack: PackSpec) -> None:
        self._silver = silver
        self._rows = rows
        self._types = pack.event_types
        self._columns = (pack.roles.timestamp, pack.roles.event_type)
        self._kept: dict[str, tuple[Longs, Longs, Longs]] = {}

    def by_type(self, at: Doubles) -> dict[str, Doubles]:
        """Events of each type by minute; ``at`` are the minutes' starts. NaN: none of any type."""
        low = dt.datetime.fromtimestamp(float(at[0]), dt.UTC)
        high = dt.datetime.fromtimestamp(float(at[-1]) + MINUTE_S, dt.UTC)
        self._count(low, high)
        first = int(at[0]) // MINUTE_S
        table = np.zeros((len(self._types), len(at)))
        for piece in self._silver.between(low, high):
            minutes, types, counts = self._kept[piece.path]
            inside = (minutes >= first) & (minutes < first + len(at))
            np.add.at(table, (types[inside], minutes[inside] - first), counts[inside])
        table[:, table.sum(axis=0) == 0] = np.nan
        return {name: table[place] for place, name in enumerate(self._types)}

    def _count(self, low: dt.datetime, high: dt.datetime) -> None:
        live = {piece.path for piece in self._silver.pieces}
        for path in self._kept.keys() - live:
            del self._kept[path]
        fresh = [p for p in self._silver.between(low, high) if p.path not in self._kept]
        for start in range(0, len(fresh), AT_ONCE):
            self._count_files(fresh[start : start + AT_ONCE])

    def _count_files(self, pieces: list[Piece]) -> None:
        time, kind = self._columns
        places = {path: at for at, path in enumerate(piece.path for piece in pieces)}
        types: Mapping[str, int] = {name: at for at, name in enumerate(self._types)}
        found = self._rows.read(
            lambda: (
                f'SELECT filename, epoch_ms("{time}") // 60000 AS minute, "{kind}" AS type, '  # noqa: S608 -- names of the pack
                f"count(*) AS n FROM {self._silver.relation(pieces, self._columns)} GROUP BY ALL"
            )
        )
        owner = np.array([places[p] for p in found.column("filename").to_pylist()], dtype=np.int64)
        kinds = np.array([types.get(t, -1) for t in found.column("type").to_pylist()], np.int64)
        minutes = found.column("minute").to_numpy().astype(np.int64)
        counts = found.column("n").to_numpy().astype(np.int64)
        for path, at in places.items():
            mine = (owner == at) & (kinds >= 0)
            self._kept[path] = minutes[mine], kinds[mine], counts[mine]
