"""How a chart writes its numbers: short on an axis, in full in the read-out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

_PREFIXES = ((1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k"))
_BYTES = ((1e12, " TB"), (1e9, " GB"), (1e6, " MB"), (1e3, " kB"))
_LONGER = ((3600.0, " h"), (60.0, " min"))
_TIMES = ((3_600_000.0, " h"), (60_000.0, " min"), (1000.0, " s"))


@dataclass(frozen=True, slots=True)
class Unit:
    """Two ways to write a value; ``tick`` also gets the distance between two ticks."""

    name: str
    value: Callable[[float], str]
    tick: Callable[[float, float], str]


def unit(name: str) -> Unit:
    """The unit of that name.

    Known: ``USD``; ``%`` (data are fractions, 0.034 is 3.4 %); ``ms`` and ``s``
    (grow to min, h);
    ``bytes``. Any other name stands beside the chart's title only.
    """
    if name == "USD":
        return Unit(name, _dollars, lambda v, step: _signed("$", v, _scaled(abs(v), step)))
    if name == "%":
        return Unit(
            name,
            lambda v: f"{v * 100:,.2f} %",
            lambda v, step: f"{v * 100:,.{_decimals(step * 100)}f} %",
        )
    if name == "ms":
        return Unit(name, _duration, lambda v, step: _scaled(v, step, _TIMES, " ms"))
    if name == "s":
        return Unit(name, _seconds, lambda v, step: _scaled(v, step, _LONGER, " s"))
    if name == "bytes":
        return Unit(
            name,
            lambda v: f"{_scaled(v, abs(v) / 100, _BYTES, ' B')}",
            lambda v, step: _scaled(v, step, _BYTES, " B"),
        )
    return Unit(name, plain, _scaled)


def plain(value: float) -> str:
    """Thousands separated; whole numbers without decimals, small ones with three digits."""
    if value == int(value):
        return f"{value:,.0f}"
    digits = max(1, 2 - math.floor(math.log10(abs(value)))) if abs(value) < 1000 else 1
    return f"{value:,.{min(digits, 9)}f}"


def _dollars(value: float) -> str:
    return _signed("$", value, f"{abs(value):,.2f}")


def _signed(sign: str, value: float, text: str) -> str:
    return f"{'-' if value < 0 else ''}{sign}{text}"


def _seconds(value: float) -> str:
    return f"{plain(value)} s" if abs(value) < 600 else f"{value / 60:,.1f} min"


def _duration(value: float) -> str:
    return f"{plain(value)} ms" if abs(value) < 1000 else f"{value / 1000:,.2f} s"


def _scaled(
    value: float,
    step: float,
    prefixes: tuple[tuple[float, str], ...] = _PREFIXES,
    base: str = "",
) -> str:
    for scale, suffix in prefixes:
        if abs(value) >= scale:
            return f"{value / scale:,.{_decimals(step / scale)}f}{suffix}"
    return f"{value:,.{_decimals(step)}f}{base}" if value else "0"


def _decimals(step: float) -> int:
    """Decimals that tell two neighbouring ticks apart."""
    if step <= 0 or not math.isfinite(step):
        return 0
    return min(9, max(0, math.ceil(-math.log10(step) - 1e-9)))
