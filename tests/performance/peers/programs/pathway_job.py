"""The job in Pathway: JSON from Kafka, a tumbling window, changes handed to a function.

Its own Delta connector asks for a licence key; `subscribe` does not, and hands over each of its
minibatches, which is written with delta-rs as one commit a table.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pathway as pw

from tests.performance.peers.programs.job import SALE, moment_of, read_job
from tests.performance.peers.programs.job import sale_usd as worth
from tests.performance.peers.programs.tables import GOLD, SILVER, Tables

COMMIT_MS = 500
"""The default of 1.5 seconds would be most of its latency."""


class Event(pw.Schema):  # type: ignore[misc]  # untyped here: it lives in its own venv
    """The fields of the event that the job needs; producers write two of them in two ways."""

    event_id: str
    event_type: str
    user_id: str
    ts: pw.Json
    price: float | None = pw.column_definition(default_value=None)
    quantity: pw.Json | None = pw.column_definition(default_value=None)
    discount: float | None = pw.column_definition(default_value=None)
    currency: str | None = pw.column_definition(default_value=None)


def main() -> None:
    """Declares the tables and runs with persistence, so that a restart goes on."""
    job = read_job()
    tables = Tables(job.lake)

    @pw.udf  # type: ignore[untyped-decorator]  # as above
    def moment(ts: pw.Json) -> pw.DateTimeUtc:
        return pw.DateTimeUtc(moment_of(ts.value))

    @pw.udf  # type: ignore[untyped-decorator]  # as above
    def whole(quantity: pw.Json | None) -> int:
        return int(quantity.value) if quantity is not None and quantity.value else 1

    @pw.udf  # type: ignore[untyped-decorator]  # as above
    def usd(kind: str, price: float, quantity: int, discount: float, currency: str) -> float:
        sale = {"event_type": kind, "price": price, "quantity": quantity}
        return worth({**sale, "discount": discount, "currency": currency}, job.rates)

    events = pw.io.kafka.read(
        {**job.client, "group.id": "pathway", "auto.offset.reset": "earliest"},
        topic=job.topic,
        schema=Event,
        format="json",
        autocommit_duration_ms=COMMIT_MS,
        name="events",
    )
    typed = events.with_columns(
        ts=moment(pw.this.ts),
        price=pw.coalesce(pw.this.price, 0.0),
        quantity=whole(pw.this.quantity),
        discount=pw.coalesce(pw.this.discount, 0.0),
        currency=pw.coalesce(pw.this.currency, "USD").str.upper(),
    )
    amount = usd(
        pw.this.event_type, pw.this.price, pw.this.quantity, pw.this.discount, pw.this.currency
    )
    silver = typed.with_columns(amount_usd=amount)
    window = pw.temporal.tumbling(duration=timedelta(minutes=1))
    gold = silver.windowby(pw.this.ts, window=window).reduce(
        window_start=pw.this._pw_window_start,
        events=pw.reducers.count(),
        orders=pw.reducers.sum(pw.cast(int, pw.this.event_type == SALE)),
        gmv_usd=pw.reducers.sum(pw.this.amount_usd),
    )
    deliver(silver, SILVER.names, tables.append_silver)
    deliver(gold, GOLD.names, lambda rows: tables.put_gold([tuple(r.values()) for r in rows]))
    backend = pw.persistence.Backend.filesystem(str(Path(job.state) / "pathway"))
    pw.run(
        monitoring_level=pw.MonitoringLevel.NONE,
        persistence_config=pw.persistence.Config(backend),
    )


def deliver(table: Any, names: list[str], put: Any) -> None:
    """Hands each minibatch's new rows to ``put``; a changed minute is one row out and one in."""
    rows: list[dict[str, Any]] = []

    def changed(key: Any, row: dict[str, Any], time: int, is_addition: bool) -> None:
        if is_addition:
            rows.append({name: row[name] for name in names})

    def finished(time: int) -> None:
        if rows:
            put(list(rows))
            rows.clear()

    pw.io.subscribe(table, on_change=changed, on_time_end=finished)


if __name__ == "__main__":
    main()
