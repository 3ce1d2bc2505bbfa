"""The product's own part of the page: its bars, and where the time of an event goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.performance.bars import BARS
from tests.performance.report.markdown import table
from tests.performance.report.svg import number_text

Found = Mapping[str, Any]
BUDGET = "budget"
STAGES = (
    ("wait_ms", "produce, poll and wait for the next micro-batch", None),
    ("parse_ms", "read and parse: one Spark job, its rows handed over as Arrow", "empty_job_ms"),
    ("judge_ms", "late, too late, duplicate", None),
    ("append_ms", "bronze, silver and quarantine, appended at once", "delta_commit_ms"),
    ("gold_ms", "gold's minutes read, computed and merged: two commits", "two_commits_ms"),
)


def bars_text(found: Found) -> str:
    """One row a bar that was measured."""
    rows = []
    for bar in BARS:
        value = found.get(bar.part, {}).get(bar.key)
        if value is None:
            continue
        sign = "≥" if bar.at_least else "≤"
        rows.append(
            [
                bar.text,
                f"{sign} {bar.limit:,g} {bar.unit}",
                f"{number_text(value)} {bar.unit}",
                "kept" if bar.kept_by(value) else "**missed**",
            ]
        )
    return table(["", "bar", "measured", ""], rows) if rows else ""


def budget_text(found: Found) -> str:
    """Median milliseconds of each stage, beside the least that it could be."""
    part = found.get(BUDGET)
    if part is None:
        return ""
    known = {**part, "two_commits_ms": 2 * part["delta_commit_ms"]}
    rows = [
        [name.removesuffix("_ms"), what, number_text(known[name]), _floor(known, floor)]
        for name, what, floor in STAGES
    ]
    rows.append(["visible", "p50 of all events", number_text(part["end_to_end_p50_ms"]), ""])
    return table(["stage", "what happens", "ms", "floor, ms"], rows)


def _floor(known: Found, name: str | None) -> str:
    return "" if name is None or name not in known else number_text(known[name])
