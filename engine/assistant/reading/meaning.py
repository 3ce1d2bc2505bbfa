"""What the semantic layer gives its meaning: the metrics, dimensions and values of a question."""

from __future__ import annotations

import itertools
import re
from typing import Final

from engine.assistant.reading.draft import DimensionUse, Draft, MetricUse, Role
from engine.assistant.reading.language import CONNECTIVES, NEGATIONS
from engine.assistant.reading.lexicon import Phrase, find_phrases, lexicon
from engine.assistant.reading.thresholds import FoundThreshold, find_thresholds
from engine.assistant.reading.words import ARTICLES, word_set
from engine.contracts.semantic import Filter, Having, Metric

_BY: Final = word_set("by per each every across among within")
_WHICH: Final = word_set("which what whose")
_COUNTING: Final = word_set("many number count distinct unique different")
_SKIPPED: Final = ARTICLES | word_set("individual single different various all of type types kind")
_TOP_WORDS: Final = word_set(
    "top best worst biggest largest highest lowest smallest leading busiest strongest weakest most",
    "least fewest greatest popular performing selling spending bottom valuable active frequent common",
)
_WITH: Final = word_set("with who that having including containing where which whose whom made")


def take_phrases(draft: Draft) -> None:
    """Metrics, dimensions and filters, with the thresholds that belong to a metric."""
    thresholds = find_thresholds(draft.text, frozenset(draft.claimed))
    draft.thresholds = list(thresholds)
    for threshold in thresholds:
        draft.claim(threshold.first, threshold.end)
    phrases = find_phrases(draft.text, draft.layer, frozenset(draft.claimed))
    phrases = _as_values(draft, phrases)
    values = [p for p in phrases if p.kind == "value"]
    for phrase in phrases:
        draft.claim(phrase.first, phrase.end)
        if phrase.kind == "metric":
            _take_metric(draft, phrase, phrases)
        elif phrase.kind == "dimension":
            _take_dimension(draft, phrase, values)
    _take_values(draft, values)
    _take_counts(draft)
    _take_net(draft)
    _take_reason(draft)
    _take_who(draft)
    _take_where(draft)
    for threshold in thresholds:
        _take_threshold(draft, threshold)


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


_PEOPLE: Final = word_set("people users customers visitors shoppers buyers we they")


def _take_where(draft: Draft) -> None:
    """ "where do visitors come from": the site that sent them; where orders come from: a country."""
    known = {d.name for d in draft.layer.dimensions}
    if not draft.find("where") or draft.dimensions or draft.filters:
        return
    sent = {"active_users", "sessions", "events", "page_views"} & {m.name for m in draft.metrics}
    name = "referrer" if sent else "country"
    if name in known and draft.find("from") and draft.take("where"):
        title = draft.dimension(name).title.lower()
        draft.notes.append(f"'Where from' is taken as the {title}.")
        draft.dimensions.append(DimensionUse(name, 0, 1, "which", True))


def _verb_only(draft: Draft, phrase: Phrase) -> str | None:
    """ "do people order most": not how many people did, but what they did."""
    before = [draft.low(at) for at in range(max(0, phrase.first - 3), phrase.first)]
    words = [draft.low(at) for at in range(phrase.first, phrase.end)]
    people = len(words) == 2 and words[0] in _PEOPLE and words[1] in _VERBS
    if not people or set(before) & (_COUNTING | {"share", "percentage", "percent", "fraction"}):
        return None
    found = lexicon(draft.layer).metrics.get((draft.text.tokens[phrase.end - 1].stem,))
    return found[0] if found else None


def _as_values(draft: Draft, phrases: tuple[Phrase, ...]) -> tuple[Phrase, ...]:
    """After "event type" a word is a value, even where it is a metric's name as well."""
    made = []
    for at, phrase in enumerate(phrases):
        before = phrases[at - 1] if at else None
        if (
            phrase.kind == "metric"
            and before is not None
            and before.kind == "dimension"
            and before.name == "event_type"
            and phrase.first - before.end <= 1
            and (event := event_type_of(draft.metric(phrase.name)))
        ):
            phrase = Phrase("value", "event_type", phrase.first, phrase.end, event)  # noqa: PLW2901
        made.append(phrase)
    return tuple(made)


def event_type_of(metric: Metric) -> str | None:
    """The event type that a plain count counts; None where it is more than that."""
    for source in metric.sources:
        found = re.fullmatch(r"COUNT\(\*\) FILTER \(WHERE event_type = '(\w+)'\)", source.sql)
        if found:
            return found.group(1)
    return None


