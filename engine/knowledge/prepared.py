"""Vectors of the shipped packs' texts, computed at set-up: a first start then computes none.

The file is keyed by text, so that it is never wrong: what is not in it is computed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from engine.contracts.knowledge import VECTOR_SIZE
from engine.knowledge.embedder import MODEL_NAME, Embedder, Vector
from engine.provision.models import model_dir

Known = dict[bytes, npt.NDArray[np.float32]]
_KEY_BYTES = 16


def prepared_file() -> Path:
    """Beside the models of this installation."""
    return model_dir() / "vectors.npz"


class Prepared:
    """An embedder that looks into the file first; reads it at its first use."""

    def __init__(self, file: Path, model: Embedder) -> None:
        self._file = file
        self._model = model
        self._known: Known | None = None

    def embed(self, texts: Sequence[str]) -> tuple[Vector, ...]:
        """See Embedder."""
        if self._known is None:
            self._known = read_vectors(self._file) if texts else {}
        known = self._known
        keys = [key_of(text) for text in texts]
        missing = [text for key, text in zip(keys, texts, strict=True) if key not in known]
        computed = iter(self._model.embed(missing))
        return tuple(tuple(known[key].tolist()) if key in known else next(computed) for key in keys)


def prepare(texts: Iterable[str], file: Path, model: Embedder) -> int:
    """Brings the file up to date with these texts and no others; how many were computed."""
    wanted = {key_of(text): text for text in texts}
    known = read_vectors(file)
    missing = [key for key in wanted if key not in known]
    vectors = model.embed([wanted[key] for key in missing])
    for key, vector in zip(missing, vectors, strict=True):
        known[key] = np.asarray(vector, dtype=np.float32)
    if missing or len(known) > len(wanted):
        write_vectors(file, {key: known[key] for key in wanted})
    return len(missing)


def key_of(text: str) -> bytes:
    """Of a text under this model."""
    return hashlib.sha256(f"{MODEL_NAME}\0{text}".encode()).digest()[:_KEY_BYTES]


def read_vectors(file: Path) -> Known:
    """What the file holds; nothing where it is missing or damaged, which costs computing."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as held:
            keys, vectors = held["keys"], held["vectors"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}
    fitting = keys.shape == (len(vectors), _KEY_BYTES) and vectors.shape[1:] == (VECTOR_SIZE,)
    if not fitting:
        return {}
    return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}


def write_vectors(file: Path, known: Known) -> None:
    """Whole or not at all."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    keys = np.frombuffer(b"".join(known), dtype=np.uint8).reshape(-1, _KEY_BYTES)
    vectors = np.stack(list(known.values())) if known else np.empty((0, VECTOR_SIZE), np.float32)
    try:
        with temporary.open("wb") as stream:
            np.savez(stream, keys=keys, vectors=vectors)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
