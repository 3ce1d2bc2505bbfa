"""What each column means: the pack says it for its own fields and measures, this for the rest."""

from __future__ import annotations

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec

_RECORD = {
    "raw": "The record's value as it came",
    "raw_base64": "The value's bytes, where they are no text",
    "key": "The record's key",
    "topic": "Kafka topic",
    "partition": "Kafka partition",
    "offset": "Place in the partition",
    "kafka_ts": "When the broker received it",
    "ingest_ts": "When the pipeline wrote it to bronze",
    "ingest_date": "Day of ingest_ts, UTC",
    "source": "Id of the topic; a topic made anew has another",
    "reason": "Why it was refused",
    "detail": "What was wrong, in words",
    "processed_ts": "When it was judged",
    "usd_rate": "US dollars for one unit of the event's currency",
    "event_date": "Day of the event, UTC",
    "is_late": "Came after the watermark had passed its time",
    "extra": "Fields that the pack does not name, as JSON",
    "event_key": "64-bit hash of the event's id",
}

_OWN: dict[Table, dict[str, str]] = {
    Table.GOLD_KPIS: {
        "window_start": "The minute begins, UTC",
        "window_end": "The minute ends, UTC",
        "updated_at": "When the row was computed",
    },
    Table.GOLD_SEGMENTS: {
        "window_start": "The minute begins, UTC",
        "dimension": "Which dimension",
        "value": "Its value",
        "updated_at": "When the row was computed",
    },
    Table.ALERTS: {
        "alert_id": "Unique",
        "raised_at": "When it was raised",
        "cleared_at": "When it was over; empty while open",
        "rule": "The rule that raised it",
        "severity": "How grave",
        "metric": "What was measured",
        "value": "The measured value",
        "threshold": "The limit that was crossed",
        "baseline": "What was usual before",
        "message": "The alert in words",
    },
    Table.METRICS: {
        "query": "Name of the streaming query",
        "batch_id": "Number of the micro-batch",
        "started_at": "When it began",
        "duration_ms": "How long it took",
        "input_rows": "Records read",
        "rejected": "Records refused",
        "duplicates": "Repeats left out",
        "late": "Late events",
        "input_rate": "Records a second that came",
        "process_rate": "Records a second that were worked off",
        "kafka_lag": "Records that still waited",
        "end_to_end_p50_ms": "Broker to gold, half were quicker",
        "end_to_end_p95_ms": "Broker to gold, 95 of 100 were quicker",
        "wait_ms": "From arrival at the broker to the batch's start, half were quicker",
        "between_ms": "From the batch before to this one: polling and planning",
        "parse_ms": "Reading the records and parsing them",
        "queue_ms": "Waiting for the batch before to be written",
        "judge_ms": "Deciding what is late or a repeat",
        "append_ms": "Writing bronze, silver and quarantine side by side",
        "bronze_ms": "Bronze's write and commit, part of append_ms",
        "silver_ms": "Silver's write and commit, part of append_ms",
        "quarantine_ms": "Quarantine's write and commit, part of append_ms",
        "gold_ms": "Computing the newest minutes and merging them",
        "metrics_ms": "Writing the row of an earlier batch, in the background",
    },
}


def describe(table: Table, column: str, pack: PackSpec) -> str:
    """What the column means; empty where nobody says."""
    known = {**_RECORD, **_OWN.get(table, {})}
    if table is Table.SILVER:
        known |= {field.name: field.description for field in pack.fields}
        known[pack.amount.name] = "Value of the event in US dollars"
    if table is Table.GOLD_KPIS:
        known |= {measure.name: measure.description for measure in pack.kpis}
    if table is Table.GOLD_SEGMENTS:
        known |= {measure.name: measure.description for measure in pack.segments.measures}
    return known.get(column, "")
