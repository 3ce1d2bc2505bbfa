"""Errors of the tally."""

from __future__ import annotations

from engine.errors import LakehouseError


class PackNotCounted(LakehouseError):
    """A figure of the pack cannot be computed outside Spark; starting again meets it again."""


class RecordsGone(LakehouseError):
    """Records that were to be counted are no longer in the broker; the count begins anew."""


class CountBroken(LakehouseError):
    """The lake was changed on purpose, so that what was counted cannot be held against it."""
