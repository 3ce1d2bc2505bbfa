"""Verified questions, the user's own pairs, the rules, drawing anew, asking back: who answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from engine.assistant.looking import Looking
from engine.assistant.ratings import pair_of
from engine.assistant.reading.model import Reading
from engine.assistant.running import Rows
from engine.assistant.ways.ask_back import AskBack
from engine.assistant.ways.known import Known
from engine.assistant.ways.query import Queries
from engine.assistant.ways.read import Read
from engine.assistant.ways.redraw import Redraw
from engine.contracts.assistant import Answer
from engine.contracts.knowledge import Hit, KnowledgeItem
from engine.contracts.pack import PackSpec
from engine.contracts.semantic import Period, SemanticQuery
from engine.errors import LakehouseError
from engine.query.errors import StatementFailed
from tests.unit.assistant.doubles import (
    FakeKnowledge,
    FakeMeaning,
    FakeRunner,
    asking,
    rows_of,
)

pytestmark = pytest.mark.unit

ORDERS = SemanticQuery(metrics=("orders",), period=Period(kind="last", n=1, unit="hour"))
SURE = Reading("answer", 0.95, ORDERS, notes=("A note.",))
LIKED = Answer(
    "my special figure",
    "Seven.",
    "generated",
    "talk",
    id="1",
    sql="SELECT 7 AS orders",
    source="model",
    liked=True,
)


class Bench:
    """All ways over one runner and one meaning."""

    def __init__(self, pack: PackSpec) -> None:
        self.runner = FakeRunner()
        self.meaning = FakeMeaning(pack.semantic)
        self.queries = Queries(self.meaning, self.runner)
        self.knowledge = FakeKnowledge()
        self.liked: tuple[KnowledgeItem, ...] = ()
        looking = Looking(self.knowledge)
        self.known = Known(
            pack, self.meaning, self.queries, self.runner, looking, lambda: self.liked
        )
        self.read = Read(self.meaning, self.queries)
        self.redraw = Redraw(self.runner, self.queries)
        self.ask_back = AskBack(pack.questions)


@pytest.fixture
def bench(pack: PackSpec) -> Bench:
    return Bench(pack)


def test_that_a_verified_question_is_answered_by_its_own_sql(bench: Bench) -> None:
    bench.runner.rows = rows_of((7, 100.5), orders="BIGINT", gmv_usd="DOUBLE")
    answer = bench.known(asking("How many orders were there in the last hour?"))
    assert answer is not None
    assert (answer.badge, answer.source, answer.model) == ("verified", "verified", None)
    assert "7" in answer.answer
    assert "11:00:00" in bench.runner.ran[0], "an hour before NOW"


def test_that_a_pair_with_a_thumb_is_the_next_answer_with_and_without_a_store(
    bench: Bench,
) -> None:
    assert bench.known(asking("My special figure?")) is None
    bench.liked = (pair_of(LIKED),)
    here = bench.known(asking("My special figure?"))
    bench.liked = ()
    bench.knowledge.put([pair_of(LIKED)])
    stored = bench.known(asking("My special figure?"))
    for answer in (here, stored):
        assert answer is not None
        assert (answer.badge, answer.sql) == ("verified", "SELECT 7 AS orders")


def test_that_a_pairs_query_is_compiled_anew_for_its_time(bench: Bench) -> None:
    bench.liked = (pair_of(replace(LIKED, query=ORDERS, sql="SELECT 'of last week'")),)
    answer = bench.known(asking("My special figure?"))
    assert answer is not None
    assert "2026-03-04 11:00:00" in (answer.sql or "")


def test_that_a_pair_that_fits_no_more_is_read_like_any_other(bench: Bench) -> None:
    def act(_sql: str) -> Rows | None:
        raise StatementFailed("There is no column orders.", "")

    bench.liked = (pair_of(LIKED),)
    bench.runner.act = act
    asked = asking("My special figure?")
    assert bench.known(asked) is None
    assert "cannot be computed any more" in asked.remarks[0]


def test_that_a_store_that_fails_costs_no_answer(bench: Bench) -> None:
    bench.knowledge.failure = LakehouseError("The store is down.", "")
    assert bench.known(asking("nothing that anybody knows")) is None
    assert bench.known.looking.trouble == "The store is down."


def test_that_the_rules_answer_what_they_are_sure_of(bench: Bench) -> None:
    bench.meaning.reading = SURE
    answer = bench.read(asking("orders in the last hour"))
    assert answer is not None
    assert (answer.badge, answer.source) == ("generated", "reader")
    assert (answer.query, answer.notes[0]) == (ORDERS, "A note.")
    bench.meaning.reading = replace(SURE, confidence=0.3)
    asked = asking("orders in the last hour")
    assert bench.read(asked) is None
    assert asked.reading is not None


def test_that_what_the_rules_refuse_is_refused(bench: Bench) -> None:
    bench.meaning.reading = Reading("refuse", 1.0, message="No.", suggestions=("a",))
    answer = bench.read(asking("delete it all"))
    assert answer is not None
    assert (answer.badge, answer.answer, answer.suggestions) == ("refused", "No.", ("a",))
    assert bench.runner.ran == []


def test_that_what_cannot_be_combined_is_a_remark(bench: Bench) -> None:
    odd = SemanticQuery(metrics=("kafka_lag",), dimensions=("country",))
    bench.meaning.reading = replace(SURE, query=odd)
    asked = asking("lag by country")
    assert bench.read(asked) is None
    assert "cannot be told by country" in asked.remarks[0]


def test_that_noughts_of_a_time_before_the_lake_are_no_rows(bench: Bench) -> None:
    first = dt.datetime(2026, 3, 4, 11, 59, tzinfo=dt.UTC)
    times = {"first": "TIMESTAMP WITH TIME ZONE", "last": "TIMESTAMP WITH TIME ZONE"}

    def act(sql: str) -> Rows | None:
        return rows_of((first, first), **times) if "MIN(window_start)" in sql else None

    bench.runner.rows = rows_of((0,), orders="BIGINT")
    bench.runner.act = act
    yesterday = ORDERS.model_copy(update={"period": Period(kind="previous", unit="day")})
    bench.meaning.reading = replace(SURE, query=yesterday)
    answer = bench.read(asking("orders yesterday"))
    assert answer is not None
    assert answer.answer.startswith("There are no rows to answer this with yesterday.")
    assert "from 2026-03-04 11:59 to 2026-03-04 12:00 UTC" in answer.answer
    bench.meaning.reading = SURE
    today = bench.read(asking("orders in the last hour"))
    assert today is not None
    assert today.answer == "Orders are 0 in the last hour."


def _last(bench: Bench) -> Answer:
    rows = rows_of(("DE", 5), ("FR", 3), ("US", 2), country="VARCHAR", orders="BIGINT")
    bench.runner.rows = rows
    by_country = ORDERS.model_copy(update={"dimensions": ("country",)})
    return Answer(
        "orders by country",
        "DE has the most.",
        "generated",
        "talk",
        sql="SELECT 1",
        columns=rows.columns,
        rows=rows.rows,
        source="reader",
        query=by_country,
    )


def test_that_a_chart_alone_draws_the_last_answer_anew(bench: Bench) -> None:
    last = _last(bench)
    answer = bench.redraw(asking("as a funnel", last))
    assert answer is not None
    assert answer.chart is not None
    assert answer.chart.kind == "funnel"
    assert (answer.rows, answer.query) == (last.rows, last.query)
    assert bench.redraw(asking("as a funnel")) is None, "there is nothing to draw"
    assert bench.redraw(asking("orders by country as a funnel", last)) is None


def test_that_a_chart_that_does_not_fit_is_said_so(bench: Bench) -> None:
    answer = bench.redraw(asking("as a heat map", _last(bench)))
    assert answer is not None
    assert answer.notes[-1] == "These rows cannot be drawn as a heatmap chart."


def test_that_a_models_answer_is_drawn_from_its_own_statement(bench: Bench) -> None:
    last = replace(_last(bench), source="model", query=None, model="large")
    answer = bench.redraw(asking("as a table", last))
    assert answer is not None
    assert bench.runner.ran == ["SELECT 1"]
    assert (answer.answer, answer.chart, answer.model) == ("DE has the most.", None, "large")


def test_that_a_forecast_is_drawn_from_the_rows_that_are_kept(bench: Bench) -> None:
    last = _last(bench)
    made = ORDERS.model_copy(update={"analysis": "forecast"})
    answer = bench.redraw(asking("as a table", replace(last, query=made)))
    assert answer is not None
    assert (answer.rows, answer.chart) == (last.rows, None)
    assert bench.runner.ran == []


def test_that_asking_back_offers_what_is_near(bench: Bench) -> None:
    asked = asking("something about orders of the hour")
    asked.reading = Reading("clarify", 0.2, message="What is meant?", suggestions=("Orders?",))
    asked.guesses.append("Revenue?")
    answer = bench.ask_back(asked)
    assert (answer.badge, answer.answer, answer.sql) == ("clarify", "What is meant?", None)
    assert answer.suggestions[:2] == ("Revenue?", "Orders?")
    nothing = bench.ask_back(asking("zzz"))
    assert nothing.suggestions, "something that is answered is always offered"


def test_that_a_verified_question_near_in_meaning_is_offered_first(bench: Bench) -> None:
    item = KnowledgeItem(id="1", kind="question", title="RFM segments", text="RFM", origin="pack")
    bench.knowledge.hits = (Hit(item=item, score=0.7),)
    asked = asking("customers in groups by how recent they are")
    assert bench.known(asked) is None
    asked.reading = Reading("clarify", 0.2, suggestions=("Orders?",))
    assert bench.ask_back(asked).suggestions[:2] == ("RFM segments", "Orders?")
    asked.hits = (Hit(item=item, score=0.3),)
    assert "RFM segments" not in bench.ask_back(asked).suggestions


def test_that_words_of_several_wordings_are_enough_only_behind_the_rules(bench: Bench) -> None:
    asked = asking("rfm segmentation of customers into segments")
    assert bench.known(asked) is None
    answer = replace(bench.known, loose=True)(asked)
    assert answer is not None
    assert (answer.badge, bench.runner.ran[0]) == ("verified", answer.sql)
    other = replace(bench.known, loose=True)
    assert other(asking("rfm segmentation of customers without segments")) is None
    assert other(asking("rfm")) is None, "two questions have this word"
