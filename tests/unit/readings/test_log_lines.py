"""What a log line says: time, level, text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.readings.log_lines import LogLevel, parse_lines

pytestmark = pytest.mark.unit
STAMP = "2026-01-01T12:00:00.250+00:00"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("INFO pipeline: session after 8.3 s", LogLevel.INFO),
        ("WARN DAGScheduler: no active jobs", LogLevel.WARNING),
        ("ERROR: it broke", LogLevel.ERROR),
        ("DEBUG x: y", LogLevel.DEBUG),
        ("FATAL x: y", LogLevel.ERROR),
        ("2026-11-23 19:14:55,964 WARNING slow", LogLevel.WARNING),
        ("INFO  2026-11-23 19:14:55 [shard 0] main", LogLevel.INFO),
        ("[notice] 12 records expired unread", LogLevel.WARNING),
        ("[fatal] The folder cannot be written.", LogLevel.ERROR),
        ("[supervisor] READY → FAILED It was ended by SIGKILL.", LogLevel.ERROR),
        ("[supervisor] READY → BACKOFF It was ended by SIGKILL.", LogLevel.WARNING),
        ("[supervisor] STOPPED → STARTING", LogLevel.INFO),
        ("Traceback (most recent call last):", LogLevel.ERROR),
        ('Exception in thread "main" java.lang.OutOfMemoryError', LogLevel.ERROR),
        ("INFORMATION is no level", LogLevel.INFO),
    ],
)
def test_that_a_level_is_read_from_a_line(text, level):
    (line,) = parse_lines([f"{STAMP} {text}"])
    assert line.level is level


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("INFO pipeline: session", "pipeline: session"),
        ("2026-11-23 19:14:55,964 WARNING slow", "slow"),
        ("ERROR: it broke", "it broke"),
        ("INFO  2026-11-23 [shard 0] main", "2026-11-23 [shard 0] main"),
        ("[notice] 12 records", "[notice] 12 records"),
        ("INFORMATION is no level", "INFORMATION is no level"),
    ],
)
def test_that_the_level_is_not_told_twice(raw, text):
    (line,) = parse_lines([f"{STAMP} {raw}"])
    assert line.text == text


def test_that_the_time_is_read_and_taken_off():
    (line,) = parse_lines([f"{STAMP} INFO x: y"])
    assert line.time == datetime(2026, 1, 1, 12, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize("raw", ["", "no time", "2026-99-99T12:00:00.250+00:00 x", "\tat y"])
def test_that_a_line_without_a_time_is_kept_whole(raw):
    (line,) = parse_lines([raw])
    assert (line.time, line.text) == (None, raw)


def test_that_a_stack_trace_has_the_level_of_its_first_line():
    raw = ["INFO a: b", "ERROR x: it broke", "java.io.IOException: no", "\tat y", "INFO c: d"]
    levels = [line.level.name for line in parse_lines(raw)]
    assert levels == ["INFO", "ERROR", "ERROR", "ERROR", "INFO"]


def test_that_a_trace_that_goes_on_keeps_the_level_of_the_page_before():
    (line,) = parse_lines(["\tat y"], before=LogLevel.ERROR)
    assert line.level is LogLevel.ERROR
