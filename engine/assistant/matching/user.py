"""Questions that a person gave a thumbs-up: the same words again get the same query."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from engine.assistant.matching.plain import Plain, take_apart
from engine.assistant.semantic.spans import span_of
from engine.contracts.knowledge import KnowledgeItem
from engine.contracts.pack import ParamSpec
from engine.contracts.semantic import Period, SemanticLayer, SemanticQuery
from engine.domain.parameters import FIRST, LAST, NOW, PERIOD_ENDS, fill_sql, names_in

_MOMENT: Final = re.compile(r"TIMESTAMP(?:TZ)?\s*'|DATE\s*'|::\s*(?:TIMESTAMP|DATE)", re.IGNORECASE)
_PERIOD: Final = ParamSpec(name="period", kind="period", default="last hour")
_FILLED: Final = frozenset({*PERIOD_ENDS, NOW})
"""Names that a person's SQL may have, as the pack's has them."""


@dataclass(frozen=True)
class UserPair:
    """The pair that was asked for. ``query``, where there is one, is to be compiled anew."""

    item: KnowledgeItem
    sql: str
    query: SemanticQuery | None


def match_user(
    question: str, items: Iterable[KnowledgeItem], layer: SemanticLayer, now: dt.datetime
) -> UserPair | None:
    """The person's pair with these very words, little ones aside; None where there is none.

    A period such as "yesterday" moves on: a query gets the one of today's reading, and SQL that
    has moments written into it is no answer to it any more.
    """
    asked = take_apart(question, layer, now)
    for item in items:
        sql = item.payload.get("sql")
        if item.kind != "question" or item.origin != "user" or not isinstance(sql, str):
            continue
        params = (_PERIOD,) if names_in(sql) else ()
        words = asked.words(params)
        if words and take_apart(item.title, layer, now).words(params) == words:
            pair = _pair(item, sql, asked, now)
            if pair is not None:
                return pair
    return None


def _pair(item: KnowledgeItem, sql: str, asked: Plain, now: dt.datetime) -> UserPair | None:
    stored = item.payload.get("query")
    if len(asked.periods) > 1:
        return None
    if names := names_in(sql):
        return UserPair(item, _filled(sql, asked, now), None) if names <= _FILLED else None
    if stored is None:
        moves = any(period.kind != "between" for period in asked.periods)
        return None if moves and _MOMENT.search(sql) else UserPair(item, sql, None)
    try:
        query = SemanticQuery.model_validate(stored)
    except ValidationError:
        return None
    if asked.periods:
        query = query.model_copy(update={"period": asked.periods[0]})
    return UserPair(item, sql, query)


def _filled(sql: str, asked: Plain, now: dt.datetime) -> str:
    """SQL that a person wrote as the pack does, with the question's period or the last hour."""
    span = span_of(asked.periods[0] if asked.periods else Period(kind="last"), now)
    moments = {"from": span.start or FIRST, "to": span.end or LAST, NOW: now}
    return fill_sql(sql, moments)
