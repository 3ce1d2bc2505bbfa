"""The end of a log, what is added to it, and what was before, across rotations."""

from __future__ import annotations

import os

import pytest

from engine.readings import log_tail
from engine.readings.log_lines import LogLevel
from engine.readings.log_tail import LogTail, LogUnreadable, logs_in

pytestmark = pytest.mark.unit


def _texts(page):
    return [line.text for line in page.lines]


def _numbers(first, last):
    return [f"line {number}" for number in range(first, last)]


def _write(path, lines, mode="a"):
    with path.open(mode, encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def _rotate(folder):
    for number in (2, 1):
        older, newer = folder / f"x.log.{number}", folder / f"x.log.{number - 1}"
        source = folder / "x.log" if number == 1 else newer
        if source.exists():
            source.replace(older)


@pytest.fixture
def log(tmp_path):
    return tmp_path / "x.log"


@pytest.fixture
def tail(tmp_path):
    return LogTail(tmp_path, "x")


def test_that_a_log_that_is_not_there_yet_is_empty_and_then_followed(log, tail):
    page = tail.newest()
    assert (page.lines, page.fresh, page.complete) == ((), True, True)
    assert tail.more().lines == ()
    _write(log, ["a"])
    assert _texts(tail.more()) == ["a"]


def test_that_the_newest_lines_are_given(log, tail):
    _write(log, _numbers(0, 100))
    page = tail.newest(10)
    assert _texts(page) == _numbers(90, 100)
    assert page.fresh
    assert not page.complete


def test_that_only_what_was_added_comes_next(log, tail):
    _write(log, _numbers(0, 3))
    tail.newest()
    assert _texts(tail.more()) == []
    _write(log, _numbers(3, 5))
    page = tail.more()
    assert _texts(page) == _numbers(3, 5)
    assert not page.fresh


def test_that_a_line_being_written_waits_for_its_end(log, tail):
    _write(log, ["a"])
    with log.open("a") as file:
        file.write("half")
        file.flush()
        assert _texts(tail.newest()) == ["a"]
        assert _texts(tail.more()) == []
        file.write(" and half\n")
    assert _texts(tail.more()) == ["half and half"]


def test_that_following_goes_on_over_a_rotation_and_loses_nothing(tmp_path, log, tail):
    _write(log, _numbers(0, 3))
    tail.newest()
    _write(log, _numbers(3, 5))
    _rotate(tmp_path)
    _write(log, _numbers(5, 7))
    assert _texts(tail.more()) == _numbers(3, 7)
    _rotate(tmp_path)
    assert _texts(tail.more()) == []
    _write(log, _numbers(7, 8))
    assert _texts(tail.more()) == _numbers(7, 8)


def test_that_all_is_read_anew_when_the_place_was_rotated_away(tmp_path, log, tail):
    _write(log, ["old"])
    tail.newest()
    for number in range(3):
        _rotate(tmp_path)
        _write(log, [f"new {number}"])
    page = tail.more()
    assert page.fresh
    assert _texts(page) == ["new 0", "new 1", "new 2"]


def test_that_all_is_read_anew_when_the_file_was_cut(log, tail):
    _write(log, _numbers(0, 5))
    tail.newest()
    _write(log, ["a"], mode="w")
    page = tail.more()
    assert page.fresh
    assert _texts(page) == ["a"]


def test_that_a_flood_gives_its_end_only(log, tail, monkeypatch):
    monkeypatch.setattr(log_tail, "MOST_AT_ONCE", 100)
    _write(log, ["a"])
    tail.newest()
    _write(log, _numbers(0, 100))
    page = tail.more(10)
    assert page.fresh
    assert _texts(page) == _numbers(90, 100)


def test_that_the_first_page_reaches_into_rotated_files(tmp_path, log, tail):
    _write(log, _numbers(0, 4))
    _rotate(tmp_path)
    _write(log, _numbers(4, 8))
    _rotate(tmp_path)
    _write(log, _numbers(8, 10))
    page = tail.newest(7)
    assert _texts(page) == _numbers(3, 10)
    assert not page.complete


def test_that_older_lines_come_page_by_page_to_the_first(tmp_path, log, tail):
    _write(log, _numbers(0, 7))
    _rotate(tmp_path)
    _write(log, _numbers(7, 12))
    assert _texts(tail.newest(4)) == _numbers(8, 12)
    assert _texts(tail.older(4)) == _numbers(4, 8)
    page = tail.older(4)
    assert _texts(page) == _numbers(0, 4)
    assert page.complete
    assert tail.older(4).lines == ()


def test_that_older_lines_are_found_after_a_rotation_meanwhile(tmp_path, log, tail):
    _write(log, _numbers(0, 8))
    tail.newest(4)
    _rotate(tmp_path)
    _write(log, _numbers(8, 9))
    assert _texts(tail.older(2)) == _numbers(2, 4)


def test_that_pages_are_cut_at_lines_whatever_the_size_of_a_read(log, tail, monkeypatch):
    monkeypatch.setattr(log_tail, "_CHUNK", 7)
    lines = ["x" * (number % 23) for number in range(60)]
    _write(log, lines)
    seen = _texts(tail.newest(9))
    while not (page := tail.older(9)).complete:
        seen = _texts(page) + seen
    assert _texts(page) + seen == lines


def test_that_a_level_lasts_over_two_looks(log, tail):
    _write(log, ["ERROR x: it broke"])
    tail.newest()
    _write(log, ["\tat y"])
    assert tail.more().lines[0].level is LogLevel.ERROR


def test_that_bytes_that_are_no_text_do_not_stop_it(log, tail):
    log.write_bytes(b"a\xff\r\n\n")
    assert _texts(tail.newest()) == ["a�", ""]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_that_a_log_that_may_not_be_read_says_so(log, tail):
    _write(log, ["a"])
    log.chmod(0)
    with pytest.raises(LogUnreadable):
        tail.newest()


def test_that_a_folder_in_a_logs_place_says_so(log, tail):
    log.mkdir()
    with pytest.raises(LogUnreadable):
        tail.newest()


def test_that_the_logs_there_are_listed_once_each(tmp_path):
    for name in ("b.log", "a.log", "a.log.1", "other.txt"):
        (tmp_path / name).touch()
    assert logs_in(tmp_path) == ("a", "b")
    assert logs_in(tmp_path / "missing") == ()


def test_that_fifty_thousand_lines_are_read_and_older_ones_in_time(log, tail):
    _write(log, (f"2026-01-01T12:00:00.000+00:00 INFO x: {n}" for n in range(50_000)))
    assert len(tail.newest().lines) == 5_000
    assert len(tail.older(50_000).lines) == 45_000
