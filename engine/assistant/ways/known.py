"""A question whose SQL somebody has verified is answered by it."""

from __future__ import annotations

from engine.assistant.asking import Asking, Told
from engine.assistant.match import match
from engine.assistant.running import Rows, Runner
from engine.assistant.sentence import fill
from engine.assistant.telling.sentences import no_rows
from engine.assistant.ways.settle import settle
from engine.contracts.assistant import Answer
from engine.contracts.pack import QuestionSpec


class Known:
    """The pack's verified questions."""

    def __init__(self, known: tuple[QuestionSpec, ...], runner: Runner) -> None:
        self._known = known
        self._runner = runner

    def __call__(self, asking: Asking) -> Answer | None:
        """See Way."""
        spec = match(asking.question, self._known)
        if spec is None:
            return None
        found = spec

        def tell(rows: Rows) -> Told:
            if not rows.rows:
                return Told(no_rows(""), rows)
            names = [column.name for column in rows.columns]
            first = dict(zip(names, rows.rows[0], strict=True))
            return Told(fill(found.answer, first, len(rows.rows)), rows, found.chart)

        return settle(asking, self._runner, found.sql, tell, "verified", "verified")
