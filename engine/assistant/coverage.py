"""Whether the lake has anything of a stretch of time: else a nought is no figure but no rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.assistant.running import Runner
from engine.assistant.semantic.spans import Span
from engine.assistant.telling.figures import moment
from engine.assistant.telling.sentences import no_rows
from engine.lake.errors import QueryFailed

_SQL: Final = "SELECT MIN(window_start) AS first, MAX(window_start) AS last FROM gold_kpis"
_MINUTE: Final = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Coverage:
    """Looks at the first and the last minute that gold has."""

    runner: Runner

    def instead(self, rows: Sequence[Sequence[Any]], span: Span, period: str) -> str:
        """What is said instead of figures of a time without data; empty where they are figures."""
        if not nothing(rows) or (span.start is None and span.end is None):
            return ""
        try:
            ((first, last),) = self.runner.run(_SQL).rows
        except (QueryFailed, ValueError):
            return ""
        if first is None:
            return f"{no_rows(period)} The lake is empty."
        before = span.end is not None and span.end <= first
        after = span.start is not None and span.start >= last + _MINUTE
        if not before and not after:
            return ""
        known = f"from {moment(first)} to {moment(last + _MINUTE)} UTC"
        return f"{no_rows(period)} The lake has events {known}."


def nothing(rows: Sequence[Sequence[Any]]) -> bool:
    """No row, or none with anything but nought and NULL in it."""
    return all(value is None or value == 0 for row in rows for value in row)
