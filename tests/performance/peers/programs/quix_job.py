"""The job in Quix Streams: a grouped stream, a tumbling window as it grows, a batching sink."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from quixstreams import Application
from quixstreams.kafka.configuration import ConnectionConfig
from quixstreams.sinks import BatchingSink, SinkBatch

from tests.performance.peers.programs.job import SALE, parse, read_job, sale_usd
from tests.performance.peers.programs.tables import Tables

COMMIT_S = 1.0
"""The default of five seconds would be all of its latency."""


class DeltaSink(BatchingSink):  # type: ignore[misc]  # untyped here: it lives in its own venv
    """Hands a checkpoint's values to ``put``."""

    def __init__(self, put: Callable[[Iterable[Any]], None]) -> None:
        super().__init__()
        self._put = put

    def write(self, batch: SinkBatch) -> None:
        """Called at each checkpoint, before offsets are committed."""
        self._put(item.value for item in batch)


def main() -> None:
    """Silver from each event; gold from the window's running value."""
    job = read_job()
    tables = Tables(job.lake)

    def put_silver(values: Iterable[dict[str, Any]]) -> None:
        stamped = [{**v, "ts": datetime.fromtimestamp(v["ts"], UTC)} for v in values]
        tables.append_silver(stamped)

    def put_gold(values: Iterable[dict[str, Any]]) -> None:
        newest = {v["start"]: v["value"] for v in values}
        tables.put_gold(
            [
                (datetime.fromtimestamp(s / 1000, UTC), v["events"], v["orders"], v["gmv_usd"])
                for s, v in newest.items()
            ]
        )

    def typed(value: bytes) -> dict[str, Any] | None:
        row = parse(value)
        if row is None:
            return None
        return {**row, "ts": row["ts"].timestamp(), "amount_usd": sale_usd(row, job.rates)}

    app = Application(
        broker_address=ConnectionConfig.from_librdkafka_dict(job.client),
        consumer_group="quix",
        auto_offset_reset="earliest",
        commit_interval=COMMIT_S,
        consumer_poll_timeout=0.1,
        state_dir=job.state,
        processing_guarantee="exactly-once",
        loglevel="WARNING",
    )
    events = app.dataframe(app.topic(job.topic, value_deserializer="bytes"))
    events = events.apply(typed)
    events = events.filter(lambda row: row is not None)
    grouped = events.group_by(lambda _row: "all", name="all")
    grouped = grouped.set_timestamp(lambda row, *_: int(row["ts"] * 1000))
    window = grouped.tumbling_window(timedelta(minutes=1), grace_ms=timedelta(minutes=15))
    window.reduce(_add, _first).current().sink(DeltaSink(put_gold))
    grouped.sink(DeltaSink(put_silver))
    app.run()


def _first(row: dict[str, Any]) -> dict[str, Any]:
    return {"events": 1, "orders": int(row["event_type"] == SALE), "gmv_usd": row["amount_usd"]}


def _add(total: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    one = _first(row)
    return {name: total[name] + one[name] for name in total}


if __name__ == "__main__":
    main()
