"""``as a bar chart``: the answer before it, computed again and drawn as asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.assistant.asking import Asking, Told
from engine.assistant.running import Rows, Runner
from engine.assistant.telling.drawn import Wanted, choose, only_wanted
from engine.assistant.ways.query import Queries
from engine.assistant.ways.settle import settle
from engine.contracts.assistant import Answer


@dataclass(frozen=True)
class Redraw:
    """Answers what is only about the drawing, where an earlier answer had rows."""

    runner: Runner
    queries: Queries

    def __call__(self, asking: Asking) -> Answer | None:
        """See Way."""
        kind = only_wanted(asking.question)
        last = next((answer for answer in reversed(asking.before) if answer.rows), None)
        if kind is None or last is None or last.sql is None or last.source is None:
            return None
        made = last.query is not None and last.query.analysis != "none"
        answer = _kept(asking, last, kind) if made else self._again(asking, last, kind)
        note = () if _fits(answer, kind) else (f"These rows cannot be drawn as a {kind} chart.",)
        return replace(answer, model=last.model, query=last.query, notes=(*answer.notes, *note))

    def _again(self, asking: Asking, last: Answer, kind: Wanted) -> Answer:
        """The time has moved on: what the rules made is made anew, what others wrote is run."""
        assert last.sql is not None
        assert last.source is not None
        if last.source == "reader" and last.query is not None:
            return self.queries.answer(asking, last.query, last.badge, last.source, kind)

        def tell(rows: Rows) -> Told:
            text = last.answer if rows.rows == last.rows else _AGAIN
            return Told(text, rows, choose("", rows, kind=kind), last.notes)

        return settle(asking, self.runner, last.sql, tell, last.badge, last.source)


def _kept(asking: Asking, last: Answer, kind: Wanted) -> Answer:
    """What was made of rows afterwards is drawn from the rows that are kept."""
    rows = Rows(last.columns, last.rows, last.truncated)
    chart = choose("", rows, kind=kind)
    return replace(last, question=asking.question, chart=chart, id="", liked=None)


def _fits(answer: Answer, kind: Wanted) -> bool:
    return kind == "table" or (answer.chart is not None and answer.chart.kind == kind)


_AGAIN = "The same question, answered with what is in the lake now."
