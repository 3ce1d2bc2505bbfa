"""What can go wrong between a person and the topic."""

from __future__ import annotations

from engine.errors import LakehouseError


class TopicUnavailable(LakehouseError):
    """The broker is not up, refuses us, or has no such topic."""


class SlowBroker(LakehouseError):
    """The broker answers, but did not deliver what was asked for in time."""


class BadFilter(LakehouseError):
    """A message filter that cannot be read; the message quotes the part."""


class NoSuchMessage(LakehouseError):
    """Nothing is stored at that partition and offset any more, or never was."""


class NotSent(LakehouseError):
    """The broker did not take a message of one's own."""
