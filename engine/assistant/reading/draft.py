"""A question while it is being read: what was found, and which words have been accounted for."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Final, Literal

from engine.assistant.reading.compares import Compare
from engine.assistant.reading.thresholds import FoundThreshold
from engine.assistant.reading.words import Text
from engine.contracts.chart import ChartKind
from engine.contracts.semantic import (
    Dimension,
    Filter,
    Grain,
    Having,
    Metric,
    Period,
    SemanticLayer,
)

Role = Literal["by", "which", "top", "plain"]
MOST: Final = (
    r"most|highest|biggest|largest|greatest|maximum|max|peak|top|leading|strongest|busiest|heaviest"
    r"|longest|fullest|number one"
)
LEAST: Final = (
    r"least|fewest|lowest|smallest|minimum|min|bottom|weakest|quietest|slowest|calmest|shortest"
)
BUSY: Final = r"busiest|quietest|slowest|calmest|heaviest"
"""Superlatives, as parts of patterns."""


@dataclass(frozen=True)
class MetricUse:
    """A metric and the tokens that name it."""

    name: str
    first: int
    end: int


@dataclass(frozen=True)
class DimensionUse:
    """A dimension, the tokens that name it, and how it is asked for."""

    name: str
    first: int
    end: int
    role: Role
    plural: bool


@dataclass(frozen=True)
class Rank:
    """A superlative: the most or the least; ``judging`` ones (best, worst) depend on the metric."""

    most: bool
    judging: bool
    first: int
    end: int
    n: int | None = None


@dataclass
class Draft:
    """Filled step by step; ``claimed`` are the tokens that something was made of."""

    text: Text
    layer: SemanticLayer
    now: dt.datetime
    claimed: set[int] = field(default_factory=set)
    metrics: list[MetricUse] = field(default_factory=list)
    dimensions: list[DimensionUse] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    having: list[Having] = field(default_factory=list)
    ranks: list[Rank] = field(default_factory=list)
    thresholds: list[FoundThreshold] = field(default_factory=list)
    grain: Grain | None = None
    grain_style: Literal["", "per", "by", "adverb", "which"] = ""
    period: Period | None = None
    compare: Compare = "none"
    analysis: Literal["none", "forecast", "anomalies", "explain"] = "none"
    average: bool = False
    counting: bool = False
    """How many groups there are, not which: "how many users placed more than three orders"."""
    share: bool = False
    net: bool = False
    """Revenue is meant after refunds."""
    instead: bool = False
    trend: bool = False
    running: bool = False
    changed: Literal["", "any", "down", "up"] = ""
    order_by: str = ""
    limit: int | None = None
    ascending: bool | None = None
    chart: ChartKind | None = None
    notes: list[str] = field(default_factory=list)
    doubts: list[tuple[float, str]] = field(default_factory=list)

    def claim(self, first: int, end: int) -> None:
        """These tokens are accounted for."""
        self.claimed.update(range(first, end))

    def free(self, first: int, end: int) -> bool:
        """Whether nothing has been made of any of them."""
        return self.claimed.isdisjoint(range(first, end))

    def low(self, at: int) -> str:
        """A token's plain form; nothing outside of the text."""
        return self.text.tokens[at].low if 0 <= at < len(self.text.tokens) else ""

    def find(self, pattern: str) -> list[tuple[int, int, re.Match[str]]]:
        """Where whole words match, as tokens; those that are claimed already are left out."""
        found = []
        for match in re.finditer(rf"(?<![^ ])(?:{pattern})(?![^ ])", self.text.line):
            first, end = self.text.place(match.start(), match.end())
            if self.free(first, end):
                found.append((first, end, match))
        return found

    def find_any(self, pattern: str) -> bool:
        """Whether whole words match, claimed or not."""
        return re.search(rf"(?<![^ ])(?:{pattern})(?![^ ])", self.text.line) is not None

    def take(self, pattern: str) -> bool:
        """Claims every match; whether there was one."""
        found = self.find(pattern)
        for first, end, _ in found:
            self.claim(first, end)
        return bool(found)

    def doubt(self, weight: float, why: str) -> None:
        """Something that may have been understood wrongly."""
        self.doubts.append((weight, why))

    def metric(self, name: str) -> Metric:
        """The layer's metric of that name."""
        return next(m for m in self.layer.metrics if m.name == name)

    def dimension(self, name: str) -> Dimension:
        """The layer's dimension of that name."""
        return next(d for d in self.layer.dimensions if d.name == name)

    def has_metric(self, name: str) -> bool:
        """Whether the layer has it."""
        return any(m.name == name for m in self.layer.metrics)
