"""Charts as SVG by hand: transparent, in colours that are read on white and on near-black."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 380
LEFT, RIGHT, TOP, BOTTOM = 74, 190, 44, 52
INK = "#7d8590"
"""Text and axes: 4:1 against white and 4:1 against GitHub's dark background."""
GRID = "#7d859044"
COLOURS = ("#2f81f7", "#e0823d", "#3fa45b", "#b467d6", "#d1504f", "#a58a2a", "#35a0a8")
FONT = 'font-family="system-ui, sans-serif"'

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axis:
    """Values onto pixels, linearly or by their logarithm."""

    low: float
    high: float
    start: float
    end: float
    log: bool

    def at(self, value: float) -> float:
        """The pixel of a value."""
        low, high, value = (_log(v) if self.log else v for v in (self.low, self.high, value))
        return self.start + (value - low) / ((high - low) or 1.0) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Round values, some five of them."""
        if self.log:
            powers = range(math.floor(_log(self.low)), math.ceil(_log(self.high)) + 1)
            return [v for p in powers if self.low <= (v := 10.0**p) <= self.high]
        step = _round_step((self.high - self.low) / 4)
        count = int((self.high - self.low) / step + 1e-9) + 1
        return [self.low + step * i for i in range(count)]


def line_chart(
    title: str,
    x_label: str,
    y_label: str,
    series: Mapping[str, Points],
    *,
    log_x: bool = True,
    log_y: bool = True,
) -> str:
    """One line a series, with its points; the legend is beside them."""
    shown = {name: sorted(points) for name, points in series.items() if points}
    xs = [x for points in shown.values() for x, _ in points]
    ys = [y for points in shown.values() for _, y in points]
    x = Axis(min(xs), max(xs), LEFT, WIDTH - RIGHT, log_x)
    bottom, top = (10 ** math.floor(_log(min(ys))), 10 ** math.ceil(_log(max(ys))))
    if not log_y:
        bottom, top = 0.0, _round_step(max(ys) * 1.1)
    y = Axis(bottom, top, HEIGHT - BOTTOM, TOP, log_y)
    parts = [_text(LEFT, 22, title, size=15, weight=600), *_grid(x, y, sorted(set(xs)))]
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x_label, anchor="middle"))
    parts.append(_text(14, TOP - 10, y_label))
    for number, (name, points) in enumerate(shown.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x.at(px):.1f},{y.at(py):.1f}" for px, py in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for px, py in points:
            parts.append(f'<circle cx="{x.at(px):.1f}" cy="{y.at(py):.1f}" r="3" fill="{colour}"/>')
        row = TOP + 10 + 20 * number
        parts.append(
            f'<rect x="{WIDTH - RIGHT + 14}" y="{row - 9}" width="12" height="4" fill="{colour}"/>'
        )
        parts.append(_text(WIDTH - RIGHT + 32, row, name, size=11))
    return _document(title, HEIGHT, parts)


def bar_chart(title: str, unit: str, bars: Mapping[str, float]) -> str:
    """Horizontal bars from zero, each with its figure."""
    height = TOP + 34 * len(bars) + 12
    label, widest = 240, WIDTH - 240 - 110
    most = max(bars.values()) or 1.0
    parts = [_text(12, 22, f"{title} ({unit})", size=15, weight=600)]
    for number, (name, value) in enumerate(bars.items()):
        row = TOP + 34 * number
        colour = COLOURS[number % len(COLOURS)]
        long = widest * value / most
        parts.append(_text(label - 10, row + 16, name, anchor="end"))
        parts.append(
            f'<rect x="{label}" y="{row}" width="{long:.1f}" height="22" rx="2" fill="{colour}"/>'
        )
        parts.append(_text(label + long + 8, row + 16, number_text(value)))
    return _document(title, height, parts)


def number_text(value: float) -> str:
    """Three significant digits, thousands apart."""
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{round(value, 2 - math.floor(math.log10(abs(value)))):,.{digits}f}"


def _grid(x: Axis, y: Axis, marks: Sequence[float]) -> list[str]:
    parts = []
    for value in y.ticks():
        at = y.at(value)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="{GRID}"/>')
        parts.append(_text(LEFT - 8, at + 4, f"{value:g}", anchor="end", size=11))
    for value in marks:
        at = x.at(value)
        parts.append(f'<path d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="{GRID}"/>')
        parts.append(_text(at, HEIGHT - BOTTOM + 18, f"{value:,.0f}", anchor="middle", size=11))
    return parts


def _text(
    x: float, y: float, text: str, *, size: int = 12, weight: int = 400, anchor: str = "start"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{INK}" {FONT} font-size="{size}" '
        f'font-weight="{weight}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def _document(title: str, height: int, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'role="img" aria-label="{escape(title, quote=True)}">'
    )
    return "\n".join([head, *parts, "</svg>\n"])


def _log(value: float) -> float:
    return math.log10(max(value, 1e-9))


def _round_step(value: float) -> float:
    """The next of 1, 2, 5 × 10ⁿ."""
    power = 10.0 ** math.floor(_log(value))
    return next(power * m for m in (1, 2, 5, 10) if power * m >= value * (1 - 1e-9))
