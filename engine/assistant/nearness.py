"""Vectors of texts that are asked for again and again: the layer's own words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final

Vector = tuple[float, ...]

KEPT: Final = 1_000
"""Texts; a layer has some hundred, 3 KB each."""


class Nearness:
    """As ``Knowledge.embed``, but asks it only for texts it has not seen. Any thread may call."""

    def __init__(self, embed: Callable[[Sequence[str]], tuple[Vector, ...]]) -> None:
        self._embed = embed
        self._known: dict[str, Vector] = {}
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> tuple[Vector, ...]:
        """One unit vector a text. Raises what the store raises."""
        with self._lock:
            new = [text for text in dict.fromkeys(texts) if text not in self._known]
            if len(self._known) + len(new) > KEPT:
                self._known.clear()
                new = list(dict.fromkeys(texts))
            if new:
                self._known |= dict(zip(new, self._embed(new), strict=True))
            return tuple(self._known[text] for text in texts)
