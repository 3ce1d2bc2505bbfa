"""Turns of phrase that say more than their words: who, where from, when last, why refused."""

from __future__ import annotations

from engine.assistant.reading.draft import DimensionUse, Draft, MetricUse
from engine.assistant.reading.joining import event_type_of
from engine.contracts.semantic import Filter


def take_special(draft: Draft) -> None:
    """All of them, after metrics, dimensions and values are known."""
    _take_counts(draft)
    _take_net(draft)
    _take_reason(draft)
    _take_who(draft)
    _take_where(draft)


def _take_net(draft: Draft) -> None:
    if draft.net and draft.has_metric("net_revenue"):
        draft.metrics = [
            MetricUse("net_revenue", m.first, m.end) if m.name == "revenue" else m
            for m in draft.metrics
        ]


def _take_counts(draft: Draft) -> None:
    """ "which 5 countries", "our three best": a number before what is ranked is how many."""
    for use in draft.dimensions:
        at = use.first - 1
        if draft.low(at) in ("different", "distinct"):
            at -= 1
        if at < 0 or at in draft.claimed or draft.text.tokens[at].kind != "number":
            continue
        n = int(float(draft.text.tokens[at].low))
        if 1 <= n <= 10_000:
            draft.claim(at, at + 1)
            draft.limit = n


def _take_reason(draft: Draft) -> None:
    """ "why were records refused": by the dimension that says why."""
    tables = {s.table for d in draft.layer.dimensions if d.name == "reason" for s in d.sources}
    metrics = [draft.metric(use.name) for use in draft.metrics]
    known = any(s.table in tables for m in metrics for s in m.sources)
    if known and draft.analysis == "none" and draft.take("why|for what reasons?|what for"):
        draft.dimensions.append(DimensionUse("reason", 0, 0, "by", True))


def _take_who(draft: Draft) -> None:
    """ "who spent the most": a ranking of users."""
    known = any(d.name == "user" for d in draft.layer.dimensions)
    if (
        known
        and not draft.dimensions
        and draft.find("who|whom")
        and draft.low(0) in ("who", "whom")
    ):
        plural = draft.low(1) == "are"
        draft.metrics = [m for m in draft.metrics if m.name not in ("active_users", "buyers")]
        draft.dimensions.append(DimensionUse("user", 0, 1, "which", plural))


def take_latest(draft: Draft) -> None:
    """ "when was the last refund": the latest time in the table that the figure counts rows of."""
    if len(draft.metrics) != 1 or not draft.find("when|what time|time of"):
        return
    use = draft.metrics[0]
    for prefix, words in (
        ("last_", "last|latest|newest|most recent"),
        ("first_", "first|earliest"),
    ):
        near = [f for f in draft.find(rf"(?:the )?(?:very )?(?:{words})") if f[1] == use.first]
        tables = {s.table for s in draft.metric(use.name).sources}
        times = [
            m
            for m in draft.layer.metrics
            if m.unit == "time" and m.name.startswith(prefix) and len(m.sources) == 1
            if m.sources[0].table in tables and "FILTER" not in m.sources[0].sql
        ]
        if near and times:
            draft.claim(near[0][0], near[0][1])
            draft.take("when|what time|time of")
            draft.metrics = [MetricUse(times[0].name, use.first, use.end)]
            event = event_type_of(draft.metric(use.name))
            if event:
                draft.filters.append(Filter(dimension="event_type", values=(event,)))
            return


def _take_where(draft: Draft) -> None:
    """ "where do visitors come from": the site that sent them; of orders it is the country."""
    known = {d.name for d in draft.layer.dimensions}
    if draft.dimensions or draft.filters:
        draft.take("where")
        return
    sent = {"active_users", "sessions", "events", "page_views"} & {m.name for m in draft.metrics}
    name = "referrer" if sent else "country"
    if name in known and draft.find("from") and draft.take("where"):
        title = draft.dimension(name).title.lower()
        draft.notes.append(f"'Where from' is taken as the {title}.")
        draft.dimensions.append(DimensionUse(name, 0, 1, "which", True))
