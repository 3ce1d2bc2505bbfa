"""A query in the layer's terms becomes an answer: compiled, run, told, drawn."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from engine.assistant.asking import Asking, Told
from engine.assistant.coverage import Coverage
from engine.assistant.meaning import Meaning, Statement
from engine.assistant.running import Rows, Runner
from engine.assistant.semantic.spans import floor
from engine.assistant.telling.drawn import Wanted, choose
from engine.assistant.telling.sentences import Result, sentence
from engine.assistant.ways.analyse import Analyses
from engine.assistant.ways.settle import settle
from engine.contracts.assistant import Answer, Badge, Source
from engine.contracts.semantic import SemanticQuery


@dataclass(frozen=True)
class Queries:
    """Answers queries, whoever made them."""

    meaning: Meaning
    runner: Runner

    def answer(
        self,
        asking: Asking,
        query: SemanticQuery,
        badge: Badge,
        source: Source,
        kind: Wanted | None = None,
    ) -> Answer:
        """``kind`` is the chart that is wanted.

        Raises one of CANNOT_COMPILE, or what running raises.
        """
        if query.analysis != "none":
            answer = Analyses(self.meaning, self.runner).answer(asking, query, badge, source)
            return replace(answer, query=query)
        statement = self.meaning.compile(query, asking.now)

        def tell(rows: Rows) -> Told:
            none = Coverage(self.runner).instead(
                _figures(statement, rows), statement.span, statement.period
            )
            if none:
                return Told(none, rows)
            text = sentence(_result(query, statement, rows, asking.now))
            return Told(text, rows, choose(asking.question, rows, kind=kind))

        answer = settle(asking, self.runner, statement.sql, tell, badge, source)
        return replace(answer, query=query)


def _figures(statement: Statement, rows: Rows) -> list[list[Any]]:
    places = [at for at, field in enumerate(statement.fields) if field.role == "metric"]
    return [[row[at] for at in places] for row in rows.rows]


def _result(query: SemanticQuery, statement: Statement, rows: Rows, now: dt.datetime) -> Result:
    ranked = query.order is not None and query.order.by in query.metrics
    descending = query.order.descending if ranked and query.order else None
    whole = not query.having and (query.limit is None or len(rows.rows) < query.limit)
    return Result(
        statement.fields,
        rows.rows,
        statement.period,
        whole,
        descending,
        rows.truncated,
        floor(now, query.grain) if query.grain else None,
    )