def _take_metric(draft: Draft, phrase: Phrase, phrases: tuple[Phrase, ...]) -> None:
    role = _role(draft, phrase)
    if phrase.also and any(
        v.name == phrase.also and (0 <= v.first - phrase.end <= 1 or 0 <= phrase.first - v.end <= 1)
        for v in phrases
        if v.kind == "value"
    ):
        return
    others = [p for p in phrases if p.kind == "metric" and not p.also and p != phrase]
    counted = draft.low(phrase.first - 1) in _COUNTING or draft.low(phrase.first) in _COUNTING
    at = phrase.first - 1
    while at > 0 and draft.low(at) in _SKIPPED | {"unique", "distinct"}:
        at -= 1
    sided = draft.low(at) in ("more", "fewer", "less")
    ranked = role == "by" and not others and _ranks_something(draft, phrase, phrases)
    if phrase.also and (
        ranked or sided or (draft.low(at) in ("most", "fewest") and _asks_which(draft, phrase))
    ):
        draft.metrics.append(MetricUse(phrase.name, phrase.first, phrase.end))
        return
    if phrase.also and not counted and (role != "plain" or _is_subject(phrase, draft, others)):
        if role == "plain":
            role = "top"
        use = DimensionUse(phrase.also, phrase.first, phrase.end, role, _plural(draft, phrase))
        draft.dimensions.append(use)
        return
    if phrase.also and counted and _is_limited(draft, phrase, others):
        draft.counting = True
        draft.dimensions.append(DimensionUse(phrase.also, phrase.first, phrase.end, "which", True))
        return
    audience = phrase.also == "user" and not counted
    if audience and others and not _listed(draft, phrase, others):
        return  # "revenue from German customers": who else
    if _take_repeated(draft, phrase, counted=counted) or _take_groups(draft, phrase):
        return
    name = _verb_only(draft, phrase) or phrase.name
    draft.metrics.append(MetricUse(name, phrase.first, phrase.end))


def _ranks_something(draft: Draft, phrase: Phrase, phrases: tuple[Phrase, ...]) -> bool:
    """ "top 3 referrers by sessions": sessions are what they are ranked by."""
    before = [p for p in phrases if p.kind == "dimension" and p.end <= phrase.first]
    words = {draft.low(at) for p in before for at in range(max(0, p.first - 3), p.first)}
    return bool(words & (_TOP_WORDS | _WHICH | {"list", "all", "rank"}))


def _take_groups(draft: Draft, phrase: Phrase) -> bool:
    """ "number of countries with more than 100 orders": groups are counted."""
    if not phrase.name.startswith("distinct_"):
        return False
    if not any(t.first >= phrase.end for t in draft.thresholds):
        return False
    for at in range(phrase.first, phrase.end):
        name, _ = lexicon(draft.layer).dimensions.get((draft.text.tokens[at].stem,), ("", ""))
        if name:
            draft.counting = True
            draft.dimensions.append(DimensionUse(name, at, at + 1, "which", True))
            return True
    return False


def _take_repeated(draft: Draft, phrase: Phrase, *, counted: bool) -> bool:
    """ "how many customers bought more than once": users, limited by what they did."""
    words = [draft.low(at) for at in range(phrase.first, phrase.end)]
    verbs = len(words) > 1 and words[0] in _PEOPLE and words[-1] in _VERBS
    known = any(d.name == "user" for d in draft.layer.dimensions)
    if not verbs or not known or not any(t.first >= phrase.end for t in draft.thresholds):
        return False
    last = draft.text.tokens[phrase.end - 1].stem
    metric, _ = lexicon(draft.layer).metrics.get((last,), ("", ""))
    if not metric:
        return False
    draft.counting = counted
    draft.dimensions.append(DimensionUse("user", phrase.first, phrase.first + 1, "which", True))
    draft.metrics.append(MetricUse(metric, phrase.end - 1, phrase.end))
    return True


def _asks_which(draft: Draft, phrase: Phrase) -> bool:
    """ "which browser do most buyers use": something else is asked for already."""
    return any(draft.low(at) in _WHICH for at in range(phrase.first))


def _is_limited(draft: Draft, phrase: Phrase, others: list[Phrase]) -> bool:
    """ "how many users placed more than three orders"."""
    return bool(others) and any(t.first >= phrase.end for t in draft.thresholds)


def _listed(draft: Draft, phrase: Phrase, others: list[Phrase]) -> bool:
    """Whether "and" or a comma joins it to another metric."""
    return any(
        _connected(draft, min(phrase.end, o.end), max(phrase.first, o.first)) for o in others
    )


def _is_subject(phrase: Phrase, draft: Draft, others: list[Phrase]) -> bool:
    """ "products with the most refunds": what another metric is about."""
    first = all(other.first > phrase.first for other in others)
    says = draft.low(phrase.end) in ("with", "having", "that", "who", "whose")
    ranked = bool(draft.thresholds) or any(t.low in _TOP_WORDS for t in draft.text.tokens)
    return bool(others) and first and says and ranked


