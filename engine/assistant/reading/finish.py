"""From what was found to a query: who is ranked, by what, how many, over what time."""

from __future__ import annotations

import re
from typing import Final, Literal

from engine.assistant.reading.draft import DimensionUse, Draft, MetricUse
from engine.assistant.reading.joining import connected_metrics, drop_verbs, event_filters
from engine.assistant.reading.lexicon import lexicon
from engine.assistant.reading.special import take_latest
from engine.assistant.reading.timing import auto_grain
from engine.assistant.reading.words import word_set
from engine.assistant.semantic.compiler import has_shares
from engine.assistant.semantic.spans import span_of
from engine.contracts.semantic import Filter, Having, Order, Period, SemanticQuery

PLURAL_TOP: Final = 10
"""How many rows "which countries have the most" gives."""
_DEFAULTS: Final = {
    "reason": "rejected_records",
    "severity": "alerts_raised",
    "rule": "alerts_raised",
    "event_type": "events",
    "partition": "events",
    "hour_of_day": "events",
    "day_of_week": "events",
    "browser": "sessions",
    "operating_system": "sessions",
}
"""What a dimension is measured by where the question does not say; else revenue."""


def finish(draft: Draft) -> SemanticQuery | None:
    """The query; None where no metric was named and none can be assumed."""
    drop_verbs(draft)
    _user_shares(draft)
    event_filters(draft)
    _replace_metric(draft)
    take_latest(draft)
    _default_metric(draft)
    _embedded_dimension(draft)
    _implied_dimension(draft)
    if not draft.metrics:
        return None
    _choose_dimensions(draft)
    _doubt_each(draft)
    metrics = tuple(dict.fromkeys(use.name for use in sorted(draft.metrics, key=_first)))
    if len(metrics) > 1 and not connected_metrics(draft) and not _ranked_by(draft):
        draft.doubt(0.4, "how the figures belong together")
    metrics = metrics[:6]
    _doubt_second_question(draft)
    for use in draft.dimensions:
        whole = draft.dimension(use.name)
        single = whole.pattern and not whole.values and use.name != "product"
        if single and draft.low(use.first - 1) in ("per", "each") and not draft.ranks:
            draft.doubt(0.5, f"what is meant for each {whole.title.lower()}")
    _settle_change(draft)
    _settle_time(draft)
    dimensions = tuple(dict.fromkeys(use.name for use in draft.dimensions))
    if len(dimensions) > 3:
        draft.doubt(0.5, "more than three breakdowns")
    dimensions = _share_dimensions(draft, dimensions[:3])
    fold = _fold(draft, metrics)
    order, limit = _order(draft, metrics, dimensions)
    having = list(draft.having)
    if having and not dimensions and draft.grain is None:
        draft.doubt(0.5, "which groups the number is a limit of")
        having = []
    if draft.changed in ("down", "up") and dimensions and draft.compare != "none":
        op = "<" if draft.changed == "down" else ">"
        having.append(Having.model_validate({"metric": "change", "op": op, "value": 0}))
    return SemanticQuery(
        metrics=metrics,
        dimensions=dimensions,
        filters=tuple(draft.filters),
        having=tuple(having),
        grain=draft.grain,
        period=draft.period or Period(),
        compare=draft.compare,
        order=order,
        limit=limit,
        analysis=draft.analysis,
        fold=fold,
        running=draft.running,
        share=draft.share and (bool(dimensions) or bool(draft.filters)),
    )


def _doubt_each(draft: Draft) -> None:
    """ "the best product in each category" is a ranking in every group, which SQL here has not."""
    each = [u for u in draft.dimensions if draft.low(u.first - 1) in ("each", "every", "per")]
    ranked = [u for u in draft.dimensions if u.role in ("top", "which") and u not in each]
    if each and ranked and draft.ranks:
        draft.doubt(0.5, "how to rank within each group; ask for one of them")


