"""Questions that a person gave a thumbs-up: the same words again get the same query."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from engine.assistant.matching.plain import Plain, take_apart
from engine.contracts.knowledge import KnowledgeItem
from engine.contracts.semantic import SemanticLayer, SemanticQuery

_MOMENT: Final = re.compile(r"TIMESTAMP(?:TZ)?\s*'|DATE\s*'|::\s*(?:TIMESTAMP|DATE)", re.IGNORECASE)


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
    words = asked.words(())
    for item in items:
        if item.kind != "question" or item.origin != "user":
            continue
        if take_apart(item.title, layer, now).words(()) == words and words:
            pair = _pair(item, asked)
            if pair is not None:
                return pair
    return None


def _pair(item: KnowledgeItem, asked: Plain) -> UserPair | None:
    sql, stored = item.payload.get("sql"), item.payload.get("query")
    if not isinstance(sql, str) or len(asked.periods) > 1:
        return None
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
