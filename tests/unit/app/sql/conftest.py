"""A stand-in for the session: it answers at once, and no process is started."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.context import Context
from app.pages.sql import runner as runner_module
from engine.contracts.names import Table
from engine.contracts.query import ResultColumn, Summary, Words
from engine.lake.reader import LiveFiles
from engine.query.errors import Cancelled, StatementFailed
from engine.query.page import Page
from engine.query.session import Points, QueryResult
from engine.query.sources import AsOf
from engine.settings import Settings

COLUMNS = (
    ResultColumn(name="orders", type="BIGINT"),
    ResultColumn(name="country", type="VARCHAR"),
)


def page_at(offset: int, limit: int, rows: int) -> Page:
    """Numbers in the first column, every tenth country NULL."""
    places = range(offset, min(offset + limit, rows))
    texts = tuple(None if at % 10 == 9 else f"C{at}" for at in places)
    return Page(offset, len(places), (tuple(str(at) for at in places), texts))


def result_of(rows: int, truncated: bool = False) -> QueryResult:
    return QueryResult(COLUMNS, rows, truncated, 12.0, page_at(0, 256, rows))


class FakeSession:
    """What QuerySession does, at once and without a process; notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.rows = 1000
        self.answer: Callable[[str], QueryResult] | None = None

    def run(
        self, sql: str, as_of: AsOf = None, given_up: Callable[[], bool] = lambda: False
    ) -> QueryResult:
        if given_up():
            raise Cancelled("The statement was cancelled.", "Run it again.")
        self.asked.append(("run", sql) if as_of is None else ("run", sql, as_of))
        if self.answer is not None:
            return self.answer(sql)
        if "wrong" in sql:
            raise StatementFailed("Nothing is right.", "Correct it.", sql.index("wrong"))
        return result_of(self.rows)

    def page(self, offset: int, limit: int) -> Page:
        self.asked.append(("page", offset))
        return page_at(offset, limit, self.rows)

    def copy(self, offset, limit, columns, header) -> str:
        self.asked.append(("copy", offset, limit, columns, header))
        return "copied"

    def value(self, row, column) -> str:
        return '{"a": 1}'

    def sort(self, column, descending) -> None:
        self.asked.append(("sort", column, descending))

    def stats(self, column) -> Summary:
        self.asked.append(("stats", column))
        return Summary(
            id=1, rows=1000, nulls=100, distinct=900, exact=True, minimum="0", maximum="12345",
            mean=499.5, top=(("C1", 3), (None, 100)), histogram=(1, 2, 3),
        )  # fmt: skip

    def chart_data(self, shape, x, y, points) -> Points:
        self.asked.append(("chart", shape, x, y))
        if shape == "bar":
            return Points(("DE", "FR"), np.array([2.0, 1.0]), False, "Summed.")
        return Points(np.array([1.0, 2.0]), np.array([3.0, 4.0]), False, "")

    def export_csv(self, path, progress) -> int:
        progress(self.rows, self.rows)
        path.write_text("orders\n")
        return self.rows

    def vocabulary(self) -> Words:
        return Words(id=1, functions=("date_trunc",), keywords=("select",))

    def warm(self) -> None:
        self.asked.append("warm")

    def cancel(self) -> None:
        self.asked.append("cancel")

    def close(self) -> None:
        self.asked.append("close")


class FakeLake:
    """One table."""

    def tables(self):
        return (Table.GOLD_KPIS,)

    def live(self, table, as_of=None):
        columns = {"window_start": "TIMESTAMPTZ", "orders": "BIGINT", "country": "VARCHAR"}
        return LiveFiles(1, (), columns)


@pytest.fixture
def sessions(monkeypatch) -> list[FakeSession]:
    """Every session that was made, in order."""
    made: list[FakeSession] = []

    class Maker:
        @staticmethod
        def of(_lake, _settings):
            made.append(FakeSession())
            return made[-1]

    monkeypatch.setattr(runner_module, "QuerySession", Maker)
    monkeypatch.setattr("app.pages.sql.page.QuerySession", Maker)
    return made


@pytest.fixture
def sql_context(context: Context) -> Context:
    """A desk with a lake and settings."""
    context.desk.lake = FakeLake()  # type: ignore[assignment]  # as much of it as is needed
    context.desk.settings = Settings()
    return context