def _doubt_second_question(draft: Draft) -> None:
    """ "… and how many rows did it have": a how many that nothing was made of."""
    named = [use.first for use in draft.metrics] + [use.first for use in draft.dimensions]
    for _, end, _ in draft.find("how (?:many|much)"):
        last = end >= len(draft.text.tokens) - 1
        if not last and not any(end <= first <= end + 6 for first in named):
            draft.doubt(0.4, "how many of what is asked for")


def _first(use: MetricUse | DimensionUse) -> int:
    return use.first


def _default_metric(draft: Draft) -> None:
    """A ranking or breakdown without a metric has the usual one of its dimension."""
    if draft.metrics:
        return
    name = ""
    if draft.dimensions and draft.find_any("popular|popularity") and draft.has_metric("orders"):
        name = "orders"
    elif draft.dimensions:
        name = _DEFAULTS.get(draft.dimensions[0].name, "revenue")
    elif draft.grain_style == "which" and draft.ranks:
        name = "events"
    elif draft.filters and any(f.dimension in _DEFAULTS for f in draft.filters):
        name = next(_DEFAULTS[f.dimension] for f in draft.filters if f.dimension in _DEFAULTS)
    if not name or not draft.has_metric(name):
        return
    metric = draft.metric(name)
    draft.metrics.append(MetricUse(name, len(draft.text.tokens), len(draft.text.tokens)))
    draft.notes.append(f"Measured by {metric.title.lower()}: the question does not say by what.")
    draft.doubt(0.1 if draft.ranks or name != "revenue" else 0.3, "what is to be measured")


def _replace_metric(draft: Draft) -> None:
    """ "records with a negative price": of what only refused ones have, refused ones are meant."""
    wanted = {use.name for use in draft.dimensions} | {f.dimension for f in draft.filters}
    for dimension in wanted & set(_DEFAULTS):
        tables = {s.table for s in draft.dimension(dimension).sources}
        for at, use in enumerate(draft.metrics):
            whole = use.name in ("events", "input_rows")
            if whole and not tables & {s.table for s in draft.metric(use.name).sources}:
                draft.metrics[at] = MetricUse(_DEFAULTS[dimension], use.first, use.end)


_RANKED_BY: Final = {
    "products_sold": "product",
    "rejected_records": "reason",
    "alerts_raised": "rule",
}
"""What is ranked where only a figure is named: "most common errors", "what sells best"."""


def _implied_dimension(draft: Draft) -> None:
    if draft.dimensions or draft.grain is not None or not draft.ranks or len(draft.metrics) != 1:
        return
    use = draft.metrics[0]
    name = _RANKED_BY.get(use.name, "")
    if name in {d.name for d in draft.layer.dimensions}:
        draft.dimensions.append(DimensionUse(name, use.first, use.end, "top", True))


def _user_shares(draft: Draft) -> None:
    """ "what percentage of visitors searched": users with that event, of all users."""
    if not draft.share or draft.dimensions or len(draft.metrics) != 1:
        return
    use = draft.metrics[0]
    for source in draft.metric(use.name).sources:
        found = re.fullmatch(
            r"COUNT\(DISTINCT (\w+)\) FILTER \(WHERE event_type = '(\w+)'\)", source.sql
        )
        whole = next(
            (
                m.name
                for m in draft.layer.metrics
                for s in m.sources
                if found and s.sql == f"COUNT(DISTINCT {found.group(1)})"
            ),
            None,
        )
        if found and whole:
            draft.metrics[0] = MetricUse(whole, use.first, use.end)
            draft.filters.append(Filter(dimension="event_type", values=(found.group(2),)))
            return


def _embedded_dimension(draft: Draft) -> None:
    """ "top 5 products sold": the metric's own words name what is ranked."""
    if draft.dimensions or draft.grain is not None or len(draft.metrics) != 1:
        return
    use = draft.metrics[0]
    words = lexicon(draft.layer).dimensions
    for at in range(use.first, use.end):
        token = draft.text.tokens[at]
        found = words.get((token.stem,))
        ranked = any(0 <= at - rank.end <= 1 for rank in draft.ranks)
        if found and (ranked or (draft.ranks and draft.low(at - 1) in ("which", "what"))):
            plural = token.low.endswith("s")
            draft.dimensions.append(DimensionUse(found[0], at, at + 1, "top", plural))
            return


