from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from engine.contracts.names import Table
from engine.lake import LakeReadError
from engine.readings.facts import table_facts
from tests.unit.readings.refusals import NOON, compact, reader, refused, write

pytestmark = pytest.mark.unit


def test_that_rows_and_the_newest_event_come_from_the_log(tmp_path: Path) -> None:
    write(tmp_path, Table.QUARANTINE, [refused(0), refused(7)])
    write(tmp_path, Table.QUARANTINE, [refused(3)])

    facts = table_facts(reader(tmp_path), Table.QUARANTINE, "kafka_ts")

    assert facts is not None
    assert (facts.rows, facts.version) == (3, 1)
    assert facts.newest == NOON + dt.timedelta(seconds=7)


def test_that_upkeep_does_not_make_a_table_look_fresh(tmp_path: Path) -> None:
    for offset in range(3):
        write(tmp_path, Table.QUARANTINE, [refused(offset)])
    before = table_facts(reader(tmp_path), Table.QUARANTINE, "kafka_ts")
    compact(tmp_path, Table.QUARANTINE)
    after = table_facts(reader(tmp_path), Table.QUARANTINE, "kafka_ts")

    assert before is not None
    assert after is not None
    assert after.version > before.version
    assert after.written_at == before.written_at


def test_that_a_missing_table_has_no_facts(tmp_path: Path) -> None:
    assert table_facts(reader(tmp_path), Table.QUARANTINE, "kafka_ts") is None


def test_that_a_damaged_table_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    write(tmp_path, Table.QUARANTINE, [refused(0)])
    log = tmp_path / Table.QUARANTINE.value / "_delta_log" / f"{0:020}.json"
    log.write_text("no commit", encoding="utf-8")

    with pytest.raises(LakeReadError, match="quarantine_events cannot be read"):
        table_facts(reader(tmp_path), Table.QUARANTINE, "kafka_ts")
