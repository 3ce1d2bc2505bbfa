"""One rule against what was measured: breach, between, calm or unknown.

Counts of a minute only grow, so the running minute is a lower bound of itself: it may show a
rise at once, long before it is over, but a fall is only told of a minute that is complete. A ratio
is taken from what the running minute gained in the last half minute, or, where that is too
little, from the newest minutes that together have enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.alerting.baseline import Periods, baseline, has_traffic
from engine.alerting.model import MINUTE_S, Measurements, Minute, Reading, Verdict
from engine.contracts.pack import AlertRuleSpec, PackSpec

POOLED_MINUTES = 5
"""A ratio is never taken from further back: it would say little about now."""


def readings(
    rule: AlertRuleSpec,
    pack: PackSpec,
    measured: Measurements,
    disturbed: Periods,
    now_s: float,
) -> tuple[Reading, ...]:
    """One reading; of a service rule one a service."""
    if rule.kind == "service_down":
        return tuple(
            _against(rule, name, seconds) for name, seconds in sorted(measured.down_s.items())
        )
    if rule.kind == "anomaly":
        return (_anomaly(rule, measured, disturbed, now_s),)
    return (_against(rule, rule.metric, _value(rule, pack, measured, now_s)),)


def _value(
    rule: AlertRuleSpec, pack: PackSpec, measured: Measurements, now_s: float
) -> float | None:
    minimum = rule.minimum
    if rule.metric in measured.figures:
        enough = minimum is None or measured.volumes.get(minimum.metric, 0) >= minimum.value
        return measured.figures[rule.metric] if enough else None
    derived = any(kpi.derived for kpi in pack.kpis if kpi.name == rule.metric)
    if derived:
        return _ratio(rule, measured, now_s)
    found = _pick(rule, measured, now_s)
    if found is None or (minimum and found.get(minimum.metric) < minimum.value):
        return None
    return found.get(rule.metric)


def _against(rule: AlertRuleSpec, metric: str, value: float | None) -> Reading:
    limit = rule.threshold
    if value is None:
        return Reading(metric, Verdict.UNKNOWN, None, limit)
    sign = -1 if rule.direction == "below" else 1
    clear = limit if rule.clear_threshold is None else rule.clear_threshold
    if sign * value > sign * limit:
        return Reading(metric, Verdict.BREACH, value, limit)
    verdict = Verdict.CALM if sign * value <= sign * clear else Verdict.BETWEEN
    return Reading(metric, verdict, value, limit)


def _ratio(rule: AlertRuleSpec, measured: Measurements, now_s: float) -> float | None:
    """The ratio over its newest ``minimum`` of the weight, of which the ratio is a share."""
    assert rule.minimum is not None, "checked when the pack was read"
    weight, needed = rule.minimum.metric, rule.minimum.value
    gained = hits = seen = total = 0.0
    for minute in _judged(measured, now_s, 2):
        more, more_hits = _gain(rule.metric, weight, minute, measured.earlier)
        gained, hits = gained + more, hits + more_hits
    if gained >= needed:
        return max(0.0, hits) / gained
    for minute in _judged(measured, now_s, POOLED_MINUTES):
        seen += minute.get(weight)
        total += minute.get(rule.metric) * minute.get(weight)
        if seen >= needed:
            return total / seen
    return None


def _gain(
    metric: str, weight: str, minute: Minute, earlier: Mapping[int, Minute]
) -> tuple[float, float]:
    """(weight, hits) that the minute gained since half a minute ago, where that is known."""
    before = earlier.get(minute.start_s)
    if before is None:
        if not _has_just_begun(minute, earlier):
            return 0.0, 0.0
        before = Minute(minute.start_s, {})
    gained = minute.get(weight) - before.get(weight)
    hits = minute.get(metric) * minute.get(weight) - before.get(metric) * before.get(weight)
    return max(0.0, gained), hits


def _has_just_begun(minute: Minute, earlier: Mapping[int, Minute]) -> bool:
    """Whether only the minute before it was there half a minute ago."""
    return minute.start_s - MINUTE_S in earlier


def _anomaly(
    rule: AlertRuleSpec, measured: Measurements, disturbed: Periods, now_s: float
) -> Reading:
    before = _newest_complete(measured, now_s)
    base = baseline(measured, rule.metric, before, disturbed, now_s)
    if base is None:
        # Whatever was unusual is not so against the last hour any more.
        verdict = Verdict.UNKNOWN if measured.reach_s is None else Verdict.CALM
        return Reading(rule.metric, verdict)
    minute = _pick(rule, measured, now_s)
    if minute is None or not _is_enough(rule, minute, measured, before, disturbed, now_s):
        return Reading(rule.metric, Verdict.UNKNOWN, baseline=base.mean)
    spread = max(base.spread, rule.min_spread * base.mean)
    value = minute.get(rule.metric)
    off = value - base.mean
    size = abs(off) if rule.direction == "both" else -off if rule.direction == "below" else off
    limit = base.mean + rule.threshold * spread * (-1 if off < 0 else 1)
    clear = rule.threshold if rule.clear_threshold is None else rule.clear_threshold
    verdict = Verdict.BETWEEN
    if size > rule.threshold * spread:
        verdict = Verdict.BREACH
    elif size <= clear * spread:
        verdict = Verdict.CALM
    return Reading(rule.metric, verdict, value, limit, base.mean)


def _is_enough(
    rule: AlertRuleSpec,
    minute: Minute,
    measured: Measurements,
    before: int,
    disturbed: Periods,
    now_s: float,
) -> bool:
    """Either the minute or the hour before it has the minimum: a rise from little, or a fall."""
    if rule.minimum is None or minute.get(rule.minimum.metric) >= rule.minimum.value:
        return True
    usual = baseline(measured, rule.minimum.metric, before, disturbed, now_s)
    return usual is not None and usual.mean >= rule.minimum.value


def _pick(rule: AlertRuleSpec, measured: Measurements, now_s: float) -> Minute | None:
    """The minute to judge: the newest complete one, or one after it that has more already."""
    if measured.reach_s is None:
        return None
    complete = _newest_complete(measured, now_s)
    whole = _complete(measured, complete)
    if rule.direction == "below":
        return whole
    running = _judged(measured, now_s, max(0, (_running(now_s) - complete) // MINUTE_S))
    candidates = [minute for minute in (whole, *running) if minute is not None]
    return max(candidates, key=lambda minute: minute.get(rule.metric), default=None)


def _complete(measured: Measurements, start_s: int) -> Minute | None:
    """That minute; empty where nothing came although something had come while we looked."""
    if start_s < measured.steady_from_s:
        return None
    minute = measured.minutes.get(start_s)
    if minute is None:
        looked_on = any(
            measured.steady_from_s <= start < start_s and has_traffic(measured, start)
            for start in measured.minutes
        )
        return Minute(start_s, {}) if looked_on else None
    return minute if has_traffic(measured, start_s - MINUTE_S) else None


def _judged(measured: Measurements, now_s: float, count: int) -> Iterator[Minute]:
    """The running minute and those before it, newest first, that are part of steady traffic."""
    running = _running(now_s)
    for start in range(running, running - count * MINUTE_S, -MINUTE_S):
        minute = measured.minutes.get(start)
        steady = start >= measured.steady_from_s and has_traffic(measured, start - MINUTE_S)
        if minute is not None and steady:
            yield minute


def _running(now_s: float) -> int:
    return int(now_s) // MINUTE_S * MINUTE_S


def _newest_complete(measured: Measurements, now_s: float) -> int:
    """Start of the newest minute whose events have all had time to reach gold."""
    reach = now_s if measured.reach_s is None else min(measured.reach_s, now_s)
    return _running(reach) - MINUTE_S
