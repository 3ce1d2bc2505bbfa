"""A question whose SQL somebody has verified is answered by it: the pack's, or the user's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine.assistant.asking import Asking, Told
from engine.assistant.coverage import Coverage
from engine.assistant.looking import Looking
from engine.assistant.matching.user import UserPair, match_user
from engine.assistant.matching.verified import Verified, match_verified
from engine.assistant.meaning import CANNOT_COMPILE, Meaning
from engine.assistant.running import Rows, Runner
from engine.assistant.semantic.spans import Span
from engine.assistant.sentence import fill
from engine.assistant.telling.drawn import choose
from engine.assistant.telling.fields import guess
from engine.assistant.telling.sentences import Result, no_rows, sentence
from engine.assistant.ways.query import Queries
from engine.assistant.ways.settle import settle
from engine.contracts.assistant import Answer
from engine.contracts.knowledge import KnowledgeItem
from engine.contracts.pack import PackSpec
from engine.lake.errors import QueryFailed


@dataclass(frozen=True)
class Known:
    """See above. ``liked`` are the pairs that this data folder keeps beside the store."""

    pack: PackSpec
    meaning: Meaning
    queries: Queries
    runner: Runner
    looking: Looking
    liked: Callable[[], Sequence[KnowledgeItem]]
    loose: bool = False
    """Whether it stands behind the rules, which could make nothing of the question."""

    def __call__(self, asking: Asking) -> Answer | None:
        """See Way; the store is asked only where the words alone do not decide it."""
        found = match_verified(asking.words, self.pack, (), asking.now)
        if found is not None:
            return self._packs(asking, found)
        hits = asking.hits = asking.hits or self.looking(asking.words)
        items = [*(hit.item for hit in hits), *self.liked()]
        pair = match_user(asking.words, items, self.pack.semantic, asking.now)
        if pair is not None and (answer := self._users(asking, pair)) is not None:
            return answer
        found = match_verified(asking.words, self.pack, hits, asking.now, self.loose)
        return None if found is None else self._packs(asking, found)

    def _packs(self, asking: Asking, found: Verified) -> Answer:
        def tell(rows: Rows) -> Told:
            span = Span(_moment(found.params.get("from")), _moment(found.params.get("to")))
            none = Coverage(self.runner).instead(rows.rows, span, found.period)
            if none or not rows.rows or all(value is None for row in rows.rows for value in row):
                return Told(none or no_rows(found.period), rows)
            names = [column.name for column in rows.columns]
            first = dict(zip(names, rows.rows[0], strict=True))
            text = fill(found.answer, first, len(rows.rows))
            return Told(text, rows, choose(asking.question, rows, found.chart))

        answer = settle(asking, self.runner, found.sql, tell, "verified", "verified")
        # What "only Germany" is said of next: the same question, as the rules understand it.
        return replace(answer, query=self.meaning.alone(asking))

    def _users(self, asking: Asking, pair: UserPair) -> Answer | None:
        """None where the pair does not fit the lake any more: it is read like any other."""
        try:
            if pair.query is not None:
                return self.queries.answer(asking, pair.query, "verified", "verified")
            return settle(asking, self.runner, pair.sql, self._tell(asking), "verified", "verified")
        except (QueryFailed, *CANNOT_COMPILE):
            asking.remarks.append(_STALE)
            return None

    def _tell(self, asking: Asking) -> Callable[[Rows], Told]:
        def tell(rows: Rows) -> Told:
            fields = guess(rows.columns, self.pack.semantic.metrics)
            result = Result(fields, rows.rows, truncated=rows.truncated)
            return Told(sentence(result), rows, choose(asking.question, rows))

        return tell


def _moment(value: object) -> dt.datetime | None:
    return value if isinstance(value, dt.datetime) else None


_STALE: Final = "The answer that you marked as right cannot be computed any more."
