"""The conversations of one data folder, in ``<data>/conversations.sqlite``.

Every call opens the file for itself, so it may be made on any thread. The file is for this user
only: answers hold rows of the lake. ``user_version`` is the schema's version; a file of a newer
program is left alone.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from engine.assistant.errors import NoSuchAnswer, TalksError
from engine.assistant.talks.record import answer_of, text_of
from engine.contracts.assistant import Answer, Conversation

FILE_NAME: Final = "conversations.sqlite"
VERSION: Final = 1
KEPT: Final = 1_000
"""Conversations; the oldest beyond them go. Years for most people, some tens of MB."""

_SCHEMA = """
CREATE TABLE conversation (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, began REAL NOT NULL, last REAL NOT NULL
);
CREATE TABLE turn (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, words TEXT NOT NULL, answer TEXT NOT NULL,
    liked INTEGER NOT NULL DEFAULT 0,
    conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE
);
CREATE INDEX turn_of ON turn (conversation, number);
"""


class Talks:
    """See above; without a folder they are in memory and gone at the end."""

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / FILE_NAME
        self._held: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    def add(self, answer: Answer) -> None:
        """Adds a turn to its conversation, which begins with it where it is new."""
        at = dt.datetime.now(dt.UTC).timestamp()
        words = _folded(" ".join(filter(None, (answer.question, answer.answer, answer.sql))))
        with self._open() as db:
            db.execute(
                "INSERT INTO conversation VALUES (?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET last = excluded.last",
                (answer.conversation, answer.question, at, at),
            )
            db.execute(
                "INSERT INTO turn (id, words, answer, conversation) VALUES (?, ?, ?, ?)",
                (answer.id, words, text_of(answer), answer.conversation),
            )
            db.execute(
                "DELETE FROM conversation WHERE id IN"
                " (SELECT id FROM conversation ORDER BY last DESC, rowid DESC LIMIT -1 OFFSET ?)",
                (KEPT,),
            )

    def replace(self, answer: Answer) -> None:
        """Writes a turn anew, such as with a thumbs-up."""
        with self._open() as db:
            liked = int(answer.liked is True)
            values = (text_of(answer), liked, answer.id)
            db.execute("UPDATE turn SET answer = ?, liked = ? WHERE id = ?", values)

    def liked(self) -> tuple[Answer, ...]:
        """Those with a thumbs-up, the newest first."""
        with self._open() as db:
            rows = db.execute(
                "SELECT answer FROM turn WHERE liked ORDER BY number DESC LIMIT ?", (KEPT,)
            ).fetchall()
            return tuple(answer_of(row[0]) for row in rows)

    def answer(self, answer_id: str) -> Answer:
        """One turn. Raises NoSuchAnswer."""
        with self._open() as db:
            row = db.execute("SELECT answer FROM turn WHERE id = ?", (answer_id,)).fetchone()
            if row is not None:
                return answer_of(row[0])
        raise NoSuchAnswer("That answer is not kept any more.", "Ask the question again.")

    def conversations(self, search: str = "") -> tuple[Conversation, ...]:
        """Those in one of whose turns all the words occur, in any case; the newest first."""
        wanted = _folded(search).split()
        found = " AND ".join(["instr(t.words, ?) > 0"] * len(wanted)) or "1"
        with self._open() as db:
            rows = db.execute(
                "SELECT c.id, c.title, c.began, c.last,"  # noqa: S608 -- the words are bound
                " (SELECT count(*) FROM turn t WHERE t.conversation = c.id)"
                " FROM conversation c WHERE EXISTS"
                f" (SELECT 1 FROM turn t WHERE t.conversation = c.id AND {found})"
                " ORDER BY c.last DESC, c.rowid DESC",
                wanted,
            ).fetchall()
        return tuple(Conversation(r[0], r[1], _moment(r[2]), _moment(r[3]), r[4]) for r in rows)

    def turns(self, conversation: str, last: int | None = None) -> tuple[Answer, ...]:
        """Its answers in order, all or the ``last`` ones; empty where there is none."""
        with self._open() as db:
            rows = db.execute(
                "SELECT answer FROM turn WHERE conversation = ? ORDER BY number DESC LIMIT ?",
                (conversation, -1 if last is None else last),
            ).fetchall()
            return tuple(answer_of(row[0]) for row in reversed(rows))

    def delete(self, conversation: str) -> None:
        """Forgets it; one that is not there is no error."""
        with self._open() as db:
            db.execute("DELETE FROM conversation WHERE id = ?", (conversation,))

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock, self._connected() as db, db:
                yield db
        except (sqlite3.Error, OSError, ValueError) as error:
            raise TalksError(
                f"The conversations in {self._path} cannot be used: {error}.",
                "If the file is damaged, move it away: a new one is made.",
            ) from error

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        if self._path is None:
            if self._held is None:
                self._held = sqlite3.connect(":memory:", check_same_thread=False)
                _prepare(self._held)
            yield self._held
            return
        # Made here, because SQLite would let everybody read it.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        with contextlib.closing(sqlite3.connect(self._path, timeout=5)) as db:
            _prepare(db)
            yield db

    def close(self) -> None:
        """Lets go of what is held in memory."""
        with self._lock:
            held, self._held = self._held, None
        if held is not None:
            held.close()


def _prepare(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA foreign_keys = ON")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise ValueError(f"they were written by a newer version of this program ({version})")
    if version == 0:
        # Two programs may be at it at once: the second finds the version set.
        db.execute("BEGIN IMMEDIATE")
        if db.execute("PRAGMA user_version").fetchone()[0] == 0:
            for statement in filter(str.strip, _SCHEMA.split(";")):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION}")
        db.commit()


def _folded(text: str) -> str:
    """SQLite's lower() knows ASCII only."""
    return text.casefold()


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
