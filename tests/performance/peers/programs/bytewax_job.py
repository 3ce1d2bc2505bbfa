"""The job in Bytewax: keyed by minute, each batch folded into the minute's state, and written.

Its own windows answer when they close, which with late data would be ten minutes; so the running
state is written instead, as its guide does for running totals. (`collect` would not do: each item
puts its timeout off, so that a steady stream is held back until a list is full.)
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.operators import StatefulBatchLogic
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.run import cli_main

from tests.performance.peers.programs.job import SALE, minute_of, parse, read_job, sale_usd
from tests.performance.peers.programs.tables import Minute, Tables

Row = dict[str, Any]
State = tuple[int, int, float]


class _Part(StatelessSinkPartition):  # type: ignore[misc]  # untyped here: in its own venv
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def write_batch(self, items: list[tuple[str, tuple[Minute, list[Row]]]]) -> None:
        self._tables.append_silver([row for _, (_, rows) in items for row in rows])
        newest = {key: minute for key, (minute, _) in items}
        self._tables.put_gold(list(newest.values()))


class DeltaSink(DynamicSink):  # type: ignore[misc]  # untyped here: in its own venv
    """Silver and gold in two commits a batch."""

    def __init__(self, lake: str) -> None:
        self._lake = lake

    def build(self, step_id: str, worker_index: int, worker_count: int) -> _Part:
        """One writer: there is one worker."""
        return _Part(Tables(self._lake))


class Fold(StatefulBatchLogic):  # type: ignore[misc]  # untyped here: in its own venv
    """A minute's totals, told anew after each batch that touches it."""

    def __init__(self, state: State | None) -> None:
        self._events, self._orders, self._gmv = state or (0, 0, 0.0)

    def on_batch(self, values: list[Row]) -> tuple[list[tuple[Minute, list[Row]]], bool]:
        """Keeps its state for good: late events may come."""
        self._events += len(values)
        self._orders += sum(row["event_type"] == SALE for row in values)
        self._gmv += sum(row["amount_usd"] for row in values)
        minute = (minute_of(values[0]["ts"]), self._events, self._orders, self._gmv)
        return [(minute, values)], StatefulBatchLogic.RETAIN

    def snapshot(self) -> State:
        """For recovery."""
        return self._events, self._orders, self._gmv


def main() -> None:
    """Builds the flow and runs it with recovery, snapshots once a second."""
    job = read_job()

    def typed(message: Any) -> Row | None:
        row = parse(message.value or b"")
        if row is not None:
            row["amount_usd"] = sale_usd(row, job.rates)
        return row

    client = dict(job.client)
    servers = client.pop("bootstrap.servers").split(",")
    flow = Dataflow("kpis")
    source = KafkaSource(servers, [job.topic], add_config=client)
    rows = op.filter_map("typed", op.input("kafka", flow, source), typed)
    keyed = op.key_on("minute", rows, lambda row: minute_of(row["ts"]).isoformat())
    minutes = op.stateful_batch("kpi", keyed, Fold)
    op.output("delta", minutes, DeltaSink(job.lake))
    folder = Path(job.state) / "recovery"
    if not folder.exists():
        folder.mkdir(parents=True)
        init_db_dir(folder, 1)
    cli_main(flow, epoch_interval=timedelta(seconds=1), recovery_config=RecoveryConfig(str(folder)))


if __name__ == "__main__":
    main()
