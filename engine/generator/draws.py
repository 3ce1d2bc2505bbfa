"""Weighted draws from tables that are made once: a draw is one random number and one bisection."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Mapping
from itertools import accumulate
from random import Random
from typing import Any, Generic, TypeVar

from engine.generator.profile import Choice

T = TypeVar("T")


class Draw(Generic[T]):
    """Draws a value in proportion to its weight; a weight of zero is never drawn."""

    __slots__ = ("_edges", "_last", "_total", "values")

    def __init__(self, weighted: Iterable[tuple[T, float]]) -> None:
        pairs = list(weighted)
        self.values = [value for value, _ in pairs]
        self._edges = list(accumulate(weight for _, weight in pairs))
        self._total = self._edges[-1]
        self._last = len(pairs) - 1

    def __call__(self, rng: Random) -> T:
        return self.values[bisect(self._edges, rng.random() * self._total, 0, self._last)]


def zipf(count: int, skew: float) -> Draw[int]:
    """Ranks 0 … count-1, the k-th with weight 1 / k**skew."""
    return Draw((rank, (rank + 1) ** -skew) for rank in range(count))


class FieldDraw:
    """The values of one field, perhaps depending on a field drawn before."""

    __slots__ = ("_by", "_cases", "_plain")

    def __init__(self, choice: Choice) -> None:
        self._by = choice.by
        self._plain = _draw(choice.weights, choice.type) if choice.weights else None
        self._cases = {name: _draw(case, choice.type) for name, case in choice.cases.items()}

    def __call__(self, rng: Random, drawn: Mapping[str, Any]) -> Any:
        """A value, or None for an event without the field."""
        draw = self._cases.get(str(drawn.get(self._by))) if self._by else self._plain
        return draw(rng) if draw else None


def _draw(weights: Mapping[str, float], kind: str) -> Draw[Any]:
    return Draw((_typed(text, kind), weight) for text, weight in weights.items())


def _typed(text: str, kind: str) -> str | int | float | None:
    if not text:
        return None
    return int(text) if kind == "integer" else float(text) if kind == "double" else text


def draw_fields(
    draws: Mapping[str, FieldDraw], rng: Random, drawn: Mapping[str, Any]
) -> dict[str, Any]:
    """One value for each field that gets one; later fields may look at earlier ones."""
    values = dict(drawn)
    for name, draw in draws.items():
        value = draw(rng, values)
        if value is not None:
            values[name] = value
    return values
