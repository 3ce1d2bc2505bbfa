"""Alert rules whose metric, threshold or message could never work are refused with their line."""

from __future__ import annotations

from collections.abc import Iterable

from engine.contracts.pack import BUILT_IN_METRICS, AlertRuleSpec, PackSpec
from engine.domain.document import Loc
from engine.domain.layout import Source
from engine.domain.nearest import did_you_mean
from engine.domain.templates import placeholders

MESSAGE_NAMES = ("title", "value", "threshold", "baseline", "service")
"""What a message may hold in braces."""

_SERVICE_METRIC = "service_down_s"
_COUNTED = "input_rows"
"""What ``error_rate`` is a share of; a minimum may ask for it."""


def check_alerts(spec: PackSpec, source: Source) -> None:
    """PackError for the first rule that cannot be evaluated."""
    seen: set[str] = set()
    for index, rule in enumerate(spec.alerts):
        loc: Loc = ("alerts", index)
        if rule.name in seen:
            reason = f"'{rule.name}' is there twice"
            raise source.error((*loc, "name"), reason, "Rename or remove one.")
        seen.add(rule.name)
        _check_metric(spec, source, loc, rule)
        _check_numbers(source, loc, rule)
        _check_message(source, loc, rule)


def _check_metric(spec: PackSpec, source: Source, loc: Loc, rule: AlertRuleSpec) -> None:
    kpis = {measure.name: measure for measure in spec.kpis}
    _known(source, (*loc, "metric"), rule.metric, (*kpis, *BUILT_IN_METRICS))
    if rule.metric in kpis and rule.metric in BUILT_IN_METRICS:
        reason = f"'{rule.metric}' is a KPI of the pack and a figure of the program"
        raise source.error((*loc, "metric"), reason, "Give the KPI another name.")
    if (rule.kind == "service_down") != (rule.metric == _SERVICE_METRIC):
        reason = f"'{rule.metric}' does not fit the kind '{rule.kind}'"
        remedy = f"The kind service_down and the metric {_SERVICE_METRIC} belong together."
        raise source.error((*loc, "metric"), reason, remedy)
    measure = kpis.get(rule.metric)
    if rule.kind == "anomaly" and (measure is None or measure.derived):
        reason = f"'{rule.metric}' does not grow with each event of a minute"
        raise source.error((*loc, "metric"), reason, "Take a KPI that is not derived.")
    if measure is not None and measure.derived and rule.minimum is None:
        reason = f"'{rule.metric}' is a ratio, and '{rule.name}' has no minimum"
        remedy = "Add minimum: the KPI below the ratio's line, and how much of it is needed."
        raise source.error(loc, reason, remedy)
    if rule.minimum is not None:
        counted = (_COUNTED,) if rule.metric == "error_rate" else tuple(kpis)
        _known(source, (*loc, "minimum", "metric"), rule.minimum.metric, counted)


def _known(source: Source, loc: Loc, name: str, known: Iterable[str]) -> None:
    names = tuple(known)
    if name not in names:
        reason = f"there is no metric '{name}'{did_you_mean(name, names)}"
        raise source.error(loc, reason, f"Known here: {', '.join(names)}.")


def _check_numbers(source: Source, loc: Loc, rule: AlertRuleSpec) -> None:
    low, high = rule.bounds
    if not 0 <= low < high:
        reason = f"the bounds {low:g} and {high:g} leave no room"
        raise source.error((*loc, "bounds"), reason, "Write [lowest, highest], not below zero.")
    if not low <= rule.threshold <= high:
        reason = f"the threshold {rule.threshold:g} is outside its bounds"
        raise source.error((*loc, "threshold"), reason, f"Allowed: {low:g} to {high:g}.")
    if rule.direction == "both" and rule.kind != "anomaly":
        remedy = "Write above or below; only an anomaly can look both ways."
        raise source.error((*loc, "direction"), "'both' has no meaning here", remedy)
    clear = rule.threshold if rule.clear_threshold is None else rule.clear_threshold
    wrong = clear < rule.threshold if rule.direction == "below" else clear > rule.threshold
    if wrong:
        reason = f"clear_threshold {clear:g} is on the far side of the threshold"
        remedy = "Put it on the calm side, or leave it out."
        raise source.error((*loc, "clear_threshold"), reason, remedy)


def _check_message(source: Source, loc: Loc, rule: AlertRuleSpec) -> None:
    place = (*loc, "message")
    for name, layout, conversion in placeholders(source, place, "message", rule.message):
        if name not in MESSAGE_NAMES or layout or conversion:
            reason = f"unknown name '{{{name}}}' in the message{did_you_mean(name, MESSAGE_NAMES)}"
            known = ", ".join(f"{{{each}}}" for each in MESSAGE_NAMES)
            raise source.error(place, reason, f"Known here: {known}.")
