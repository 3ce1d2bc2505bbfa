"""Filters: the values a question names, and limits on groups or on single orders."""

from __future__ import annotations

from engine.assistant.reading.draft import Draft, MetricUse
from engine.assistant.reading.joining import connected, event_type_of
from engine.assistant.reading.language import NEGATIONS
from engine.assistant.reading.lexicon import Phrase
from engine.assistant.reading.thresholds import FoundThreshold
from engine.assistant.reading.words import ARTICLES
from engine.contracts.semantic import Filter, Having


def take_values(draft: Draft, values: list[Phrase]) -> None:
    """Filters: values of one dimension together, negated where a word before them says so."""
    chosen: dict[tuple[str, str], list[str]] = {}
    negated, last = False, -10
    spots: dict[tuple[int, int], set[str]] = {}
    for value in values:
        spots.setdefault((value.first, value.end), set()).add(value.name)
    for value in values:
        near = _negation(draft, value.first)
        if near is not None:
            negated = True
            draft.claim(near, value.first)
        elif not (value.first - last <= 2 and connected(draft, last, value.first)):
            negated = False
        last = value.end
        if value.name == "currency" and _is_unit(draft, value):
            continue
        if len(spots[value.first, value.end]) > 1:
            draft.doubt(0.4, f"what '{draft.low(value.first)}' is")
        values_of = chosen.setdefault((value.name, "not_in" if negated else "in"), [])
        if value.value not in values_of:
            values_of.append(value.value)
    for (dimension, op), found in chosen.items():
        draft.filters.append(
            Filter.model_validate({"dimension": dimension, "op": op, "values": tuple(found)})
        )


def _is_unit(draft: Draft, value: Phrase) -> bool:
    """ "revenue in usd": what amounts are in anyway, no choice of orders."""
    money = any(draft.metric(m.name).unit == "usd" for m in draft.metrics)
    said = draft.low(value.first - 1) in ("in", "as", "of") or draft.low(value.first) == "dollars"
    return value.value == "USD" and money and said


def _negation(draft: Draft, first: int) -> int | None:
    """Where a negation of the value begins: up to two words before it."""
    for length in (1, 2, 3):
        at = first - length
        words = [draft.low(i) for i in range(at, first)]
        between = words[1:]
        plain = all(w in ARTICLES or w in ("from", "in", "on", "of", "for", "via") for w in between)
        if at >= 0 and words[0] in NEGATIONS and plain:
            return at
        if at >= 0 and words[:2] in (["other", "than"], ["apart", "from"], ["aside", "from"],
                                     ["but", "not"], ["all", "but"]) and (
            length == 2 or words[2] in ARTICLES
        ):  # fmt: skip
            return at
    return None


def take_threshold(draft: Draft, threshold: FoundThreshold) -> None:
    """A threshold is about the metric behind it, else about the one before it."""
    if _take_row_limit(draft, threshold):
        return
    after = [m for m in draft.metrics if 0 <= m.first - threshold.end <= 2]
    before = [m for m in draft.metrics if 0 <= threshold.first - m.end <= 3]
    found = after[:1] or before[-1:] or ([draft.metrics[0]] if len(draft.metrics) == 1 else [])
    money = threshold.number.money
    if not found and money and draft.has_metric("revenue") and not draft.metrics:
        at = len(draft.text.tokens)
        found = [MetricUse("revenue", at, at)]
        draft.metrics.append(found[0])
    if not found:
        draft.doubt(0.5, "what the number is about")
        return
    metric = draft.metric(found[0].name)
    value = threshold.number.value
    if metric.unit == "share" and not threshold.number.share and value > 1:
        value /= 100
    if (threshold.number.share and metric.unit != "share") or (money and metric.unit != "usd"):
        draft.doubt(0.5, "what the number is about")
    draft.having.append(Having(metric=metric.name, op=threshold.op, value=value))


def _take_row_limit(draft: Draft, threshold: FoundThreshold) -> bool:
    """ "orders above $500", "orders with more than 3 items": single rows, not groups."""
    known = {d.name for d in draft.layer.dimensions}
    near = [m for m in draft.metrics if 0 <= threshold.first - m.end <= 4]
    rows = bool(near) and event_type_of(draft.metric(near[-1].name)) is not None
    words = [draft.low(at) for at in range(threshold.end, threshold.end + 3)]
    beside = [draft.low(at) for at in range(threshold.first - 3, threshold.end + 3)]
    number, name = threshold.number, ""
    if rows and number.money and not any(0 <= m.first - threshold.end <= 2 for m in draft.metrics):
        name = "order_value"
    elif rows and words[0] in ("items", "pieces", "units", "products", "item", "piece"):
        name = "order_quantity"
        draft.claim(threshold.end, threshold.end + 1)
        draft.dimensions = [u for u in draft.dimensions if u.first != threshold.end]
        draft.metrics = [m for m in draft.metrics if m.first != threshold.end]
    elif number.share and {"off", "discount", "discounts"} & set(beside):
        name = "discount_level"
        _drop_discount(draft, threshold)
    if not name or name not in known:
        return False
    limit = str(int(number.value) if number.value == int(number.value) else number.value)
    draft.filters.append(
        Filter.model_validate({"dimension": name, "op": threshold.op, "values": (limit,)})
    )
    return True


def _drop_discount(draft: Draft, threshold: FoundThreshold) -> None:
    """The word discount beside the number is what the number is about."""
    around = range(threshold.first - 4, threshold.end + 3)
    for at in around:
        if draft.low(at) in ("off", "discount", "discounts"):
            draft.claim(at, at + 1)
    beside = [m for m in draft.metrics if "discount" in m.name and m.first in around]
    for use in beside:
        draft.metrics.remove(use)
        if use.name == "discounted_orders" and draft.has_metric("orders"):
            draft.metrics.append(MetricUse("orders", use.first, use.end))
    draft.dimensions = [
        u for u in draft.dimensions if u.name != "discount_level" or u.first not in around
    ]