_DONE: Final = word_set("added removed put taken bought viewed returned sold")
"""After one of these "items" is the figure's own noun: "items added to cart"."""


def _choose_dimensions(draft: Draft) -> None:
    """Leaves a dimension away that only repeats a filter: "orders in the country Germany"."""
    filtered = {f.dimension for f in draft.filters if f.op == "in" and len(f.values) == 1}
    draft.dimensions = [
        use for use in draft.dimensions if not (use.name in filtered and use.role == "plain")
    ]
    compared = [f for f in draft.filters if f.op == "in" and len(f.values) > 1]
    shown = {use.name for use in draft.dimensions}
    verbs = {use.first for use in draft.metrics if draft.low(use.first) in _DONE}
    draft.dimensions = [
        use
        for use in draft.dimensions
        if not (use.role == "plain" and use.plural and use.end in verbs and not draft.ranks)
    ]
    for chosen in compared:
        if chosen.dimension not in shown and _set_against(draft):
            draft.dimensions.append(DimensionUse(chosen.dimension, 0, 0, "by", True))


def _set_against(draft: Draft) -> bool:
    """ "Germany vs France", "compare mobile and desktop": each has a row of its own."""
    words = {token.low for token in draft.text.tokens}
    return bool(
        words & {"vs", "versus", "compare", "compared", "comparing", "comparison", "or", "against",
                 "difference", "respectively", "each", "split", "breakdown", "between", "than",
                 "distribution"}
    )  # fmt: skip


def _settle_change(draft: Draft) -> None:
    """A change without a comparison is set against the time before; one needs a period."""
    if draft.changed and draft.compare == "none" and draft.analysis == "none":
        if _is_curve(draft):
            draft.trend = draft.grain is None
            return
        if draft.period is not None and draft.period.kind == "all":
            draft.doubt(0.5, "what the change is measured against")
        draft.compare = "previous"
    if draft.compare != "none" and draft.period is None:
        _assume_period(draft)
    if draft.compare != "none" and draft.period is not None and draft.period.kind == "this":
        draft.notes.append(f"This {draft.period.unit} is not over yet.")


def _is_curve(draft: Draft) -> bool:
    """ "how did orders change over the last hour" asks how they went, not for one figure."""
    if draft.changed != "any":
        return False
    if draft.trend or draft.grain is not None:
        return True
    return not draft.dimensions and (draft.period is None or _how(draft))


def _assume_period(draft: Draft) -> None:
    """A comparison without a period: today with a day or week before, else the last hour."""
    if draft.compare in ("day", "week"):
        draft.period = Period(kind="this", unit="day")
        draft.notes.append("Today so far, set against the same time before.")
    else:
        draft.period = Period(kind="last", n=1, unit="hour")
        draft.notes.append("The last hour, set against the hour before.")
    draft.doubt(0.15, "over which time")


def _how(draft: Draft) -> bool:
    """ "how did orders change over the last hour" asks for a curve."""
    words = [token.low for token in draft.text.tokens]
    return "how" in words and any(w in words for w in ("over", "during", "throughout", "across"))


def _settle_time(draft: Draft) -> None:
    """The grain of a trend, a forecast or a hunt for the unusual."""
    needs = draft.trend or draft.analysis in ("forecast", "anomalies")
    if needs and draft.grain is None:
        draft.grain = auto_grain(draft.period, _seconds(draft))
        draft.grain_style = "by"
        if draft.analysis != "none":
            draft.grain = "minute"
        if draft.trend:
            draft.notes.append(f"One point a {draft.grain}.")
    if draft.chart == "line" and draft.grain is None and not draft.dimensions:
        draft.grain = auto_grain(draft.period, _seconds(draft))


def _seconds(draft: Draft) -> float | None:
    if draft.period is None:
        return None
    span = span_of(draft.period, draft.now)
    return None if span.start is None else ((span.end or draft.now) - span.start).total_seconds()


