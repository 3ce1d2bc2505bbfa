"""What joins the figures of a question: a list, or one says which events another counts."""

from __future__ import annotations

import itertools
import re
from typing import Final

from engine.assistant.reading.draft import Draft, MetricUse
from engine.assistant.reading.language import CONNECTIVES
from engine.assistant.reading.words import ARTICLES, word_set
from engine.contracts.semantic import Filter, Metric

_WITH: Final = word_set(
    "with who that having including containing where which whose whom made they"
)


PEOPLE: Final = word_set("people users customers visitors shoppers buyers we they")


VERBS: Final = word_set(
    "bought ordered purchased sold sell sells selling viewed spent visited searched returned",
    "refunded earned earn buy order bring brought",
)


_BETWEEN: Final = (
    CONNECTIVES
    | ARTICLES
    | word_set(
        "number numbers count total of also average what how many much is are were was their with"
    )
)


def event_type_of(metric: Metric) -> str | None:
    """The event type that a plain count counts; None where it is more than that."""
    for source in metric.sources:
        found = re.fullmatch(r"COUNT\(\*\) FILTER \(WHERE event_type = '(\w+)'\)", source.sql)
        if found:
            return found.group(1)
    return None


def connected(draft: Draft, end: int, first: int) -> bool:
    """Whether "and", "or" or a comma joins two neighbours, with little words around at most."""
    words = [draft.low(at) for at in range(end, first)]
    tokens = draft.text.tokens
    comma = "," in draft.text.raw[tokens[end - 1].end : tokens[first].start]
    joined = comma or any(word in CONNECTIVES for word in words)
    return joined and all(word in _BETWEEN for word in words)


def connected_metrics(draft: Draft) -> bool:
    """Whether the metrics are named as a list: revenue, orders and refunds."""
    limits = {having.metric for having in draft.having}
    uses = sorted(draft.metrics, key=lambda use: use.first)
    if len({use.name for use in uses} - limits) == 1:
        return True
    return all(
        connected(draft, one.end, other.first)
        or (
            any(
                draft.low(at) in ("with", "by", "against", "to")
                for at in range(one.end, other.first)
            )
            and bool(draft.doubts and draft.doubts[0][1] == "compare")
        )
        for one, other in itertools.pairwise(uses)
    )


_EMPTY: Final = word_set("bring brought earn earned visited")


def drop_verbs(draft: Draft) -> None:
    """ "bought by the most customers": the verb beside a figure says nothing more than it."""
    weak = [u for u in draft.metrics if _is_verb(draft, u) or _is_of(draft, u)]
    strong = [u for u in draft.metrics if u not in weak]
    if not weak or not strong or connected_metrics(draft):
        return
    sql = " ".join(s.sql for use in strong for s in draft.metric(use.name).sources)
    for use in weak:
        event = event_type_of(draft.metric(use.name)) or "purchase"
        if f"'{event}'" in sql or draft.low(use.first) in _EMPTY:
            draft.metrics.remove(use)


def _is_of(draft: Draft, use: MetricUse) -> bool:
    """ "average discount on orders": of what, which the figure says already."""
    return draft.low(use.first - 1) in ("on", "of", "for", "in", "from") and draft.low(
        use.first - 2
    ) not in ("number", "count", "share", "percentage", "percent", "volume", "amount", "sum")


def _is_verb(draft: Draft, use: MetricUse) -> bool:
    words = [draft.low(at) for at in range(use.first, use.end)]
    return (len(words) == 1 and words[0] in VERBS) or words in (["bring", "in"], ["brought", "in"])


def event_filters(draft: Draft) -> None:
    """ "sessions with a search": of two metrics the second may only say which events are meant."""
    if len(draft.metrics) != 2 or draft.having:
        return
    one, other = sorted(draft.metrics, key=lambda use: use.first)
    event = event_type_of(draft.metric(other.name))
    words = {draft.low(at) for at in range(one.end, other.first)}
    if event is None or connected(draft, one.end, other.first):
        return
    whole = draft.metric(one.name)
    counted = any("DISTINCT" in s.sql and "FILTER" not in s.sql for s in whole.sources)
    part = draft.share and one.name == "events"
    direct = one.end == other.first or words <= {"a", "an", "did", "had", "made"}
    if (counted and (words & _WITH or direct)) or part:
        draft.metrics.remove(other)
        draft.filters.append(Filter(dimension="event_type", values=(event,)))
