"""Errors that end a child process."""

from __future__ import annotations

from engine.errors import LakehouseError


class BadConfig(LakehouseError):
    """The child cannot work with what it was given; starting it again cannot help."""
