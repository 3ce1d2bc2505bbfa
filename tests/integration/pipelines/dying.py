"""The end of a process between two stages of a batch, as far as a test can play it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine.contracts.names import Table
from pipelines.batch import BatchRunner
from pipelines.gold import Gold
from pipelines.sinks import Sinks
from tests.integration.pipelines.running import Killed, Running
from tests.oracle import KafkaRecord

KILLS = ("before-bronze", "bronze", "silver", "quarantine", "gold_kpis", "gold", "metrics")


def kill_after(monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    """From this stage on nothing is written any more, as if the process had ended there."""
    events, metrics = Sinks.append_events, Sinks.append_metrics
    tables = (Table.BRONZE, Table.SILVER, Table.QUARANTINE)
    reached = tables[: {"before-bronze": 0, "bronze": 1, "silver": 2}.get(stage, 3)]

    def append_events(self, rows, table, mark, files) -> None:
        if table not in reached:
            raise Killed(table)
        events(self, rows, table, mark, files)

    def refresh(self, minutes, mark) -> None:
        if stage == "gold_kpis":
            monkeypatch.setattr(Gold, "_merge", merge)
            original(self, minutes, mark)
        if stage not in ("gold", "metrics"):
            raise Killed("gold")
        original(self, minutes, mark)

    def merge(self, name, rows, mark) -> None:
        if name is Table.GOLD_SEGMENTS:
            raise Killed(name)
        original_merge(self, name, rows, mark)

    def append_metrics(self, row, mark) -> None:
        if stage == "gold":
            raise Killed("metrics")
        metrics(self, row, mark)

    original, original_merge = Gold.refresh, Gold._merge
    monkeypatch.setattr(Sinks, "append_events", append_events)
    monkeypatch.setattr(Sinks, "append_metrics", append_metrics)
    monkeypatch.setattr(Gold, "refresh", refresh)


def feed_and_die(lake: Running, runner: BatchRunner, part: Sequence[KafkaRecord]) -> None:
    try:
        lake.feed(runner, part)
        lake.stop()
    except Killed:
        lake._open[-2:] = lake._open[-1:]  # the runner's pool dies with it
        runner._pool.shutdown()
