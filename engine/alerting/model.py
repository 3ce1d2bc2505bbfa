"""What is measured, what a rule says of it, and what is remembered between two looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MINUTE_S = 60

Key = tuple[str, str]
"""(rule, metric). Only one alert of a key is open at a time; services are metrics of their own."""


@dataclass(frozen=True)
class Minute:
    """One row of gold_kpis; ``start_s`` is seconds since 1970, ``values`` by KPI name."""

    start_s: int
    values: Mapping[str, float | None]

    def get(self, metric: str) -> float:
        """The value; nothing counts as 0."""
        return self.values.get(metric) or 0.0

    @property
    def end_s(self) -> int:
        """Its first second that is no longer part of it."""
        return self.start_s + MINUTE_S

    @property
    def is_traffic(self) -> bool:
        """Whether its events came when they happened.

        Late ones alone make rows for minutes in which nobody was listening; such a minute says
        nothing about how busy it was.
        """
        return self.get("events") > 2 * self.get("late_events") or "events" not in self.values


@dataclass(frozen=True)
class Measurements:
    """Everything the rules look at, at one moment; times are seconds since 1970.

    Attributes:
        minutes: gold's minutes of the last hour and a bit, by their start.
        earlier: the newest minutes as they stood half a minute ago, by their start.
        steady_from_s: minutes that begin before this are not judged: a service had just come up.
        reach_s: every event that arrived before this is in gold, but for late ones of the last
            seconds; None where nobody knows.
        figures: error_rate and processing_lag_s; None where nobody knows.
        volumes: how much there was of what a figure is a share of.
        down_s: service → seconds it has been down; 0 while it is up.
    """

    minutes: Mapping[int, Minute] = field(default_factory=dict)
    earlier: Mapping[int, Minute] = field(default_factory=dict)
    steady_from_s: float = 0.0
    reach_s: float | None = None
    figures: Mapping[str, float | None] = field(default_factory=dict)
    volumes: Mapping[str, float] = field(default_factory=dict)
    down_s: Mapping[str, float] = field(default_factory=dict)


class Verdict(StrEnum):
    """What a rule says of a moment."""

    BREACH = "breach"
    BETWEEN = "between"
    """Neither beyond the threshold nor on the calm side of where it clears."""
    CALM = "calm"
    UNKNOWN = "unknown"
    """Too little was seen, or nobody knows: neither raises nor, for a while, clears."""


@dataclass(frozen=True)
class Reading:
    """A metric against its threshold, now. An anomaly also has the mean of the hour before."""

    metric: str
    verdict: Verdict
    value: float | None = None
    threshold: float | None = None
    baseline: float | None = None


@dataclass(frozen=True)
class OpenAlert:
    """An alert that is not cleared; the numbers are those of the moment it was raised."""

    alert_id: str
    raised_s: float
    severity: str
    value: float | None
    threshold: float | None
    baseline: float | None
    message: str


@dataclass(frozen=True)
class Track:
    """What is remembered of a key: since when it goes where, what is open, what was disturbed."""

    breach_since: float | None = None
    calm_since: float | None = None
    unknown_since: float | None = None
    open: OpenAlert | None = None
    disturbed: tuple[tuple[float, float | None], ...] = ()
    """From when to when an alert of this key was open lately; None: it still is."""


State = Mapping[Key, Track]
