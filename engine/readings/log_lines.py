"""One line of a service's log: when, how bad, what.

The supervisor puts a time before each line (``engine.supervisor.logs``). What follows is the
service's own: lines of Python, log4j and Redpanda begin with a level, those of a stack trace do
not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class LogLevel(IntEnum):
    """How bad a line is; comparable."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line without time stamp and level; ``time`` is UTC, None where the line has none."""

    time: datetime | None
    level: LogLevel
    text: str


_STAMP = len("2026-01-01T12:00:00.000+00:00")
_LEVELS = {
    "TRACE": LogLevel.DEBUG,
    "DEBUG": LogLevel.DEBUG,
    "INFO": LogLevel.INFO,
    "WARN": LogLevel.WARNING,
    "WARNING": LogLevel.WARNING,
    "ERROR": LogLevel.ERROR,
    "FATAL": LogLevel.ERROR,
    "CRITICAL": LogLevel.ERROR,
}
_TOLD = {
    "[notice]": LogLevel.WARNING,  # written for a person to read
    "[fatal]": LogLevel.ERROR,
}
_WORD = re.compile(
    r"(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} )?"
    r"(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|CRITICAL)[ :]"
)
_CHANGE = re.compile(r"\[supervisor\] [A-Z]+ → ([A-Z]+)")
_TROUBLE = re.compile(r"(Exception in thread|Traceback \(most recent|defect: )")


def parse_lines(raw: Iterable[str], before: LogLevel = LogLevel.INFO) -> Iterator[LogLine]:
    """The lines of a log in order; one that names no level has that of the line before it.

    >>> [line.level.name for line in parse_lines(["ERROR x: it broke", "  at y"])]
    ['ERROR', 'ERROR']
    """
    level = before
    for line in raw:
        time, text = _split(line)
        named = _WORD.match(text)
        if named:
            level, text = _LEVELS[named[1]], text[named.end() :].lstrip(" :")
        else:
            level = _level(text) or level
        yield LogLine(time, level, text)


def _split(line: str) -> tuple[datetime | None, str]:
    if line[10:11] == "T" and line[_STAMP : _STAMP + 1] == " ":
        try:
            return datetime.fromisoformat(line[:_STAMP]), line[_STAMP + 1 :]
        except ValueError:
            pass
    return None, line


def _level(text: str) -> LogLevel | None:
    told = next((word for word in _TOLD if text.startswith(word)), None)
    if told:
        return _TOLD[told]
    change = _CHANGE.match(text)
    if change:
        return {
            "FAILED": LogLevel.ERROR,
            "BACKOFF": LogLevel.WARNING,
            "DEGRADED": LogLevel.WARNING,
        }.get(change[1], LogLevel.INFO)
    return LogLevel.ERROR if _TROUBLE.match(text) else None
