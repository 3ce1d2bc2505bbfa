"""A question in plain English to a query of the semantic layer, without a model.

Every word must be accounted for: it names something of the layer, says a time, an order or a
number, or is one of the words that say nothing by themselves. What is left over lowers the
confidence, and below the threshold the question is asked back instead of answered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from engine.assistant.reading.draft import Draft
from engine.assistant.reading.finish import finish
from engine.assistant.reading.follow import follow
from engine.assistant.reading.language import HARMLESS
from engine.assistant.reading.meaning import take_phrases
from engine.assistant.reading.model import THRESHOLD, Reading
from engine.assistant.reading.refine import take_refinements
from engine.assistant.reading.refusals import missing, refusal
from engine.assistant.reading.spelling import corrected, vocabulary
from engine.assistant.reading.suggest import suggestions
from engine.assistant.reading.surface import (
    take_analysis,
    take_chart,
    take_comparatives,
    take_modes,
    take_ranks,
    take_units,
)
from engine.assistant.reading.timing import take_time
from engine.assistant.reading.words import read_text
from engine.assistant.semantic.compiler import compile_query
from engine.contracts.semantic import SemanticLayer, SemanticQuery
from engine.errors import LakehouseError

Near = Callable[[Sequence[str]], tuple[tuple[float, ...], ...]]
"""``Knowledge.embed``: unit vectors of texts."""
_UNREAD = 0.4
_LEFTOVER_NUMBER = 0.5


def read(
    question: str,
    layer: SemanticLayer,
    now: dt.datetime,
    previous: SemanticQuery | None = None,
    near: Near | None = None,
) -> Reading:
    """What the question asks. ``previous`` is what the question before it asked."""
    plain = read_text(question)
    if not plain.tokens:
        return Reading("clarify", 0.0, message="There is no question.")
    if sentence := refusal(plain.line, question):
        return Reading("refuse", 1.0, message=sentence, suggestions=suggestions(layer))
    text, changed = corrected(plain, layer)
    draft = fill(Draft(text, layer, now))
    query, followed = None, False
    if previous is not None and (merged := follow(draft, previous)) is not None:
        query, followed = merged, True
    else:
        query = finish(draft)
    absent = missing(plain.line, frozenset(vocabulary(layer)))
    if absent is not None:
        word, what = absent
        message = f"'{word}' cannot be told: the lake holds nothing about {what}."
        return Reading("refuse", 0.9, message=message, suggestions=suggestions(layer, query))
    unread = _unread(draft)
    notes = [f"'{wrong}' is read as '{right}'." for wrong, right in changed.items()]
    confidence = _confidence(draft, unread, len(changed))
    if query is None:
        return _ask_back(layer, draft, unread, near)
    if query.period.kind == "all" and not followed and query.analysis == "none":
        notes.append("Over everything in the lake.")
    try:
        compile_query(query, layer, now)
    except LakehouseError as error:
        offers = suggestions(layer, query)
        return Reading("clarify", 0.2, None, str(error), tuple(notes), unread, offers)
    notes += draft.notes
    sure = confidence >= THRESHOLD
    message = "" if sure else _question_back(draft, unread)
    offers = () if sure else suggestions(layer, query, unread, near)
    return Reading(
        kind="answer" if sure else "clarify",
        confidence=confidence,
        query=query,
        message=message,
        notes=tuple(dict.fromkeys(notes)),
        unread=unread,
        suggestions=offers,
        chart=draft.chart,
        follow_up=followed,
    )


def fill(draft: Draft) -> Draft:
    """All steps that find something in the text, in the order in which they claim words."""
    take_chart(draft)
    take_units(draft)
    take_analysis(draft)
    take_time(draft)
    take_refinements(draft)
    take_phrases(draft)
    take_ranks(draft)
    take_modes(draft)
    take_comparatives(draft)
    return draft


def _unread(draft: Draft) -> tuple[str, ...]:
    return tuple(
        token.text
        for at, token in enumerate(draft.text.tokens)
        if at not in draft.claimed and token.stem not in HARMLESS and token.low not in HARMLESS
    )


def _confidence(draft: Draft, unread: tuple[str, ...], changed: int) -> float:
    lost = 0.05 * changed + sum(weight for weight, _ in draft.doubts)
    for word in unread:
        lost += _LEFTOVER_NUMBER if word[:1].isdigit() else _UNREAD
    return round(max(0.0, 0.95 - lost), 3)


def _ask_back(
    layer: SemanticLayer, draft: Draft, unread: tuple[str, ...], near: Near | None
) -> Reading:
    message = "It is not clear what is to be measured."
    if unread:
        message = f"Nothing here is called {_quoted(unread)}."
    offers = suggestions(layer, None, unread, near)
    return Reading("clarify", 0.1, None, message, (), unread, offers, draft.chart)


def _question_back(draft: Draft, unread: tuple[str, ...]) -> str:
    if unread:
        return f"What is meant by {_quoted(unread)}?"
    why = max(draft.doubts, default=(0.0, "what is asked"))[1]
    return f"It is not clear {why}."


def _quoted(words: tuple[str, ...]) -> str:
    return " and ".join(f"'{word}'" for word in words[:3])