def _role(draft: Draft, phrase: Phrase) -> Role:
    at = phrase.first - 1
    while at >= 0 and (draft.low(at) in _SKIPPED or draft.text.tokens[at].kind == "number"):
        at -= 1
    word = draft.low(at)
    if word in _TOP_WORDS:
        return "top"
    if word in _WHICH or (word == "how" and draft.low(at + 1) == "many"):
        return "which" if word in _WHICH else "plain"
    if word in _BY:
        return "by"
    return "plain"


def _plural(draft: Draft, phrase: Phrase) -> bool:
    word = draft.low(phrase.end - 1)
    return word.endswith("s") and not word.endswith("ss")


def _take_dimension(draft: Draft, phrase: Phrase, values: list[Phrase]) -> None:
    role = _role(draft, phrase)
    beside = any(
        v.name == phrase.name and (0 <= v.first - phrase.end <= 1 or 0 <= phrase.first - v.end <= 1)
        for v in values
    )
    if beside and role != "by":
        return
    before = draft.low(phrase.first - 1)
    if before in ("all", "any", "every", "whole") and draft.low(phrase.first - 2) in (
        "across", "in", "from", "over", "of", "for",
    ) and before != "every":  # fmt: skip
        return
    if draft.low(phrase.first - 1) in ("many", "of") and role == "plain" and draft.thresholds:
        draft.counting = draft.low(phrase.first - 2) in ("how", "number")
    draft.dimensions.append(
        DimensionUse(phrase.name, phrase.first, phrase.end, role, _plural(draft, phrase))
    )


def _take_values(draft: Draft, values: list[Phrase]) -> None:
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
        elif not (value.first - last <= 2 and _connected(draft, last, value.first)):
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


_BETWEEN: Final = (
    CONNECTIVES
    | ARTICLES
    | word_set(
        "number numbers count total of also average what how many much is are were was their with"
    )
)


def _connected(draft: Draft, end: int, first: int) -> bool:
    """Whether "and", "or" or a comma joins two neighbours, with little words around at most."""
    words = [draft.low(at) for at in range(end, first)]
    tokens = draft.text.tokens
    comma = "," in draft.text.raw[tokens[end - 1].end : tokens[first].start]
    joined = comma or any(word in CONNECTIVES for word in words)
    return joined and all(word in _BETWEEN for word in words)


def _take_threshold(draft: Draft, threshold: FoundThreshold) -> None:
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


_VERBS: Final = word_set(
    "bought ordered purchased sold sell sells selling viewed spent visited searched returned",
    "refunded earned earn buy order bring brought",
)


def drop_verbs(draft: Draft) -> None:
    """ "bought by the most customers": the verb beside a figure says nothing more than it."""
    weak = [u for u in draft.metrics if _is_verb(draft, u)]
    strong = [u for u in draft.metrics if u not in weak]
    if not weak or not strong or connected_metrics(draft):
        return
    sql = " ".join(s.sql for use in strong for s in draft.metric(use.name).sources)
    for use in weak:
        event = event_type_of(draft.metric(use.name)) or "purchase"
        if f"'{event}'" in sql or draft.low(use.first) in ("bring", "brought", "earn", "earned"):
            draft.metrics.remove(use)


def _is_verb(draft: Draft, use: MetricUse) -> bool:
    words = [draft.low(at) for at in range(use.first, use.end)]
    return (len(words) == 1 and words[0] in _VERBS) or words in (["bring", "in"], ["brought", "in"])


def connected_metrics(draft: Draft) -> bool:
    """Whether the metrics are named as a list: revenue, orders and refunds."""
    uses = sorted(draft.metrics, key=lambda use: use.first)
    return all(
        _connected(draft, one.end, other.first)
        or (
            any(
                draft.low(at) in ("with", "by", "against", "to")
                for at in range(one.end, other.first)
            )
            and bool(draft.doubts and draft.doubts[0][1] == "compare")
        )
        for one, other in itertools.pairwise(uses)
    )


def event_filters(draft: Draft) -> None:
    """ "sessions with a search": of two metrics the second may only say which events are meant."""
    if len(draft.metrics) != 2 or draft.having:
        return
    one, other = sorted(draft.metrics, key=lambda use: use.first)
    event = event_type_of(draft.metric(other.name))
    words = {draft.low(at) for at in range(one.end, other.first)}
    if event is None or _connected(draft, one.end, other.first):
        return
    whole = draft.metric(one.name)
    counted = any("DISTINCT" in s.sql and "FILTER" not in s.sql for s in whole.sources)
    part = draft.share and one.name == "events"
    if (counted and words & _WITH) or part:
        draft.metrics.remove(other)
        draft.filters.append(Filter(dimension="event_type", values=(event,)))
