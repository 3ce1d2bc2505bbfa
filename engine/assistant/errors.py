"""What can go wrong around a question; the lake's and the model's own errors come as they are."""

from __future__ import annotations

from engine.errors import LakehouseError


class TalksError(LakehouseError):
    """The file of conversations cannot be read or written."""


class NoSuchAnswer(LakehouseError):
    """An answer or a conversation was named that is not kept."""


class AskedForNothing(LakehouseError):
    """The question has no words, or is longer than a question can be."""

    exit_code = 2


class NoForecast(LakehouseError):
    """The child that computes a forecast failed or took too long."""
