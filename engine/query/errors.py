"""What can go wrong between a statement and its rows; none of them costs more than the result."""

from __future__ import annotations

from engine.errors import LakehouseError
from engine.lake.errors import QueryFailed


class StatementFailed(QueryFailed):
    """DuckDB, or the guard, would not run it; the message is its sentence.

    ``position`` is the character it is about, from 0, where that is known.
    """

    def __init__(self, message: str, remedy: str, position: int | None = None) -> None:
        super().__init__(message, remedy)
        self.position = position


class StatementRefused(StatementFailed):
    """The guard would not let it run, whatever the database would have made of it."""


class Cancelled(LakehouseError):
    """Somebody cancelled it, or it ran past its deadline."""


class PastDeadline(Cancelled):
    """It ran longer than a statement may, ``seconds``, and nobody gave it up."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"The statement ran longer than {seconds:g} s and was cancelled.",
            "Ask for less, or raise the time limit for queries in the settings.",
        )
        self.seconds = seconds


class WorkerEnded(LakehouseError):
    """The worker process ended, and the result with it; the next statement starts a new one."""


class NoResult(LakehouseError):
    """Rows were asked for where no statement has run."""
