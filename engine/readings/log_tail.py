"""The end of a service's log, and what is added to it, across rotations.

A log is up to three files: ``x.log`` and the older ``x.log.1``, ``x.log.2``. A place in it is a
file and an offset. A rotation renames a file and keeps its inode; since an inode is soon given to
another file once the oldest log is deleted, a file is known by its first bytes as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.errors import LakehouseError
from engine.readings.log_lines import LogLevel, LogLine, parse_lines
from engine.supervisor.logs import KEEP

NEWEST = 5_000
"""Lines at the first look: hours of a quiet service, and read in some ms."""
MOST_AT_ONCE = 4_000_000
"""Bytes; more than that was added while nobody looked, and only its end is read."""
_CHUNK = 256 * 1024
_HEAD = 64
"""A line's time alone has 29 bytes."""


class LogUnreadable(LakehouseError):
    """A log file is there but cannot be read."""


@dataclass(frozen=True)
class LogPage:
    """Lines, oldest first.

    Attributes:
        fresh: They replace what was shown; else they are added to it.
        complete: There is nothing older on disk.
    """

    lines: tuple[LogLine, ...]
    fresh: bool = False
    complete: bool = False


@dataclass(frozen=True)
class _File:
    descriptor: int
    inode: int
    head: bytes
    size: int


@dataclass(frozen=True)
class _Place:
    file: _File
    """As it was then: its descriptor is closed."""
    offset: int


class LogTail:
    """Reads one log; blocking, and used by one thread at a time."""

    def __init__(self, folder: Path, service: str) -> None:
        self._base = folder / f"{service}.log"
        self._end: _Place | None = None
        self._begin: _Place | None = None
        self._level = LogLevel.INFO

    def newest(self, count: int = NEWEST) -> LogPage:
        """The last lines there are. Raises LogUnreadable."""
        with self._opened() as files:
            return self._newest(files, count)

    def more(self, count: int = NEWEST) -> LogPage:
        """What was added since; all anew where that is too much, or was rotated away."""
        with self._opened() as files:
            added = self._added(files)
            if added is None or added > MOST_AT_ONCE:
                return self._newest(files, count)
            return LogPage(self._parsed(self._read_on(files)), complete=self._complete(files))

    def older(self, count: int = NEWEST) -> LogPage:
        """The lines before the oldest ones given so far; empty where there are none."""
        with self._opened() as files:
            if self._begin is None or _index(files, self._begin.file) is None:
                return LogPage((), complete=True)
            raw, self._begin = _before(files, self._begin, count)
            return LogPage(tuple(parse_lines(raw)), complete=self._complete(files))

    def _newest(self, files: Sequence[_File], count: int) -> LogPage:
        self._begin = self._end = None
        self._level = LogLevel.INFO
        if not files:
            return LogPage((), fresh=True, complete=True)
        self._end = _Place(files[0], _last_newline(files[0]))
        raw, self._begin = _before(files, self._end, count)
        return LogPage(self._parsed(raw), fresh=True, complete=self._complete(files))

    def _added(self, files: Sequence[_File]) -> int | None:
        """Bytes since the last look; None where the file that it ended in is gone or cut."""
        index = None if self._end is None else _index(files, self._end.file)
        if self._end is None or index is None or self._end.offset > files[index].size:
            return None
        return files[index].size - self._end.offset + sum(file.size for file in files[:index])

    def _read_on(self, files: Sequence[_File]) -> list[str]:
        assert self._end is not None
        index = _index(files, self._end.file)
        assert index is not None
        raw: list[str] = []
        start = self._end.offset
        for file in reversed(files[: index + 1]):
            lines, stop = _after(file, start)
            raw += lines
            start = 0
            self._end = _Place(file, stop)
        return raw

    def _parsed(self, raw: Sequence[str]) -> tuple[LogLine, ...]:
        lines = tuple(parse_lines(raw, self._level))
        if lines:
            self._level = lines[-1].level
        return lines

    def _complete(self, files: Sequence[_File]) -> bool:
        """Whether the oldest line given is the first on disk."""
        index = None if self._begin is None else _index(files, self._begin.file)
        if self._begin is None or index is None:
            return True
        return self._begin.offset == 0 and not any(file.size for file in files[index + 1 :])

    @contextmanager
    def _opened(self) -> Iterator[list[_File]]:
        """The files, newest first, held open so that a rotation meanwhile changes nothing.

        Right after a rotation there is no ``x.log``; a file that is renamed between two of these
        openings is met twice, under both names.
        """
        names = [self._base.name, *(f"{self._base.name}.{n}" for n in range(1, KEEP))]
        with ExitStack() as stack:
            found: dict[int, _File] = {}
            for name in names:
                descriptor = _open(self._base.with_name(name))
                if descriptor is not None:
                    stack.callback(os.close, descriptor)
                    file = _look(descriptor, name)
                    found.setdefault(file.inode, file)
            yield list(found.values())


