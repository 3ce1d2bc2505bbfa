"""A question that only changes the one before it: "only Germany", "and yesterday?", "top 3"."""

from __future__ import annotations

from engine.assistant.reading.draft import Draft
from engine.assistant.reading.joining import event_type_of
from engine.assistant.reading.timing import auto_grain
from engine.assistant.semantic.spans import span_of
from engine.contracts.semantic import Filter, Order, Period, SemanticQuery

_OPENERS = frozenset(
    {"and", "only", "just", "now", "same", "instead", "also", "but", "without", "excluding",
     "except", "sort", "order", "add", "remove", "drop", "include", "plus", "then", "again", "make",
     "it", "that", "this", "those", "them", "as", "by", "per", "split", "compare", "versus", "vs",
     "what", "how", "for", "in", "on", "top", "limit", "use", "switch", "change", "with", "show"}
)  # fmt: skip


def follow(draft: Draft, previous: SemanticQuery) -> SemanticQuery | None:
    """The query before with what this question changes; None where it is a question of its own."""
    if not _is_follow_up(draft):
        return None
    draft.take(
        "without|excluding|exclude|remove|drop|instead|also|only|just|and|plus|include|add|too"
    )
    query = previous
    query = _metrics(draft, query)
    query = _filters(draft, query)
    query = _dimensions(draft, query)
    query = _time(draft, query)
    query = _rank(draft, query)
    if draft.having:
        query = query.model_copy(update={"having": tuple(draft.having)})
    if draft.running:
        query = query.model_copy(update={"running": True, "grain": query.grain or "hour"})
    if draft.share:
        query = query.model_copy(update={"share": True})
    if draft.analysis != "none":
        grain = query.grain or "minute"
        query = query.model_copy(update={"analysis": draft.analysis, "grain": grain})
    return query


def _is_follow_up(draft: Draft) -> bool:
    """Whether it says something, but no metric, or begins like a continuation."""
    first = draft.low(0)
    changes = (
        draft.filters or draft.dimensions or draft.period or draft.ranks or draft.grain
        or draft.compare != "none" or draft.chart or draft.having or draft.trend or draft.share
        or draft.ascending is not None or draft.analysis != "none"
    )  # fmt: skip
    if not draft.metrics:
        return bool(changes)
    words = {token.low for token in draft.text.tokens}
    if words & {"instead", "also", "too", "same", "add", "additionally"}:
        return True
    starts = first in ("and", "only", "sort", "order", "with", "without", "plus", "include", "add")
    about = first in ("what", "how") and draft.low(1) == "about"
    return (starts or about) and len(draft.text.tokens) <= 8


def _as_event_types(draft: Draft, query: SemanticQuery) -> SemanticQuery | None:
    """After events by type, "only purchases" chooses among the types."""
    by_type = "event_type" in query.dimensions or any(
        f.dimension == "event_type" for f in query.filters
    )
    events = [event_type_of(draft.metric(use.name)) for use in draft.metrics]
    if not by_type or not events or None in events or query.metrics != ("events",):
        return None
    values = tuple(dict.fromkeys(event for event in events if event))
    kept = tuple(f for f in query.filters if f.dimension != "event_type")
    words = {token.low for token in draft.text.tokens}
    op = "not_in" if words & {"without", "excluding", "except", "not", "exclude"} else "in"
    chosen = Filter.model_validate({"dimension": "event_type", "op": op, "values": values})
    return query.model_copy(update={"filters": (*kept, chosen)})


def _metrics(draft: Draft, query: SemanticQuery) -> SemanticQuery:
    if (typed := _as_event_types(draft, query)) is not None:
        return typed
    names = tuple(dict.fromkeys(use.name for use in draft.metrics))
    first = draft.low(0)
    words = {token.low for token in draft.text.tokens}
    if not names or _sorts(draft):
        return query
    if first in ("without", "remove", "drop") or "without" in words:
        kept = tuple(m for m in query.metrics if m not in names)
        return query.model_copy(update={"metrics": kept or query.metrics})
    if words & {"also", "add", "too", "plus", "additionally"} or first in ("with", "include"):
        both = tuple(dict.fromkeys((*query.metrics, *names)))[:6]
        return query.model_copy(update={"metrics": both})
    order = query.order
    if order is not None and order.by in query.metrics:
        order = order.model_copy(update={"by": names[0]})
    return query.model_copy(update={"metrics": names, "order": order, "having": ()})


