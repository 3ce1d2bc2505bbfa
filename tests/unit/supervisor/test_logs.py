"""Service logs: times, rotation, no secrets."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.supervisor.logs import HIDDEN, KEEP, MAX_LINE, TAIL, Redactor, ServiceLog, read_lines

pytestmark = pytest.mark.unit
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _log(path: Path, redact: Redactor | None = None, max_bytes: int = 10_000) -> ServiceLog:
    return ServiceLog(path, redact or Redactor(), lambda: NOON, max_bytes)


def test_that_a_line_has_its_time_and_only_this_user_reads_it(tmp_path):
    _log(tmp_path / "x.log").write("hello\n")
    assert (tmp_path / "x.log").read_text() == "2026-01-01T12:00:00.000+00:00 hello\n"
    assert (tmp_path / "x.log").stat().st_mode & 0o777 == 0o600


def test_that_secrets_are_hidden_in_file_and_tail(tmp_path):
    redact = Redactor(["abc"])
    redact.add(["abcdef", ""])
    log = _log(tmp_path / "x.log", redact)
    log.write("password=abcdef, other=abc")
    assert "abc" not in (tmp_path / "x.log").read_text()
    assert log.tail[0].endswith(f"password={HIDDEN}, other={HIDDEN}")


def test_that_logs_rotate_and_the_oldest_go(tmp_path):
    log = _log(tmp_path / "x.log", max_bytes=100)
    for number in range(50):
        log.write(f"line {number} {'.' * 60}")
    assert len(list(tmp_path.iterdir())) <= KEEP
    assert sum(f.stat().st_size for f in tmp_path.iterdir()) < 1000


def test_that_the_tail_keeps_the_newest(tmp_path):
    log = _log(tmp_path / "x.log")
    for number in range(TAIL + 5):
        log.write(str(number))
    assert len(log.tail) == TAIL
    assert log.tail[-1].endswith(f" {TAIL + 4}")


def test_that_a_log_that_cannot_be_written_is_no_failure(tmp_path):
    log = _log(tmp_path / "missing" / "x.log")
    log.write("still here")
    assert log.tail[0].endswith("still here")


def test_that_lines_are_split_and_an_endless_one_is_cut():
    async def read() -> list[str]:
        reader = asyncio.StreamReader()
        reader.feed_data(b"a\nb" + b"c" * (MAX_LINE + 10) + b"\nd\xff")
        reader.feed_eof()
        return [line async for line in read_lines(reader)]

    lines = asyncio.run(read())
    assert lines[0] == "a"
    assert lines[-1] == "d�"
    assert "".join(lines[1:-1]) == "b" + "c" * (MAX_LINE + 10)
