"""What can go wrong when a language model is asked."""

from __future__ import annotations

from typing import ClassVar

from engine.errors import LakehouseError


class ModelError(LakehouseError):
    """Root of the tree: the model gave no answer that can be used."""

    transient: ClassVar[bool] = False
    """Whether the same request may work a moment later."""
    blames_service: ClassVar[bool] = False
    """Whether it says that the service is not well, which opens the circuit breaker."""

    def __init__(self, message: str, remedy: str, retry_after_s: float | None = None) -> None:
        super().__init__(message, remedy)
        self.retry_after_s = retry_after_s
        """How long the service asked to be left alone; None where it did not."""


class NoModel(ModelError):
    """No language model is set up; verified questions go on working."""


class NotReachable(ModelError):
    """No connection, or it broke, or the service answers with an error of its own (5xx)."""

    transient = True
    blames_service = True


class TooSlow(ModelError):
    """Nothing came for too long, or the whole answer took too long."""

    transient = True
    blames_service = True


class RateLimited(ModelError):
    """The service, or the limit of the settings, allows no more requests now."""

    transient = True


class KeyRefused(ModelError):
    """The service does not accept the API key; only a new one helps."""

    blames_service = True


class RequestRefused(ModelError):
    """The service will not answer this request: a parameter, the model's name, its content."""


class TooLong(RequestRefused):
    """The prompt does not fit into the model's context."""


class BadAnswer(ModelError):
    """Something came that is no answer: garbage, nothing, far too much, the wrong JSON."""


class Interrupted(ModelError):
    """The connection broke when part of the answer had been passed on already."""

    blames_service = True


class ModelUnusable(ModelError):
    """A local model cannot be loaded: its file, the memory or the processor does not allow it."""


class PortTaken(ModelError):
    """The local model's front cannot listen: another program may have its port for a moment."""
