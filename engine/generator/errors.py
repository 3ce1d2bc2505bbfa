"""Errors of the generator and of ``produce``."""

from __future__ import annotations

from engine.errors import LakehouseError


class BrokerUnreachable(LakehouseError):
    """The broker did not answer, refused the log-in, or has no such topic."""


class UnreadableFile(LakehouseError):
    """The file given to ``produce --file`` cannot be read."""


class ProducerFailed(LakehouseError):
    """The Kafka client met an error after which it sends nothing more; a new one does."""
