"""The day curve: by the hour, how busy the shop is and what follows a step."""

from __future__ import annotations

from collections.abc import Sequence

from engine.generator.draws import Draw
from engine.generator.profile import DayCurve, Profile

FLAT = DayCurve(period_seconds=86_400, rate_swing=0, busy=(1, 1), buying=(1, 1))


class Day:
    """One turn of the curve, in tables made once."""

    def __init__(self, profile: Profile) -> None:
        curve = profile.day_curve or FLAT
        self._period_ms = curve.period_seconds * 1000
        self._rates = _swing(curve.busy, curve.rate_swing)
        mean = sum(curve.buying) / len(curve.buying)
        self._turns = [_turns(profile, curve, ready / mean) for ready in curve.buying]

    def rate_factor(self, at_ms: float) -> float:
        """1 on average over a whole turn, within 1 ± ``rate_swing``."""
        return self._rates[self._hour(at_ms, len(self._rates))]

    def turns(self, at_ms: float) -> dict[str, Draw[str]]:
        """For each step, the draw of the one after it."""
        return self._turns[self._hour(at_ms, len(self._turns))]

    def _hour(self, at_ms: float, hours: int) -> int:
        return int(at_ms % self._period_ms / self._period_ms * hours)


def _swing(busy: Sequence[float], swing: float) -> list[float]:
    """
    >>> _swing([1, 2, 3], 0.3)
    [0.7, 1.0, 1.3]
    """
    mean = sum(busy) / len(busy)
    widest = max(abs(value - mean) for value in busy) or 1.0
    return [1 + swing * (value - mean) / widest for value in busy]


def _turns(profile: Profile, curve: DayCurve, readiness: float) -> dict[str, Draw[str]]:
    """Steps named by the curve weigh more at hours when visitors are readier."""
    return {
        name: Draw(
            (after, weight * (readiness if after in curve.steps else 1.0))
            for after, weight in step.next.items()
        )
        for name, step in profile.steps.items()
    }
