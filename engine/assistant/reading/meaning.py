"""What the semantic layer gives its meaning: the metrics and dimensions of a question."""

from __future__ import annotations

from typing import Final

from engine.assistant.reading.draft import DimensionUse, Draft, MetricUse, Role
from engine.assistant.reading.filtering import take_threshold, take_values
from engine.assistant.reading.joining import PEOPLE, VERBS, connected, event_type_of
from engine.assistant.reading.lexicon import Phrase, find_phrases, lexicon
from engine.assistant.reading.special import take_special
from engine.assistant.reading.thresholds import find_thresholds
from engine.assistant.reading.words import ARTICLES, word_set

_BY: Final = word_set("by per each every across among within")


_WHICH: Final = word_set("which what whose")


_COUNTING: Final = word_set("many number count distinct unique different")


_SKIPPED: Final = ARTICLES | word_set("individual single different various all of type types kind")


_TOP_WORDS: Final = word_set(
    "top best worst biggest largest highest lowest smallest leading busiest strongest weakest most",
    "least fewest greatest popular performing selling spending bottom valuable active frequent",
    "common",
)


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
    take_values(draft, values)
    take_special(draft)
    for threshold in thresholds:
        take_threshold(draft, threshold)


def _verb_only(draft: Draft, phrase: Phrase) -> str | None:
    """ "do people order most": not how many people did, but what they did."""
    before = [draft.low(at) for at in range(max(0, phrase.first - 3), phrase.first)]
    words = [draft.low(at) for at in range(phrase.first, phrase.end)]
    people = len(words) == 2 and words[0] in PEOPLE and words[1] in VERBS
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
    verbs = len(words) > 1 and words[0] in PEOPLE and words[-1] in VERBS
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
    return any(connected(draft, min(phrase.end, o.end), max(phrase.first, o.first)) for o in others)


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
