"""What was run, what was saved and what stands in the tabs, in ``<data>/queries.sqlite``.

Every call opens the file for itself: it may be made on any thread, and another program on the same
data folder does no harm. The file is for this user only, since a statement may hold anything.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.errors import LakehouseError

FILE_NAME: Final = "queries.sqlite"
KEPT: Final = 1000
"""Statements of the history: months for most people, under a megabyte."""
LONGEST: Final = 100_000
"""Characters of a statement that are kept; longer ones were made by a program."""

_TABLES = """
CREATE TABLE IF NOT EXISTS history (
    id INTEGER PRIMARY KEY, sql TEXT NOT NULL, at REAL NOT NULL,
    rows INTEGER, elapsed_ms REAL NOT NULL, error TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS saved (
    name TEXT PRIMARY KEY COLLATE NOCASE, sql TEXT NOT NULL, at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS tabs (
    place INTEGER PRIMARY KEY, text TEXT NOT NULL, front INTEGER NOT NULL
);
"""


class LibraryError(LakehouseError):
    """The file of history and saved queries cannot be read or written."""


@dataclass(frozen=True)
class Run:
    """A statement that was run; ``rows`` is None where it failed, ``error`` says why."""

    id: int
    sql: str
    at: dt.datetime
    rows: int | None
    elapsed_ms: float
    error: str


@dataclass(frozen=True)
class Saved:
    """A statement with a name."""

    name: str
    sql: str
    at: dt.datetime


@dataclass(frozen=True)
class Tabs:
    """What stood in the tabs when the window was last used; ``front`` is the place of one."""

    texts: tuple[str, ...] = ()
    front: int = 0


class Library:
    """History, saved queries and open tabs below one data folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def note(self, sql: str, rows: int | None, elapsed_ms: float, error: str = "") -> None:
        """Adds to the history and lets the oldest beyond KEPT go."""
        at = dt.datetime.now(dt.UTC).timestamp()
        with self._open() as db:
            db.execute(
                "INSERT INTO history (sql, at, rows, elapsed_ms, error) VALUES (?, ?, ?, ?, ?)",
                (sql[:LONGEST], at, rows, elapsed_ms, error),
            )
            db.execute("DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?", (KEPT,))

    def history(self, search: str = "", limit: int = 200) -> tuple[Run, ...]:
        """The newest first; ``search`` is a part of the statement, in any case."""
        with self._open() as db:
            rows = db.execute(
                "SELECT id, sql, at, rows, elapsed_ms, error FROM history"
                " WHERE instr(lower(sql), lower(?)) > 0 OR ? = '' ORDER BY id DESC LIMIT ?",
                (search, search, limit),
            ).fetchall()
        return tuple(Run(row[0], row[1], _moment(row[2]), *row[3:]) for row in rows)

    def clear_history(self) -> None:
        """Forgets every statement that was not saved."""
        with self._open() as db:
            db.execute("DELETE FROM history")

    def save(self, name: str, sql: str) -> None:
        """Keeps a statement; one of the same name, in any case, is replaced."""
        if not name.strip():
            raise LibraryError("A saved query needs a name.", "Give it one.")
        at = dt.datetime.now(dt.UTC).timestamp()
        with self._open() as db:
            db.execute("DELETE FROM saved WHERE name = ?", (name.strip(),))
            db.execute("INSERT INTO saved VALUES (?, ?, ?)", (name.strip(), sql, at))

    def saved(self, search: str = "") -> tuple[Saved, ...]:
        """By name; ``search`` is a part of the name or of the statement, in any case."""
        with self._open() as db:
            rows = db.execute(
                "SELECT name, sql, at FROM saved"
                " WHERE instr(lower(name || ' ' || sql), lower(?)) > 0 OR ? = '' ORDER BY name",
                (search, search),
            ).fetchall()
        return tuple(Saved(name, sql, _moment(at)) for name, sql, at in rows)

    def delete(self, name: str) -> None:
        """Forgets a saved query; one that is not there is no error."""
        with self._open() as db:
            db.execute("DELETE FROM saved WHERE name = ?", (name,))

    def keep_tabs(self, tabs: Tabs) -> None:
        """What is to be there at the next start; a text too long to be a person's is cut."""
        rows = [
            (place, text[:LONGEST], place == tabs.front) for place, text in enumerate(tabs.texts)
        ]
        with self._open() as db:
            db.execute("DELETE FROM tabs")
            db.executemany("INSERT INTO tabs VALUES (?, ?, ?)", rows)

    def tabs(self) -> Tabs:
        """What ``keep_tabs`` kept last."""
        with self._open() as db:
            rows = db.execute("SELECT text, front FROM tabs ORDER BY place").fetchall()
        front = next((place for place, row in enumerate(rows) if row[1]), 0)
        return Tabs(tuple(str(row[0]) for row in rows), front)

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            # Made here, because SQLite would let everybody read it.
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
            with contextlib.closing(sqlite3.connect(self._path, timeout=5)) as db, db:
                db.executescript(_TABLES)
                yield db
        except (sqlite3.Error, OSError) as error:
            raise LibraryError(
                f"The saved queries in {self._path} cannot be used: {error}.",
                "If the file is damaged, move it away: a new one is made.",
            ) from error


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
