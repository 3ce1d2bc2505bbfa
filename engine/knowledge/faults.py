"""What Qdrant's client raises, as sentences with a remedy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from engine.errors import LakehouseError
from engine.knowledge.errors import KnowledgeRefused, KnowledgeUnavailable


@contextmanager
def told(where: str) -> Iterator[None]:
    """Anything the client raises inside becomes a KnowledgeError; ``where`` names the store."""
    try:
        yield
    except LakehouseError:
        raise
    except UnexpectedResponse as error:
        raise _answered(where, error) from None  # its text may hold headers
    except (ResponseHandlingException, httpx.HTTPError, ConnectionError, TimeoutError) as error:
        raise KnowledgeUnavailable(
            f"The vector store {where} does not answer ({_reason(error)}).",
            "Check that it runs and can be reached; its address is QDRANT_URL or in Settings.",
        ) from error
    except (sqlite3.Error, OSError) as error:
        raise KnowledgeUnavailable(
            f"The vector store {where} cannot be read or written ({error}).",
            "Check that the disk has room and the data folder is yours, then restart the service "
            "vectors.",
        ) from error
    except ValueError as error:
        raise KnowledgeRefused(
            f"The vector store {where} refused a request: {error}.",
            "Check that the collection was made by this program; QDRANT_COLLECTION names another.",
        ) from error


def _answered(where: str, error: UnexpectedResponse) -> LakehouseError:
    if error.status_code in (401, 403):
        return KnowledgeUnavailable(
            f"The vector store {where} refused the API key.",
            "Set QDRANT_API_KEY, or the key in Settings, to the one that it expects.",
        )
    if error.status_code is not None and error.status_code >= 500:
        return KnowledgeUnavailable(
            f"The vector store {where} answered with an error ({error.status_code}).",
            "Look at its own log, then restart the service vectors.",
        )
    said = error.content.decode(errors="replace")[:200]
    return KnowledgeRefused(
        f"The vector store {where} refused a request ({error.status_code}: {said}).",
        "It must be Qdrant 1.10 or newer. QDRANT_COLLECTION names another collection.",
    )


def _reason(error: Exception) -> str:
    source = getattr(error, "source", error)
    return str(source) or type(source).__name__
