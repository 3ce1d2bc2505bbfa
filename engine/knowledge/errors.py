"""Why knowledge cannot be searched or kept; each message ends in what to do about it."""

from __future__ import annotations

from engine.errors import LakehouseError


class KnowledgeError(LakehouseError):
    """Root of this package's errors; never raised itself."""


class KnowledgeUnavailable(KnowledgeError):
    """The vector store, or the process that holds it, does not answer."""


class KnowledgeRefused(KnowledgeError):
    """The vector store answers, and does not do what it was asked; or the request makes no
    sense."""


class EmbeddingFailed(KnowledgeError):
    """The model that turns text into vectors cannot be loaded, or could not take a text."""
