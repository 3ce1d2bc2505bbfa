"""Errors of the generator and of ``produce``."""

from __future__ import annotations

from engine.errors import LakehouseError


class BrokerUnreachable(LakehouseError):
    """The broker did not answer, refused the log-in, or has no such topic."""


class UnreadableFile(LakehouseError):
    """The file given to ``produce --file`` cannot be read."""


class BadConfig(LakehouseError):
    """The generator cannot work with what it was given; starting it again cannot help."""