def _open(path: Path) -> int | None:
    try:
        return os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path.name, error) from error


def _look(descriptor: int, name: str) -> _File:
    try:
        stat = os.fstat(descriptor)
        return _File(descriptor, stat.st_ino, os.pread(descriptor, _HEAD, 0), stat.st_size)
    except OSError as error:  # a folder in the file's place
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError) -> LogUnreadable:
    return LogUnreadable(
        f"The log {name} cannot be read: {error.strerror}.", "Make it a file that you can read."
    )


def logs_in(folder: Path) -> tuple[str, ...]:
    """Names of the services that have a log, in alphabetical order."""
    return tuple(sorted(path.stem for path in folder.glob("*.log")))


def _index(files: Sequence[_File], wanted: _File) -> int | None:
    return next((n for n, file in enumerate(files) if _same(wanted, file)), None)


def _same(before: _File, now: _File) -> bool:
    return before.inode == now.inode and now.head.startswith(before.head)


def _before(files: Sequence[_File], place: _Place, count: int) -> tuple[list[str], _Place]:
    """At most ``count`` lines that end at the place, and where they begin."""
    index = _index(files, place.file)
    assert index is not None
    pages: list[list[str]] = []
    wanted, at = count, place
    for number, file in enumerate(files[index:]):
        offset = place.offset if number == 0 else file.size
        lines, start = _lines_before(file, offset, wanted)
        pages.append(lines)
        at = _Place(file, start)
        wanted -= len(lines)
        if wanted <= 0:
            break
    return [line for page in reversed(pages) for line in page], at


def _lines_before(file: _File, end: int, count: int) -> tuple[list[str], int]:
    data, start = b"", end
    while start > 0 and data.count(b"\n") <= count:
        step = min(_CHUNK, start)
        start -= step
        data = os.pread(file.descriptor, step, start) + data
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    if start > 0 and lines:
        start += len(lines.pop(0)) + 1
    surplus = lines[: max(len(lines) - count, 0)]
    start += sum(len(line) + 1 for line in surplus)
    return _texts(lines[len(surplus) :]), start


def _after(file: _File, start: int) -> tuple[list[str], int]:
    """The whole lines from ``start`` on, and where the next begins."""
    data = os.pread(file.descriptor, file.size - start, start)
    whole = data[: data.rfind(b"\n") + 1]
    return _texts(whole.split(b"\n")[:-1]), start + len(whole)


def _last_newline(file: _File) -> int:
    """Where the last whole line ends: what is being written belongs to the next look."""
    size = min(file.size, _CHUNK)
    data = os.pread(file.descriptor, size, file.size - size)
    found = data.rfind(b"\n")
    return file.size - size + found + 1 if found >= 0 else 0


def _texts(lines: Sequence[bytes]) -> list[str]:
    return [line.decode("utf-8", errors="replace").rstrip("\r") for line in lines]
