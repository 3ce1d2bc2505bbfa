"""From a statement to its answer, the same for every way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.assistant.asking import Asking, Told
from engine.assistant.running import Rows, Runner
from engine.contracts.assistant import Answer, Badge, Source


def settle(
    asking: Asking,
    runner: Runner,
    sql: str,
    tell: Callable[[Rows], Told],
    badge: Badge,
    source: Source,
) -> Answer:
    """Runs it and tells its rows. Raises LakehouseError where it cannot be run."""
    asking.step("running")
    told = tell(runner.run(sql))
    answer = asking.answer(told.text, badge, source)
    return replace(
        answer,
        sql=sql,
        columns=told.rows.columns,
        rows=told.rows.rows,
        truncated=told.rows.truncated,
        chart=told.chart,
        notes=told.notes,
    )