def _share_dimensions(draft: Draft, dimensions: tuple[str, ...]) -> tuple[str, ...]:
    """ "what share of orders is mobile": the filter's dimension is what the shares are of."""
    if not draft.share:
        return dimensions
    for chosen in sorted(draft.filters, key=lambda f: f.dimension != "event_type"):
        if not dimensions and len(dimensions) < 3:
            dimensions = (chosen.dimension,)
    if not dimensions and not draft.filters:
        draft.doubt(0.5, "what the share is of")
    if draft.compare != "none":
        draft.doubt(0.3, "how a share is compared")
    return dimensions


def _fold(draft: Draft, metrics: tuple[str, ...]) -> Literal["none", "avg", "count"]:
    """The average hour, where an average and a unit of time are named together."""
    if draft.counting and draft.having and draft.dimensions:
        return "count"
    if not draft.average:
        return "none"
    whole = [m for m in metrics if has_shares(draft.metric(m))]
    averaged = {"rate", "average", "mean", "median", "latency"}
    if all(draft.metric(m).unit in ("share", "ms", "seconds") for m in metrics):
        return "none"
    if (
        draft.grain is not None
        and draft.grain_style in ("per", "adverb", "which")
        and not draft.ranks
    ):
        return "avg"
    if any(averaged & set(draft.metric(m).title.lower().split()) for m in metrics):
        return "none"
    if whole:
        draft.doubt(0.4, "what the average is taken over")
    return "none"


def _ranked_by(draft: Draft) -> bool:
    """Whether a metric follows "by": what the rows are ranked by."""
    return any(draft.low(use.first - 1) == "by" for use in draft.metrics)


def _order(
    draft: Draft, metrics: tuple[str, ...], dimensions: tuple[str, ...]
) -> tuple[Order | None, int | None]:
    by = _rank_metric(draft, metrics)
    if draft.changed in ("down", "up", "any") and draft.compare != "none" and dimensions:
        return _change_order(draft, dimensions)
    if not draft.ranks:
        if draft.ascending is not None:
            return Order(by=by, descending=not draft.ascending), None
        if draft.limit is not None and dimensions:
            return Order(by=by), draft.limit
        return (Order(by=by) if draft.order_by else None), None
    rank = next((r for r in draft.ranks if r.n is not None), draft.ranks[0])
    if not dimensions and draft.grain is None:
        if not (draft.having or draft.share):
            draft.doubt(0.45, "what is the most or least of")
        return None, None
    descending = rank.most
    if rank.judging and draft.metric(by).better == "down":
        descending = not descending
    if draft.ascending is not None:
        descending = not draft.ascending
    limit = rank.n or draft.limit or _implied(draft, dimensions)
    if draft.grain is not None and not dimensions and limit is None:
        limit = 1
    return Order(by=by, descending=descending), limit


def _rank_metric(draft: Draft, metrics: tuple[str, ...]) -> str:
    for use in draft.metrics:
        if draft.low(use.first - 1) == "by" and use.name in metrics:
            return use.name
    for rank in draft.ranks:
        near = [u for u in draft.metrics if 0 <= u.first - rank.end <= 2 and u.name in metrics]
        if near:
            return near[0].name
    return draft.order_by or metrics[0]


def _implied(draft: Draft, dimensions: tuple[str, ...]) -> int | None:
    """One for "the best country", ten for "the best countries"."""
    if not dimensions:
        return None
    use = next((u for u in draft.dimensions if u.name == dimensions[0]), None)
    if use is None:
        return None
    if use.role == "by":
        return None
    return PLURAL_TOP if use.plural else 1


def _change_order(draft: Draft, dimensions: tuple[str, ...]) -> tuple[Order, int | None]:
    descending = draft.changed != "down"
    use = next((u for u in draft.dimensions if u.name == dimensions[0]), None)
    limit = next((r.n for r in draft.ranks if r.n is not None), None)
    if limit is None and use is not None and use.role in ("which", "top") and not use.plural:
        limit = 1
    return Order(by="change", descending=descending), limit