def _sorts(draft: Draft) -> bool:
    words = {token.low for token in draft.text.tokens}
    return bool(words & {"sort", "sorted", "rank", "ranked", "ordered"}) or (
        draft.low(0) == "order" and draft.low(1) == "by"
    )


def _filters(draft: Draft, query: SemanticQuery) -> SemanticQuery:
    if not draft.filters:
        return query
    words = {token.low for token in draft.text.tokens}
    kept = {f.dimension: f for f in query.filters}
    for chosen in draft.filters:
        before = kept.get(chosen.dimension)
        adds = bool(words & {"also", "too", "add", "plus", "include"})
        if adds and before is not None and before.op == chosen.op:
            values = tuple(dict.fromkeys((*before.values, *chosen.values)))
            kept[chosen.dimension] = Filter(dimension=chosen.dimension, op=chosen.op, values=values)
        else:
            kept[chosen.dimension] = chosen
    single = {f.dimension for f in draft.filters if f.op == "in" and len(f.values) == 1}
    shown = tuple(d for d in query.dimensions if d not in single)
    update: dict[str, object] = {"filters": tuple(kept.values()), "dimensions": shown}
    if shown != query.dimensions and not shown:
        update |= {"limit": None, "share": False}
        if query.order is not None and query.grain is None:
            update["order"] = None
    return query.model_copy(update=update)


def _dimensions(draft: Draft, query: SemanticQuery) -> SemanticQuery:
    names = tuple(dict.fromkeys(use.name for use in draft.dimensions))
    if not names:
        return query
    words = {token.low for token in draft.text.tokens}
    if words & {"also", "and", "too", "additionally", "plus"} and query.dimensions:
        names = tuple(dict.fromkeys((*query.dimensions, *names)))[:3]
    order = query.order
    if order is not None and order.by in query.dimensions and order.by not in names:
        order = None
    return query.model_copy(update={"dimensions": names, "order": order})


def _time(draft: Draft, query: SemanticQuery) -> SemanticQuery:
    update: dict[str, object] = {}
    if draft.compare != "none":
        update["compare"] = draft.compare
        period = draft.period
        if query.period.kind == "all" and period is None:
            period = Period(kind="this", unit="day")
        if query.period.kind == "all" and period is not None:
            update["period"] = period
        elif draft.compare == "previous" and period == Period(kind="this", unit="day"):
            # "compare with yesterday": the question before has its own period already
            same_day = query.period.kind == "this" and query.period.unit == "day"
            update["compare"] = "previous" if same_day else "day"
    elif draft.period is not None:
        update["period"] = draft.period
        update["compare"] = query.compare if draft.period.kind != "all" else "none"
    if draft.grain is not None:
        update["grain"] = draft.grain
    elif draft.trend or (draft.chart == "line" and query.grain is None and not query.dimensions):
        period_ = draft.period or query.period
        span = span_of(period_, draft.now)
        seconds = None
        if span.start is not None:
            seconds = ((span.end or draft.now) - span.start).total_seconds()
        update["grain"] = auto_grain(period_, seconds)
    return query.model_copy(update=update)


def _rank(draft: Draft, query: SemanticQuery) -> SemanticQuery:
    if _sorts(draft) and draft.metrics:
        name = draft.metrics[0].name
        metrics = query.metrics if name in query.metrics else (*query.metrics, name)[:6]
        order = Order(by=name, descending=draft.ascending is not True)
        return query.model_copy(update={"metrics": metrics, "order": order})
    if draft.ascending is not None:
        by = query.order.by if query.order else query.metrics[0]
        return query.model_copy(update={"order": Order(by=by, descending=not draft.ascending)})
    if not draft.ranks or not (query.dimensions or query.grain):
        return query
    rank = draft.ranks[0]
    by = query.order.by if query.order and query.order.by != "time" else query.metrics[0]
    return query.model_copy(
        update={"order": Order(by=by, descending=rank.most), "limit": rank.n or 1}
    )
