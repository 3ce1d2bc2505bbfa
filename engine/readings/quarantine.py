"""Quarantined records: filtered, in pages, one in full, and saved as JSON lines.

Pages are of one version of the table, so that records which arrive meanwhile shift nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.errors import LakehouseError
from engine.lake import LakeReader
from engine.readings.facts import table_facts
from engine.readings.record import Explained, explain

SHOWN_RAW = 160
"""Characters of a record in the list."""

_STEP = dt.timedelta(minutes=10)
"""Of arrival, saved at a time: 300 events a second with 5 % refused are 9,000 records."""


@dataclass(frozen=True)
class RecordFilter:
    """Which records: by reason (empty: all), arrival [since, until) and a text in them."""

    reason: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    text: str = ""

    def where(self) -> str:
        """As a DuckDB condition."""
        parts = ["true"]
        if self.reason:
            parts.append(f"reason = {_literal(self.reason)}")
        if self.since:
            parts.append(f"kafka_ts >= TIMESTAMPTZ '{self.since.isoformat()}'")
        if self.until:
            parts.append(f"kafka_ts < TIMESTAMPTZ '{self.until.isoformat()}'")
        if self.text:
            wanted = _literal(self.text.lower())
            parts.append(f"(contains(lower(raw), {wanted}) OR contains(lower(detail), {wanted}))")
        return " AND ".join(parts)


@dataclass(frozen=True)
class RefusedRecord:
    """One line of the list; ``start`` is the beginning of what came, ``length`` all of it."""

    arrived: dt.datetime
    reason: str
    detail: str
    topic: str
    partition: int
    offset: int
    start: str
    length: int


@dataclass(frozen=True)
class RecordCount:
    """How many records a filter finds in one version of the table."""

    version: int
    records: int


@dataclass(frozen=True)
class RecordDetail:
    """One record in full."""

    record: RefusedRecord
    raw: str
    shown: Explained


class RecordGone(LakehouseError):
    """The record is no longer in the table: a rebuild judged it anew, or it was deleted."""


def count_records(
    lake: LakeReader, wanted: RecordFilter, known: RecordCount | None = None
) -> RecordCount:
    """At the table's newest version; none of version 0 while there is no table.

    ``known``, an earlier count by the same filter, is given back while the table is as it was.
    """
    facts = table_facts(lake, Table.QUARANTINE, "kafka_ts")
    if facts is None:
        return RecordCount(0, 0)
    if known is not None and known.version == facts.version:
        return known
    sql = f"SELECT count(*) AS n FROM quarantine_events WHERE {wanted.where()}"  # noqa: S608 -- quoted
    table = lake.query(sql, as_of=facts.version).table
    return RecordCount(facts.version, int(table.column("n")[0].as_py()))


def read_records(
    lake: LakeReader, wanted: RecordFilter, version: int, start: int, count: int
) -> tuple[RefusedRecord, ...]:
    """``count`` records from place ``start`` on, the newest first."""
    sql = f"""
        SELECT kafka_ts, reason, coalesce(detail, '') AS detail, topic, partition, "offset",
          left(coalesce(raw, ''), {SHOWN_RAW}) AS start, length(coalesce(raw, '')) AS length
        FROM quarantine_events WHERE {wanted.where()}
        ORDER BY kafka_ts DESC, partition, "offset" DESC LIMIT {count} OFFSET {start}
        """  # noqa: S608 -- quoted
    rows = lake.query(sql, max_rows=count, as_of=version).table.to_pylist()
    return tuple(_record(row) for row in rows)


def read_record(lake: LakeReader, pack: PackSpec, record: RefusedRecord) -> RecordDetail:
    """The record in full, laid out. Raises RecordGone."""
    sql = f"""
        SELECT coalesce(raw, '') AS raw FROM quarantine_events
        WHERE topic = {_literal(record.topic)} AND partition = {record.partition}
          AND "offset" = {record.offset} AND kafka_ts = TIMESTAMPTZ '{record.arrived.isoformat()}'
        """  # noqa: S608 -- quoted
    found = lake.query(sql, max_rows=1).table.column("raw").to_pylist()
    if not found:
        raise RecordGone("This record is no longer in quarantine.", "Refresh the list.")
    return RecordDetail(record, found[0], explain(found[0], record.reason, record.detail, pack))


def _record(row: dict[str, Any]) -> RefusedRecord:
    return RefusedRecord(
        arrived=row["kafka_ts"],
        reason=row["reason"],
        detail=row["detail"],
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
        start=row["start"],
        length=row["length"],
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''").replace("\0", "") + "'"


class CannotSave(LakehouseError):
    """The file for the records cannot be written."""


class Export:
    """Saves the filtered records; ``saved`` may be read, and ``cancel`` called, from any thread."""

    def __init__(self, lake: LakeReader, wanted: RecordFilter, path: Path, reasons: bool) -> None:
        """``reasons``: each line says why and from where, and holds the record as a text. Without,
        each line is the record itself, ready to be mended and sent again.
        """
        self._lake = lake
        self._wanted = wanted
        self._path = path
        self._reasons = reasons
        self._cancelled = False
        self.saved = 0

    def cancel(self) -> None:
        """Stops after the part in hand; the file is removed."""
        self._cancelled = True

    def run(self) -> int | None:
        """Writes the file, oldest record first; how many lines, or None where cancelled.

        Raises CannotSave.
        """
        part = self._path.with_name(self._path.name + ".part")
        try:
            with part.open("w", encoding="utf-8", newline="\n") as file:
                for rows in self._chunks():
                    file.writelines(self._line(row) + "\n" for row in rows)
                    self.saved += len(rows)
            if self._cancelled:
                part.unlink()
                return None
            part.replace(self._path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise CannotSave(
                f"The file {self._path} could not be written: {error.strerror}.",
                "Choose another folder, or free some space.",
            ) from error
        return self.saved

    def _chunks(self) -> Iterator[list[dict[str, Any]]]:
        where = self._wanted.where()
        bounds = (
            "SELECT min(kafka_ts) AS low, max(kafka_ts) AS high "  # noqa: S608 -- quoted
            f"FROM quarantine_events WHERE {where}"
        )
        found = self._lake.query(bounds).table.to_pylist()[0]
        low, high = found["low"], found["high"]
        while low is not None and low <= high and not self._cancelled:
            sql = f"""
                SELECT coalesce(raw, '') AS raw, reason, detail, topic, partition, "offset",
                  strftime(kafka_ts, '%Y-%m-%dT%H:%M:%S.%gZ') AS kafka_ts
                FROM quarantine_events WHERE {where}
                  AND kafka_ts >= TIMESTAMPTZ '{low.isoformat()}'
                  AND kafka_ts < TIMESTAMPTZ '{(low + _STEP).isoformat()}'
                ORDER BY quarantine_events.kafka_ts, partition, "offset"
                """  # noqa: S608 -- quoted
            yield self._lake.query(sql, max_rows=1_000_000).table.to_pylist()
            low += _STEP

    def _line(self, row: dict[str, Any]) -> str:
        if self._reasons:
            return json.dumps(row, ensure_ascii=False)
        # A line break inside a record is white space to JSON, and would cut the line in two.
        return re.sub(r"[\r\n]+", " ", str(row["raw"]))
