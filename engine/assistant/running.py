"""Runs an answer's statement in the query worker, and nowhere else."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from engine.assistant.rows import plain_rows
from engine.contracts.assistant import AnswerColumn
from engine.query.errors import Cancelled

if TYPE_CHECKING:
    from engine.assistant.telling.sentences import Row
    from engine.query.session import QuerySession

MOST_ROWS: Final = 1_000


@dataclass(frozen=True)
class Rows:
    """A statement's result; ``truncated`` says that there were more rows."""

    columns: tuple[AnswerColumn, ...]
    rows: tuple[Row, ...]
    truncated: bool


class Runner(Protocol):
    """What runs statements. ``cancel`` comes from another thread."""

    def run(self, sql: str) -> Rows:
        """At most MOST_ROWS rows. Raises StatementFailed, LakeReadError, Cancelled, WorkerEnded."""
        ...

    def explain(self, sql: str) -> None:
        """Plans it without running it; raises as ``run`` does."""
        ...

    def warm(self) -> None:
        """Makes the first statement faster; does not wait."""
        ...

    def cancel(self) -> None:
        """Gives up what runs and what is about to, until ``begin``; never blocks."""
        ...

    def begin(self) -> None:
        """A new question: what was cancelled was another one."""
        ...

    def close(self) -> None:
        """Ends the worker."""
        ...


class WorkerRunner:
    """See Runner; over a query session of its own."""

    def __init__(self, session: QuerySession) -> None:
        self._session = session
        self._given_up = threading.Event()

    def begin(self) -> None:
        """See Runner."""
        self._given_up.clear()

    def run(self, sql: str) -> Rows:
        """See Runner."""
        self._check()
        result = self._session.run(sql, given_up=self._given_up.is_set)
        self._check()
        count = min(result.rows, MOST_ROWS)
        table = self._session.table(0, count)
        columns = tuple(AnswerColumn(c.name, c.type) for c in result.columns)
        return Rows(columns, plain_rows(table)[:count], result.truncated or result.rows > count)

    def explain(self, sql: str) -> None:
        """See Runner."""
        self._check()
        self._session.run(f"EXPLAIN {sql}", given_up=self._given_up.is_set)
        self._check()

    def warm(self) -> None:
        """See Runner."""
        self._session.warm()

    def cancel(self) -> None:
        """See Runner."""
        self._given_up.set()
        self._session.cancel()

    def close(self) -> None:
        """See Runner."""
        self._session.close()

    def _check(self) -> None:
        if self._given_up.is_set():
            raise given_up()


def given_up() -> Cancelled:
    """What a cancelled question ends with."""
    return Cancelled("The question was cancelled.", "Ask it again.")
