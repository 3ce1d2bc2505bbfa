"""What can go wrong when the lake is read."""

from __future__ import annotations

from engine.contracts.retention import KEPT
from engine.errors import LakehouseError


class LakeReadError(LakehouseError):
    """A table exists but cannot be read: damaged, or a version that is gone."""


class NoSuchTable(LakehouseError):
    """No table of that name is in the lake (yet)."""


class QueryFailed(LakehouseError):
    """DuckDB refused or could not run the statement; the message is DuckDB's own sentence."""


def file_gone(reason: str, as_of: object) -> LakeReadError:
    """A live file was not there: of the newest version a matter of a moment, of an older for good.

    ``as_of`` is the version or the moment that was asked for, None for the newest.
    """
    if as_of is None:
        return LakeReadError(f"A file of the table cannot be read: {reason}.", "Run it again.")
    return LakeReadError(f"The files of the lake as of {as_of} are gone.", KEPT)
