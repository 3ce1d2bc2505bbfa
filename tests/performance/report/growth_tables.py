"""The growth part of the page, from what was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.performance.report.markdown import table
from tests.performance.report.svg import line_chart, number_text

Found = Mapping[str, Any]
PARTS = {
    "rates": ("With the rate", "events/s"),
    "history": ("With history, at 1,000 events/s", "hours of history"),
    "users": ("With users and products, at 1,000 events/s", "times as many"),
}
COLUMNS = {
    "p50_s": "p50 s",
    "p95_s": "p95 s",
    "p99_s": "p99 s",
    "cpu_cores": "CPU, cores",
    "peak_mb": "memory, MB",
    "start_s": "start, s",
    "silver_files": "files of silver",
}


def growth_text(found: Found) -> str:
    """A table a question; the last line says how often the largest costs what the smallest does."""
    parts = []
    for name, (title, unit) in PARTS.items():
        points = _sorted(found.get(name, {}))
        if points:
            parts.append(f"### {title}\n\n{_table(unit, points)}")
    return "\n\n".join(parts)


def growth_pictures(found: Found) -> dict[str, str]:
    """File name → SVG; one for each question with two points at least."""
    pictures = {}
    for name, (title, unit) in PARTS.items():
        points = _sorted(found.get(name, {}))
        if len(points) < 2:
            continue
        series = {
            label: [(x, f[key]) for x, f in points if f.get(key)]
            for key, label in (
                ("p50_s", "p50, s"),
                ("p95_s", "p95, s"),
                ("cpu_cores", "CPU, cores"),
                ("peak_gb", "memory, GB"),
            )
        }
        pictures[f"growth-{name}.svg"] = line_chart(title, unit, "", series)
    return pictures


def _sorted(part: Found) -> list[tuple[float, dict[str, Any]]]:
    points = [(float(x), {**f, "peak_gb": f["peak_mb"] / 1000}) for x, f in part.items()]
    return sorted(points, key=lambda point: point[0])


def _table(unit: str, points: list[tuple[float, dict[str, Any]]]) -> str:
    keys = [key for key in COLUMNS if all(key in f for _, f in points)]
    rows = [[f"{x:,.0f}", *(number_text(f[key]) for key in keys)] for x, f in points]
    (low, first), (high, last) = points[0], points[-1]
    if len(points) > 1:
        times = [number_text(last[k] / first[k]) if first[k] else "–" for k in keys]
        rows.append([f"× {high / low:,.0f} makes ×", *times])
    return table([unit, *(COLUMNS[key] for key in keys)], rows)
