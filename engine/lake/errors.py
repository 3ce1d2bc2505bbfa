"""What can go wrong when the lake is read."""

from __future__ import annotations

from engine.errors import LakehouseError


class LakeReadError(LakehouseError):
    """A table exists but cannot be read: damaged, or a version that is gone."""


class NoSuchTable(LakehouseError):
    """No table of that name is in the lake (yet)."""


class QueryFailed(LakehouseError):
    """DuckDB refused or could not run the statement; the message is DuckDB's own sentence."""
