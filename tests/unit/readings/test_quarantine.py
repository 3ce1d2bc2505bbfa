from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from engine.contracts.names import Table
from engine.domain import load_pack
from engine.paths import resources_dir
from engine.readings.quarantine import (
    CannotSave,
    Export,
    RecordFilter,
    RecordGone,
    count_records,
    read_record,
    read_records,
)
from tests.unit.readings.refusals import NOON, compact, reader, refused, write

pytestmark = pytest.mark.unit

PACK = load_pack(resources_dir() / "domains" / "ecommerce")


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    rows = [refused(at) for at in range(5)]
    rows.append(refused(5, reason="not_json", detail="no JSON", raw="{oh 'dear'\n"))
    rows.append(refused(1500, raw='{"event_id":"FINDME"}'))
    write(tmp_path, Table.QUARANTINE, rows)
    return tmp_path


def offsets(root: Path, wanted: RecordFilter, start: int = 0, count: int = 100) -> list[int]:
    found = count_records(reader(root), wanted)
    return [r.offset for r in read_records(reader(root), wanted, found.version, start, count)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (RecordFilter(), [1500, 5, 4, 3, 2, 1, 0]),
        (RecordFilter(reason="not_json"), [5]),
        (RecordFilter(text="findme"), [1500]),
        (RecordFilter(text="'dear'"), [5]),
        (RecordFilter(text="outside its range", reason="negative_price"), [1500, 4, 3, 2, 1, 0]),
        (RecordFilter(since=NOON + dt.timedelta(seconds=5)), [1500, 5]),
        (RecordFilter(until=NOON + dt.timedelta(seconds=2)), [1, 0]),
        (RecordFilter(text="nowhere"), []),
    ],
)
def test_that_filters_choose_records_newest_first(
    lake: Path, wanted: RecordFilter, expected: list[int]
) -> None:
    assert offsets(lake, wanted) == expected
    assert count_records(reader(lake), wanted).records == len(expected)


def test_that_pages_do_not_shift_while_records_arrive(lake: Path) -> None:
    found = count_records(reader(lake), RecordFilter())
    write(lake, Table.QUARANTINE, [refused(9000)])
    rows = read_records(reader(lake), RecordFilter(), found.version, 2, 3)
    assert [row.offset for row in rows] == [4, 3, 2]


def test_that_a_table_as_it_was_is_not_counted_again(lake: Path, monkeypatch) -> None:
    source = reader(lake)
    known = count_records(source, RecordFilter())
    with monkeypatch.context() as patch:
        patch.setattr(source, "query", None)
        assert count_records(source, RecordFilter(), known) == known
    write(lake, Table.QUARANTINE, [refused(9000)])
    assert count_records(source, RecordFilter(), known).records == known.records + 1


def test_that_a_long_record_is_cut_in_the_list_and_whole_in_the_detail(tmp_path: Path) -> None:
    write(tmp_path, Table.QUARANTINE, [refused(1, raw='{"event_id":"' + "x" * 5000 + '"}')])
    (row,) = read_records(reader(tmp_path), RecordFilter(), 0, 0, 10)
    assert (len(row.start), row.length) == (160, 5015)
    assert len(read_record(reader(tmp_path), PACK, row).raw) == 5015


def test_that_the_detail_is_of_that_very_record(lake: Path) -> None:
    rows = read_records(reader(lake), RecordFilter(reason="not_json"), 0, 0, 10)
    detail = read_record(reader(lake), PACK, rows[0])
    assert detail.raw == "{oh 'dear'\n"
    assert detail.shown.problem


def test_that_a_record_that_is_gone_is_told(lake: Path) -> None:
    (row, *_) = read_records(reader(lake), RecordFilter(), 0, 0, 1)
    with pytest.raises(RecordGone):
        read_record(reader(lake), PACK, replace(row, offset=77))


def test_that_without_a_table_nothing_is_found(tmp_path: Path) -> None:
    assert count_records(reader(tmp_path), RecordFilter()).records == 0


def test_that_records_are_saved_one_a_line_ready_to_be_sent_again(lake: Path) -> None:
    target = lake / "out.jsonl"
    saving = Export(reader(lake), RecordFilter(), target, reasons=False)
    assert saving.run() == 7
    lines = target.read_text(encoding="utf-8").splitlines()
    assert lines[0] == '{"event_id":"e1","price":-1}'
    assert lines[5] == "{oh 'dear' "
    assert lines[6] == '{"event_id":"FINDME"}'
    assert not (lake / "out.jsonl.part").exists()


def test_that_saved_reasons_stand_beside_the_record(lake: Path) -> None:
    target = lake / "out.jsonl"
    Export(reader(lake), RecordFilter(reason="not_json"), target, reasons=True).run()
    (line,) = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert line == {
        "raw": "{oh 'dear'\n",
        "reason": "not_json",
        "detail": "no JSON",
        "topic": "ecommerce_events",
        "partition": 0,
        "offset": 5,
        "kafka_ts": "2026-03-01T12:00:05.000Z",
    }


def test_that_a_cancelled_save_leaves_no_file(lake: Path) -> None:
    saving = Export(reader(lake), RecordFilter(), lake / "out.jsonl", reasons=False)
    saving.cancel()
    assert saving.run() is None
    assert list(lake.glob("out*")) == []


def test_that_a_folder_that_cannot_be_written_is_told(lake: Path) -> None:
    saving = Export(reader(lake), RecordFilter(), lake / "none" / "out.jsonl", reasons=False)
    with pytest.raises(CannotSave, match="could not be written"):
        saving.run()


def test_that_saving_nothing_makes_an_empty_file(lake: Path) -> None:
    saving = Export(reader(lake), RecordFilter(text="nowhere"), lake / "out.jsonl", reasons=False)
    assert saving.run() == 0
    assert (lake / "out.jsonl").read_text(encoding="utf-8") == ""


def test_that_upkeep_changes_nothing_of_what_is_shown(lake: Path) -> None:
    before = offsets(lake, RecordFilter())
    compact(lake, Table.QUARANTINE)
    assert offsets(lake, RecordFilter()) == before
