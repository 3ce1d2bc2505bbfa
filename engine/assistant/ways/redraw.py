"""``as a bar chart``: the answer before it, run again and drawn as asked."""

from __future__ import annotations

from dataclasses import replace

from engine.assistant.asking import Asking, Told
from engine.assistant.running import Rows, Runner
from engine.assistant.telling.drawn import choose, only_wanted
from engine.assistant.ways.settle import settle
from engine.contracts.assistant import Answer


class Redraw:
    """Answers what is only about the drawing, where the last answer had rows."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def __call__(self, asking: Asking) -> Answer | None:
        """See Way."""
        kind = only_wanted(asking.question)
        last = next((answer for answer in reversed(asking.before) if answer.rows), None)
        if kind is None or last is None or last.sql is None:
            return None
        if last.query is not None and last.query.analysis != "none":
            return self._as_it_was(asking, last)

        def tell(rows: Rows) -> Told:
            chart = choose(asking.question, rows)
            fits = kind == "table" or (chart is not None and chart.kind == kind)
            note = () if fits else (f"These rows cannot be drawn as a {kind} chart.",)
            return Told(last.answer if rows.rows == last.rows else _ROWS, rows, chart, note)

        answer = settle(asking, self._runner, last.sql, tell, last.badge, last.source or "verified")
        return replace(answer, query=last.query, model=last.model)

    def _as_it_was(self, asking: Asking, last: Answer) -> Answer:
        """What was made of rows afterwards is drawn from the rows that are kept."""
        rows = Rows(last.columns, last.rows, last.truncated)
        return replace(last, question=asking.question, chart=choose(asking.question, rows))


_ROWS = "The same, as it is now."
