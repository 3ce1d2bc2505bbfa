"""Frequent values of the dimensions, as a model that may see them is shown."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from engine.assistant.running import Runner
from engine.contracts.semantic import Dimension, DimensionSource, SemanticLayer
from engine.errors import LakehouseError
from engine.query.errors import Cancelled

KEPT_S: Final = 600.0
"""What is frequent changes slowly; looking again each time would cost a tenth of a second."""
MOST: Final = 8


class Values:
    """Looks into the lake at most every KEPT_S; a lake that cannot be read has no values."""

    def __init__(
        self, layer: SemanticLayer, runner: Runner, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sql = _statement(layer)
        self._runner = runner
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: tuple[float, Mapping[str, Sequence[str]]] | None = None

    def __call__(self) -> Mapping[str, Sequence[str]]:
        """Dimension → its most frequent values, the most frequent first."""
        with self._lock:
            if self._kept is None or self._clock() - self._kept[0] > KEPT_S:
                self._kept = self._clock(), self._look()
            return self._kept[1]

    def _look(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        if not self._sql:
            return found
        try:
            rows = self._runner.run(self._sql).rows
        except Cancelled:
            raise
        except LakehouseError:
            return found  # the question itself will say what is wrong with the lake
        for name, value in rows:
            found.setdefault(str(name), []).append(str(value))
        return found


def _statement(layer: SemanticLayer) -> str:
    """One statement for all; expressions are the pack's own."""
    real = {table.name for table in layer.tables}
    sources = [
        (d, next((s for s in d.sources if s.table in real), None))
        for d in layer.dimensions
        if d.open
    ]
    return "\nUNION ALL\n".join(_part(d, source) for d, source in sources if source is not None)


def _part(dimension: Dimension, source: DimensionSource) -> str:
    where = f"({source.where}) AND " if source.where else ""
    return (
        f"(SELECT '{dimension.name}' AS name, CAST({source.sql} AS VARCHAR) AS value"  # noqa: S608
        f" FROM {source.table} WHERE {where}({source.sql}) IS NOT NULL"
        f" GROUP BY ALL ORDER BY count(*) DESC LIMIT {MOST})"
    )
