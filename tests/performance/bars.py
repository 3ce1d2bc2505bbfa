"""What the product promises on two cores, and whether a measurement keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.performance.results import record


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure's limit: the most it may be, or with ``at_least`` the least."""

    text: str
    part: str
    key: str
    limit: float
    unit: str
    at_least: bool = False

    def kept_by(self, value: float) -> bool:
        """Whether the figure is on the right side of it."""
        return value >= self.limit if self.at_least else value <= self.limit


BARS = (
    Bar("window up", "window", "up_s", 1.5, "s"),
    Bar("what it grows by while left open", "window", "growth", 0.25, "of its memory"),
    Bar("of that in the second half", "window", "growth_late", 0.05, "of its memory"),
    Bar("ready, at a later start", "start", "later_s", 15, "s"),
    Bar("first event in gold", "start", "first_gold_s", 15, "s"),
    Bar("at rest", "rest", "cores", 0.10, "cores"),
    Bar("event to gold at 1,000/s, p50", "at 1,000/s", "p50_s", 1.8, "s"),
    Bar("event to gold at 1,000/s, p95", "at 1,000/s", "p95_s", 3, "s"),
    Bar("event to gold at 1,000/s, p99", "at 1,000/s", "p99_s", 5, "s"),
    Bar("last third of it against the one before", "at 1,000/s", "growth", 1.25, "times"),
    Bar("memory after three minutes of it", "at 1,000/s", "memory_mb", 2200, "MB"),
    Bar("event to gold at 10,000/s for ten minutes, p95", "at 10,000/s", "p95_s", 6, "s"),
    Bar("last third of it against the first", "at 10,000/s", "growth", 1.25, "times"),
    Bar("an empty Spark job", "budget", "empty_job_ms", 1000, "ms"),
    Bar("backlog of 1,000,000", "drain", "events_s", 35_000, "events/s", at_least=True),
    Bar("memory over an hour at 1,000/s", "hour", "memory_most_mb", 2200, "MB"),
    Bar("its second half against the first", "hour", "memory_growth", 1.05, "times"),
    Bar("micro-batch after the hour against minute 10", "hour", "batch_growth", 1.2, "times"),
    Bar("a query of gold after the hour, p95", "hour", "query_p95_ms", 60, "ms"),
    Bar("a refresh of the Live page after the hour, p95", "hour", "refresh_p95_ms", 60, "ms"),
    Bar("event to the live tally's figure, p50", "tally", "p50_s", 0.25, "s"),
    Bar("event to the live tally's figure, p95", "tally", "p95_s", 0.55, "s"),
    Bar("live tally at 1,000/s", "tally", "cores", 0.15, "cores"),
    Bar("live tally at rest", "tally", "rest_cores", 0.02, "cores"),
)


def judge(part: str, figures: Mapping[str, float]) -> None:
    """Records the figures of a part; AssertionError with all bars that they do not keep."""
    record(("product", part), {key: float(value) for key, value in figures.items()})
    missed = [
        f"{bar.text}: {figures[bar.key]:.3f} {bar.unit}, the bar is {bar.limit:g}"
        for bar in BARS
        if bar.part == part and bar.key in figures and not bar.kept_by(figures[bar.key])
    ]
    assert not missed, "; ".join(missed)
