"""How far a query that a model proposed says what was asked."""

from __future__ import annotations

import datetime as dt

from engine.assistant.reading.draft import Draft
from engine.assistant.reading.lexicon import lexicon
from engine.assistant.reading.reader import fill, read
from engine.assistant.reading.spelling import corrected
from engine.assistant.reading.words import read_text
from engine.contracts.semantic import Filter, SemanticLayer, SemanticQuery

_UNASKED_METRIC = 0.4
_UNASKED_FILTER = 0.4
_UNUSED_FILTER = 0.35
_OTHER_PERIOD = 0.35
_UNASKED_DIMENSION = 0.25
_MISSING_METRIC = 0.3
_SMALL = 0.15


def check(
    query: SemanticQuery,
    question: str,
    layer: SemanticLayer,
    now: dt.datetime,
    previous: SemanticQuery | None = None,
) -> float:
    """1 where all of the query is in the question and all of the question is in the query.

    What the query adds (a metric, filter, breakdown or period that was not mentioned) and what it
    leaves out (one that was) both cost. A question that the reader refuses gives 0.
    """
    reading = read(question, layer, now, previous)
    if reading.kind == "refuse":
        return 0.0
    if reading.kind == "answer" and reading.query == query:
        return 1.0
    text, _ = corrected(read_text(question), layer)
    draft = fill(Draft(text, layer, now))
    lost = _metrics(draft, query, previous) + _dimensions(draft, query, previous)
    lost += _filters(draft, query, previous) + _times(draft, query, previous)
    lost += _SMALL * (query.limit is not None and not (draft.ranks or draft.limit or previous))
    lost += _SMALL * (draft.compare not in (query.compare, "none"))
    lost += _SMALL * (query.analysis != draft.analysis)
    lost += 0.1 * len(reading.unread)
    return round(max(0.0, 1.0 - lost), 3)


def _metrics(draft: Draft, query: SemanticQuery, previous: SemanticQuery | None) -> float:
    asked = {use.name for use in draft.metrics}
    kept = set(previous.metrics) if previous else set()
    lost = 0.0
    for name in query.metrics:
        if name not in asked | kept:
            lost += _UNASKED_METRIC if not _mentioned(draft, name) else _SMALL
    return lost + _MISSING_METRIC * len(asked - set(query.metrics))


def _mentioned(draft: Draft, metric: str) -> bool:
    """Whether one of its phrases has all of its words somewhere in the question."""
    stems = {token.stem for token in draft.text.tokens}
    book = lexicon(draft.layer).metrics
    return any(found[0] == metric and stems.issuperset(key) for key, found in book.items())


def _dimensions(draft: Draft, query: SemanticQuery, previous: SemanticQuery | None) -> float:
    asked = {use.name for use in draft.dimensions}
    kept = set(previous.dimensions) if previous else set()
    compared = {f.dimension for f in draft.filters}
    added = set(query.dimensions) - asked - kept - compared
    left = asked - set(query.dimensions) - {f.dimension for f in query.filters}
    return _UNASKED_DIMENSION * (len(added) + len(left))


def _filters(draft: Draft, query: SemanticQuery, previous: SemanticQuery | None) -> float:
    asked = {_key(f) for f in draft.filters}
    kept = {_key(f) for f in previous.filters} if previous else set()
    has = {_key(f) for f in query.filters}
    typed = {key for key in has if key[0] == "event_type"}  # a metric may say it as well
    return _UNASKED_FILTER * len(has - asked - kept - typed) + _UNUSED_FILTER * len(asked - has)


def _key(chosen: Filter) -> tuple[str, str, frozenset[str]]:
    return chosen.dimension, chosen.op, frozenset(chosen.values)


def _times(draft: Draft, query: SemanticQuery, previous: SemanticQuery | None) -> float:
    lost = 0.0
    if draft.period is not None and query.period != draft.period:
        lost += _OTHER_PERIOD
    if draft.period is None and query.period.kind != "all":
        same = previous is not None and previous.period == query.period
        lost += 0.0 if same or draft.compare != "none" else _OTHER_PERIOD
    if draft.grain is not None and query.grain != draft.grain:
        lost += _UNASKED_DIMENSION
    if query.grain is not None and draft.grain is None and not (draft.trend or previous):
        lost += _SMALL
    return lost
