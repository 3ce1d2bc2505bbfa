"""Turns text into vectors: all-MiniLM-L6-v2 under llama.cpp, in this process.

Vectors have length 1, so that their dot product is the cosine of their angle: 1 for the same
meaning, near 0 for texts that have nothing to do with each other.
"""

from __future__ import annotations

import secrets
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from engine.contracts.knowledge import VECTOR_SIZE
from engine.knowledge.errors import EmbeddingFailed

MODEL_NAME = "all-MiniLM-L6-v2"
TOKENS = 256
"""What the model was trained on; of longer texts the beginning is used."""
WORDS = 200
"""English words are 1.2 tokens on average, so that few texts are cut twice."""
BATCH = 32
"""Texts a call, so that a long list cannot keep out a short one for long."""

Vector = tuple[float, ...]


class Embedder(Protocol):
    """What the store needs of a model."""

    def embed(self, texts: Sequence[str]) -> tuple[Vector, ...]:
        """Unit vectors, one a text."""
        ...


class MiniLM:
    """The model, loaded; any thread may call it, one at a time gets through."""

    def __init__(self, model: Path) -> None:
        """Takes 0.3 s. Raises EmbeddingFailed."""
        self._lock = threading.Lock()
        try:
            self._server = _load(model)
        except (ImportError, RuntimeError, OSError) as error:
            raise EmbeddingFailed(
                f"The model {MODEL_NAME} could not be loaded: {error}.",
                "Run `rt-lakehouse setup`; it checks the model and fetches it again.",
            ) from error

    def embed(self, texts: Sequence[str]) -> tuple[Vector, ...]:
        """Unit vectors of VECTOR_SIZE numbers. Raises EmbeddingFailed."""
        found: list[Vector] = []
        for start in range(0, len(texts), BATCH):
            shortened = [shorten(text) for text in texts[start : start + BATCH]]
            with self._lock:
                found += self._several(shortened)
        return tuple(found)

    def _several(self, texts: list[str]) -> list[Vector]:
        answer = self._server.handle_embeddings({"input": texts})
        if "data" in answer:
            ordered = sorted(answer["data"], key=lambda entry: int(entry["index"]))
            return [_unit(entry["embedding"]) for entry in ordered]
        if len(texts) > 1:
            return [vector for text in texts for vector in self._several([text])]
        return [self._cut_until_it_fits(texts[0], answer)]

    def _cut_until_it_fits(self, text: str, answer: dict[str, Any]) -> Vector:
        """Some texts have far more tokens than words: tables of numbers, other alphabets."""
        reason = str(answer.get("error", {}).get("message", answer))
        if "too large" not in reason or len(text) < 2:
            raise EmbeddingFailed(
                f"A text could not be turned into a vector: {reason}.",
                "Try other words, and see the log of the service vectors.",
            )
        return self._several([text[: len(text) // 2]])[0]


def shorten(text: str) -> str:
    """The beginning of a text, about as much as the model takes; never empty.

    >>> shorten("  two   words ")
    'two words'
    """
    # Half a surrogate pair, as a paste may hold, is no character to llama.cpp.
    whole = text.encode("utf-8", "replace").decode()
    return " ".join(whole.split()[:WORDS]) or "."


def _unit(values: Sequence[float]) -> Vector:
    vector: npt.NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    assert vector.shape == (VECTOR_SIZE,), f"{vector.shape[0]} numbers: not the model of the list"
    length = float(np.linalg.norm(vector)) or 1.0
    return tuple((vector / length).tolist())


def _load(model: Path) -> Any:
    # Imported here: the client of a running instance needs no model.
    import xllamacpp

    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(model)
    wanted.embedding = True
    wanted.n_ctx = wanted.n_batch = wanted.n_ubatch = TOKENS
    wanted.n_parallel = 1
    # One thread: measured on two busy cores, two threads waited for each other (130 against 10 ms).
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = 1
    wanted.n_threads_http = 1
    wanted.verbosity = -1
    wanted.warmup = wanted.ui = wanted.endpoint_slots = False
    wanted.api_keys = [secrets.token_hex(16)]
    # It insists on listening: on a socket in a folder of ours, which is gone before it is used.
    with tempfile.TemporaryDirectory(prefix="rtl-") as folder:
        wanted.hostnames = [f"{folder}/embed.sock"]
        return xllamacpp.Server(wanted)
