"""What the Alerts page shows: open alerts, past ones, and the rules with what they read now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.alerting.history import alert_rows
from engine.alerting.model import Key, Reading
from engine.alerting.rules import UNTIL_CLEARED
from engine.alerting.sentences import figure
from engine.alerting.watch import TEST_KEY, AlertsNow, AlertWatch, OpenNow, RuleNow
from engine.contracts.alerts import AlertRow
from engine.contracts.pack import AlertRuleSpec
from engine.lake import LakeReader
from engine.readings.moments import moment

KEPT_DAYS = 30
MOST = 2_000


@dataclass(frozen=True)
class OpenAlertView:
    """An open alert; figures are texts with their unit, moments are UTC."""

    key: Key
    alert_id: str
    title: str
    severity: str
    message: str
    raised: dt.datetime
    value: str
    threshold: str
    now: str
    """What the metric is now; a dash where nobody knows."""
    snoozed_until: dt.datetime | None
    snoozed_until_cleared: bool


@dataclass(frozen=True)
class PastAlertView:
    """An alert that is over; ``lasted_s`` in seconds."""

    alert_id: str
    title: str
    severity: str
    message: str
    raised: dt.datetime
    cleared: dt.datetime
    lasted_s: float
    value: str
    threshold: str


@dataclass(frozen=True)
class RuleView:
    """A rule and what may be done with it.

    Attributes:
        scale: shown numbers are ``scale`` times the engine's (100 for a share shown in percent).
        threshold, default, low, high: as shown.
        now: what it reads, with its unit; a dash where nobody knows.
        breached: whether that is beyond the threshold.
    """

    name: str
    title: str
    about: str
    severity: str
    enabled: bool
    threshold: float
    default: float
    low: float
    high: float
    scale: float
    suffix: str
    decimals: int
    now: str
    breached: bool

    @property
    def changed(self) -> bool:
        """Whether a person changed anything of it."""
        return self.threshold != self.default or not self.enabled


@dataclass(frozen=True)
class AlertsView:
    """The whole page. ``looked_s`` is the age of the last look; None before the first."""

    open: tuple[OpenAlertView, ...]
    past: tuple[PastAlertView, ...]
    rules: tuple[RuleView, ...]
    notice: str
    looked_s: float | None


def read_alerts(watch: AlertWatch, lake: LakeReader, now: dt.datetime) -> AlertsView:
    """Everything at this moment. Raises LakeReadError or QueryFailed."""
    seen = watch.view()
    rows = {row.alert_id: row for row in alert_rows(lake, _days_ago(now), MOST)}
    rows |= {row.alert_id: row for row in watch.unwritten()}
    rules = {each.rule.name: each.rule for each in seen.rules}
    return AlertsView(
        open=tuple(_open(item, rules) for item in reversed(seen.open)),
        past=past_alerts(list(rows.values()), rules),
        rules=tuple(_rule(each) for each in seen.rules),
        notice=seen.notice,
        looked_s=_age(seen, now),
    )


def past_alerts(
    rows: Sequence[AlertRow], rules: Mapping[str, AlertRuleSpec]
) -> tuple[PastAlertView, ...]:
    """Those that are cleared, newest first."""
    return tuple(
        PastAlertView(
            alert_id=row.alert_id,
            title=_title(row.rule, rules),
            severity=row.severity,
            message=row.message,
            raised=moment(row.raised_at_ms / 1000),
            cleared=moment(row.cleared_at_ms / 1000),
            lasted_s=(row.cleared_at_ms - row.raised_at_ms) / 1000,
            value=figure(row.value, _unit(row.rule, rules)),
            threshold=figure(row.threshold, _unit(row.rule, rules)),
        )
        for row in sorted(rows, key=lambda row: row.raised_at_ms, reverse=True)
        if row.cleared_at_ms is not None
    )


def _open(item: OpenNow, rules: Mapping[str, AlertRuleSpec]) -> OpenAlertView:
    alert, unit = item.alert, _unit(item.key[0], rules)
    timed = item.snoozed if isinstance(item.snoozed, float) else None
    return OpenAlertView(
        key=item.key,
        alert_id=alert.alert_id,
        title=item.title,
        severity=alert.severity,
        message=alert.message,
        raised=moment(alert.raised_s),
        value=figure(alert.value, unit),
        threshold=figure(alert.threshold, unit),
        now=figure(item.reading.value if item.reading else None, unit),
        snoozed_until=None if timed is None else moment(timed),
        snoozed_until_cleared=item.snoozed == UNTIL_CLEARED,
    )


def _rule(each: RuleNow) -> RuleView:
    rule, own = each.rule, each.change.threshold
    scale, suffix, decimals = _shown(rule)
    worst = max(each.readings, key=lambda reading: reading.value or 0.0, default=None)
    low, high = rule.bounds
    return RuleView(
        name=rule.name,
        title=rule.title,
        about=_about(rule),
        severity=rule.severity,
        enabled=each.change.enabled,
        threshold=round((rule.threshold if own is None else own) * scale, decimals),
        default=round(rule.threshold * scale, decimals),
        low=low * scale,
        high=high * scale,
        scale=scale,
        suffix=suffix,
        decimals=decimals,
        now=_now(rule, worst),
        breached=worst is not None and worst.verdict == "breach",
    )


def _now(rule: AlertRuleSpec, worst: Reading | None) -> str:
    if worst is None or worst.value is None:
        return "–"
    if rule.kind == "service_down" and not worst.value:
        return "all up"
    return figure(worst.value, rule.unit)


def _shown(rule: AlertRuleSpec) -> tuple[float, str, int]:
    """(scale, suffix, decimals) of the threshold."""
    if rule.kind == "anomaly":
        return 1.0, " σ", 1
    return {
        "share": (100.0, " %", 2),
        "seconds": (1.0, " s", 0),
        "usd": (1.0, " $", 2),
        "number": (1.0, "", 0),
    }[rule.unit]


def _about(rule: AlertRuleSpec) -> str:
    """What the rule looks at, in one line."""
    held = f", for {rule.raise_after_s:g} s" if rule.raise_after_s else ""
    if rule.kind == "service_down":
        return "Any service, down for longer than this"
    if rule.kind == "anomaly":
        way = {"both": "from", "above": "above", "below": "below"}[rule.direction]
        return f"{rule.metric} of a minute, this far {way} those of the hour before"
    return f"{rule.metric} {rule.direction} this{held}"


def _title(name: str, rules: Mapping[str, AlertRuleSpec]) -> str:
    return "Test alert" if name == TEST_KEY[0] else rules[name].title if name in rules else name


def _unit(name: str, rules: Mapping[str, AlertRuleSpec]) -> str:
    return rules[name].unit if name in rules else "number"


def _days_ago(now: dt.datetime) -> float:
    return (now - dt.timedelta(days=KEPT_DAYS)).timestamp()


def _age(seen: AlertsNow, now: dt.datetime) -> float | None:
    return None if seen.looked_s is None else max(0.0, now.timestamp() - seen.looked_s)
