"""Frequent values of the dimensions, as a model that may see them is shown."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from engine.assistant.running import Runner
from engine.contracts.semantic import Dimension, SemanticLayer
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
    parts = [_part(dimension) for dimension in layer.dimensions if dimension.open]
    return "\nUNION ALL\n".join(parts)


def _part(dimension: Dimension) -> str:
    source = dimension.sources[0]
    where = f"({source.where}) AND " if source.where else ""
    return (
        f"(SELECT '{dimension.name}' AS name, CAST({source.sql} AS VARCHAR) AS value"  # noqa: S608
        f" FROM {source.table} WHERE {where}({source.sql}) IS NOT NULL"
        f" GROUP BY ALL ORDER BY count(*) DESC LIMIT {MOST})"
    )
