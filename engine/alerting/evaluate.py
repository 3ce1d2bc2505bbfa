"""From readings to alerts: raise and clear with hysteresis, one open alert a key.

Pure: the same rules, measurements, state and moment give the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.alerting.baseline import HOUR_S
from engine.alerting.judge import readings
from engine.alerting.model import Key, Measurements, OpenAlert, Reading, State, Track, Verdict
from engine.alerting.sentences import sentence
from engine.contracts.alerts import AlertRow
from engine.contracts.pack import AlertRuleSpec, PackSpec

FORGET_S = 600.0
"""What could not be measured for so long is cleared: nobody can say that it still holds."""


@dataclass(frozen=True)
class Outcome:
    """What one look came to; rows are as the alerts table shall have them."""

    state: dict[Key, Track]
    raised: tuple[AlertRow, ...]
    cleared: tuple[AlertRow, ...]
    readings: dict[Key, Reading]


def evaluate(
    rules: Sequence[AlertRuleSpec],
    pack: PackSpec,
    measured: Measurements,
    state: State,
    now_s: float,
) -> Outcome:
    """Judges every rule once. An open alert whose rule is not among ``rules`` is cleared."""
    after: dict[Key, Track] = {}
    raised: list[AlertRow] = []
    cleared: list[AlertRow] = []
    seen: dict[Key, Reading] = {}
    for rule in rules:
        for reading in _readings(rule, pack, measured, state, now_s):
            key = (rule.name, reading.metric)
            seen[key] = reading
            track = state.get(key, Track())
            new = _move(rule, reading, track, now_s)
            after[key] = new
            if new.open is not None and track.open is None:
                raised.append(row_of(key, new.open))
            if new.open is None and track.open is not None:
                cleared.append(row_of(key, track.open, now_s))
    for key, track in state.items():
        if key not in after and track.open is not None:
            cleared.append(row_of(key, track.open, now_s))
            after[key] = _closed(track, now_s)
    return Outcome(after, tuple(raised), tuple(cleared), seen)


def row_of(key: Key, alert: OpenAlert, cleared_s: float | None = None) -> AlertRow:
    """The alert as a row of the table."""
    return AlertRow(
        alert_id=alert.alert_id,
        raised_at_ms=round(alert.raised_s * 1000),
        cleared_at_ms=None if cleared_s is None else round(cleared_s * 1000),
        rule=key[0],
        severity=alert.severity,
        metric=key[1],
        value=alert.value,
        threshold=alert.threshold,
        baseline=alert.baseline,
        message=alert.message,
    )


def restored(rows: Sequence[AlertRow], now_s: float) -> dict[Key, Track]:
    """The state that rows of the table speak of: open alerts, and disturbances of the last hour."""
    state: dict[Key, Track] = {}
    for row in sorted(rows, key=lambda each: each.raised_at_ms):
        key = (row.rule, row.metric)
        track = state.get(key, Track())
        begun = row.raised_at_ms / 1000
        end = None if row.cleared_at_ms is None else row.cleared_at_ms / 1000
        disturbed = (*track.disturbed, (begun, end))
        is_open = None if row.cleared_at_ms is not None else _open_of(row)
        state[key] = Track(open=is_open, disturbed=_recent(disturbed, now_s))
    return state


def _open_of(row: AlertRow) -> OpenAlert:
    return OpenAlert(
        alert_id=row.alert_id,
        raised_s=row.raised_at_ms / 1000,
        severity=row.severity,
        value=row.value,
        threshold=row.threshold,
        baseline=row.baseline,
        message=row.message,
    )


def _readings(
    rule: AlertRuleSpec, pack: PackSpec, measured: Measurements, state: State, now_s: float
) -> tuple[Reading, ...]:
    disturbed = state.get((rule.name, rule.metric), Track()).disturbed
    found = readings(rule, pack, measured, disturbed, now_s)
    known = {reading.metric for reading in found}
    gone = tuple(
        Reading(metric, Verdict.CALM)  # A service that is no longer kept cannot be down.
        for name, metric in state
        if name == rule.name and metric not in known and rule.kind == "service_down"
    )
    return (*found, *gone)


def _move(rule: AlertRuleSpec, reading: Reading, track: Track, now_s: float) -> Track:
    if track.open is None:
        return _toward_raise(rule, reading, track, now_s)
    return _toward_clear(rule, reading, track, now_s)


def _toward_raise(rule: AlertRuleSpec, reading: Reading, track: Track, now_s: float) -> Track:
    if reading.verdict is not Verdict.BREACH:
        return Track(disturbed=_recent(track.disturbed, now_s))
    since = now_s if track.breach_since is None else track.breach_since
    if now_s - since < rule.raise_after_s:
        return replace(track, breach_since=since)
    alert = OpenAlert(
        alert_id=f"{rule.name}-{reading.metric}-{round(now_s * 1000)}",
        raised_s=now_s,
        severity=rule.severity,
        value=reading.value,
        threshold=reading.threshold,
        baseline=reading.baseline,
        message=sentence(rule, reading),
    )
    return Track(open=alert, disturbed=(*_recent(track.disturbed, now_s), (since, None)))


def _toward_clear(rule: AlertRuleSpec, reading: Reading, track: Track, now_s: float) -> Track:
    if reading.verdict is Verdict.CALM:
        since = now_s if track.calm_since is None else track.calm_since
        if now_s - since >= rule.clear_after_s:
            return _closed(track, now_s)
        return replace(track, calm_since=since, unknown_since=None)
    if reading.verdict is Verdict.UNKNOWN:
        since = now_s if track.unknown_since is None else track.unknown_since
        if now_s - since >= FORGET_S:
            return _closed(track, now_s)
        return replace(track, calm_since=None, unknown_since=since)
    return replace(track, calm_since=None, unknown_since=None)


def _closed(track: Track, now_s: float) -> Track:
    periods = tuple((start, now_s if end is None else end) for start, end in track.disturbed)
    return Track(disturbed=_recent(periods, now_s))


def _recent(
    periods: Sequence[tuple[float, float | None]], now_s: float
) -> tuple[tuple[float, float | None], ...]:
    return tuple(p for p in periods if p[1] is None or p[1] > now_s - HOUR_S - 60)


def open_alerts(state: Mapping[Key, Track]) -> dict[Key, OpenAlert]:
    """What is open, oldest first."""
    found = {key: track.open for key, track in state.items() if track.open is not None}
    return dict(sorted(found.items(), key=lambda item: item[1].raised_s))
