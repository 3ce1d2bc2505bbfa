"""Where a change came from: what each value of each dimension had to do with it.

Of a sum, a value's part is its own change, and its share of the whole change is set against its
share before: what lost more than its share explains the loss, what lost its share does not. Of a
rate only the values' own changes can be told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

NOTABLE: Final = 0.1
"""How much larger a value's share of the change must be than its share before, to be named."""
MOST_PARTS: Final = 100


@dataclass(frozen=True)
class Part:
    """One value of one dimension, before and now. ``change_share`` is None for a rate."""

    dimension: str
    value: str
    before: float
    now: float
    before_share: float | None = None
    change_share: float | None = None

    @property
    def change(self) -> float:
        """Now less before."""
        return self.now - self.before

    @property
    def surprise(self) -> float:
        """How much more it changed than its size lets expect; 0 for a rate."""
        if self.change_share is None or self.before_share is None:
            return 0.0
        return self.change_share - self.before_share


Groups = Mapping[str, Mapping[str, tuple[float, float]]]
"""Dimension → value → (before, now)."""


def explain(groups: Groups, before: float, now: float, additive: bool) -> tuple[Part, ...]:
    """All parts, those that explain most first; at most MOST_PARTS of them."""
    parts = [
        _part(dimension, value, pair, before, now - before, additive)
        for dimension, values in groups.items()
        for value, pair in values.items()
        if pair[0] or pair[1]
    ]
    sign = 1 if now >= before else -1
    parts.sort(key=lambda part: (-part.surprise, -sign * part.change, part.value))
    return tuple(parts[:MOST_PARTS])


def notable(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The one that explains most of each dimension, if it does; the strongest first."""
    best: dict[str, Part] = {}
    for part in parts:
        best.setdefault(part.dimension, part)
    return tuple(part for part in best.values() if part.surprise >= NOTABLE)


def _part(
    dimension: str,
    value: str,
    pair: tuple[float, float],
    before: float,
    change: float,
    additive: bool,
) -> Part:
    was, became = pair
    if not additive or not change:
        return Part(dimension, value, was, became)
    return Part(
        dimension,
        value,
        was,
        became,
        was / before if before else 0.0,
        (became - was) / change,
    )
