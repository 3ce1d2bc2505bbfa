"""The Assistant page with an assistant in the test's hand."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.pages.assistant import AssistantPage
from app.pages.assistant.card import AnswerCard
from app.widgets.charts import BarChart, TimeChart
from app.widgets.table import DataTable
from engine.contracts.assistant import Answer, AnswerColumn, Readiness
from engine.contracts.chart import ChartSpec
from engine.lake import QueryFailed

pytestmark = pytest.mark.unit

RANKED = Answer(
    question="top",
    answer="US brings the most.",
    badge="verified",
    conversation="talk-1",
    sql="SELECT country, gmv_usd FROM gold_segments",
    columns=(AnswerColumn("country", "VARCHAR"), AnswerColumn("gmv_usd", "DOUBLE")),
    rows=(("US", 70.5), ("DE", 30.0), (None, 2.0)),
    chart=ChartSpec(kind="bar", x="country", y=("gmv_usd",)),
)
NOON = dt.datetime(2025, 1, 1, 12, tzinfo=dt.UTC)
SERIES = Answer(
    question="trend",
    answer="Two minutes.",
    badge="verified",
    conversation="talk-1",
    sql="SELECT 1",
    columns=(AnswerColumn("window_start", "TIMESTAMPTZ"), AnswerColumn("orders", "BIGINT")),
    rows=((NOON, 3), (NOON + dt.timedelta(minutes=1), 1234)),
    chart=ChartSpec(kind="line", x="window_start", y=("orders",)),
)
UNCLEAR = Answer("weather", "Not one of them.", "clarify", "talk-1", suggestions=("top", "trend"))


class Scripted:
    """Answers what it was told to; waits at the gate while it is shut."""

    def __init__(self) -> None:
        self.answers = {"top": RANKED, "trend": SERIES}
        self.asked: list[tuple[str, str | None]] = []
        self.gate = threading.Event()
        self.gate.set()

    def ready(self) -> Readiness:
        return Readiness("No language model is set up.", "Ask a sample.")

    def samples(self) -> tuple[str, ...]:
        return ("top", "trend")

    def ask(self, question: str, conversation: str | None) -> Answer:
        self.asked.append((question, conversation))
        self.gate.wait(5)
        if question == "broken":
            raise QueryFailed("The lake is closed.", "Open it.")
        return self.answers.get(question, UNCLEAR)


@pytest.fixture
def assistant() -> Scripted:
    return Scripted()


@pytest.fixture
def page(context, assistant, qtbot) -> AssistantPage:
    built = AssistantPage(context, assistant=assistant)
    qtbot.addWidget(built)
    return built


def cards(page: AssistantPage) -> list[AnswerCard]:
    return page.findChildren(AnswerCard)


def part(card: QWidget, kind: type[Any], name: str | None = None) -> Any:
    """The first child of that kind, which must be there."""
    found = [one for one in card.findChildren(kind) if name in (None, one.objectName())]
    assert found
    return found[0]


def asked(page: AssistantPage, question: str, qtbot) -> AnswerCard:
    """The card of the answer."""
    before = len(cards(page))
    page.ask(question)
    qtbot.waitUntil(lambda: len(cards(page)) > before)
    return cards(page)[-1]


def test_that_it_says_that_there_is_no_model(page) -> None:
    assert page.notice.text() == "No language model is set up. Ask a sample."


def test_that_a_sample_is_asked_by_a_click(page, assistant, qtbot) -> None:
    sample = part(page.samples, QPushButton)
    sample.click()
    qtbot.waitUntil(lambda: len(cards(page)) == 1)
    assert assistant.asked == [("top", None)]
    assert page.samples.isHidden()


def test_that_enter_asks_and_shift_enter_begins_a_line(page, assistant, qtbot) -> None:
    text = page.composer.text
    qtbot.keyClicks(text, "to")
    qtbot.keyClick(text, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(text, "p")
    assert text.toPlainText() == "to\np"
    qtbot.keyClick(text, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(cards(page)) == 1)
    assert assistant.asked == [("to\np", None)]
    assert text.toPlainText() == ""


def test_that_nothing_is_not_asked(page, assistant, qtbot) -> None:
    qtbot.keyClick(page.composer.text, Qt.Key.Key_Return)
    assert not page.composer.ask.isEnabled()
    assert assistant.asked == []


def test_that_an_answer_has_its_chart_rows_and_sql(page, qtbot) -> None:
    card = asked(page, "top", qtbot)
    assert card.text.text() == "US brings the most."
    chart = part(card, BarChart)
    assert [(bar.label, bar.value) for bar in chart.bars()] == [("US", 70.5), ("DE", 30.0)]
    card.show_view("table")
    table = part(card, DataTable)
    assert table.model().index(0, 1).data() == "70.5000"
    assert table.model().index(2, 0).data() == "–"
    part(card, QPushButton, "copySql").click()
    assert QGuiApplication.clipboard().text() == RANKED.sql


def test_that_times_are_drawn_as_a_line(page, qtbot) -> None:
    card = asked(page, "trend", qtbot)
    (series,) = part(card, TimeChart).shown()
    assert list(series.x) == [NOON.timestamp(), NOON.timestamp() + 60]
    assert part(card, DataTable).model().index(1, 1).data() == "1,234"


def test_that_the_sql_is_opened_in_its_page(page, context, qtbot) -> None:
    went = list[tuple[str, object]]()
    context.go = lambda key, argument: went.append((key, argument))
    part(asked(page, "top", qtbot), QPushButton, "openSql").click()
    assert went == [("sql", RANKED.sql)]


def test_that_rows_are_saved_as_csv(page, toasts, tmp_path, qtbot) -> None:
    page.write_csv(RANKED, tmp_path / "a.csv")
    qtbot.waitUntil(lambda: toasts != [])
    assert (tmp_path / "a.csv").read_text() == "country,gmv_usd\nUS,70.5\nDE,30.0\n,2.0\n"
    page.write_csv(RANKED, tmp_path / "no" / "a.csv")
    qtbot.waitUntil(lambda: len(toasts) == 2)
    assert [tone for tone, _ in toasts] == ["good", "error"]


def test_that_suggestions_can_be_asked_in_the_same_conversation(page, assistant, qtbot) -> None:
    card = asked(page, "weather", qtbot)
    with qtbot.waitSignal(card.suggested):
        part(card, QPushButton).click()
    qtbot.waitUntil(lambda: len(cards(page)) == 2)
    assert assistant.asked == [("weather", None), ("top", "talk-1")]


def test_that_one_question_is_asked_at_a_time(page, assistant, qtbot) -> None:
    assistant.gate.clear()
    page.ask("top")
    page.ask("trend")
    page.composer.text.setPlainText("trend")
    assert not page.composer.ask.isEnabled()
    assistant.gate.set()
    qtbot.waitUntil(lambda: len(cards(page)) == 1)
    assert page.composer.ask.isEnabled()
    assert [question for question, _ in assistant.asked] == ["top"]


def test_that_a_failure_is_shown_with_its_remedy(page, qtbot) -> None:
    page.ask("broken")

    def told() -> bool:
        texts = [label.text() for label in page.findChildren(QLabel)]
        return "The lake is closed.\nOpen it." in texts

    qtbot.waitUntil(told)
    assert page.composer.text.isEnabled()


def test_that_a_new_conversation_begins_anew(page, assistant, qtbot) -> None:
    asked(page, "top", qtbot)
    page.again.click()
    qtbot.waitUntil(lambda: cards(page) == [])
    assert not page.samples.isHidden()
    asked(page, "trend", qtbot)
    assert assistant.asked[-1] == ("trend", None)


def test_that_text_from_the_lake_is_shown_as_text(page, assistant, qtbot) -> None:
    assistant.answers["top"] = Answer("top", "<b>bold</b>", "verified", "c")
    card = asked(page, "top", qtbot)
    assert card.text.textFormat() is Qt.TextFormat.PlainText
