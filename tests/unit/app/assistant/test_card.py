"""A card: what it says, what it shows, what can be done with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit

from app.pages.assistant.texts import QuestionButton
from app.widgets.charts import CategoryChart, NumberChart, TimeChart
from engine.contracts.assistant import AnswerColumn
from engine.contracts.chart import ChartSpec
from engine.query.errors import StatementFailed
from tests.unit.app.assistant.conftest import NOON, RANKED

pytestmark = pytest.mark.unit


def test_that_it_says_who_answered_and_what_that_means(ask) -> None:
    card = ask("top")
    assert card.text.text() == "US brings the most."
    assert card.badge.text() == "Verified"
    assert card.badge.toolTip().startswith("Somebody has checked this question's SQL.")
    assert card.notes.text() == "Assumed: the last hour."
    assert card.foot.text().startswith("verified question")
    model = ask("trend")
    assert model.badge.text() == "Generated"
    assert "the language model small-model" in model.badge.toolTip()
    assert model.foot.text().startswith("small-model  ·  1,200 + 34 tokens  ·  1 repair")


def test_that_refused_and_unclear_cards_have_neither_rows_nor_sql(ask, assistant, qtbot) -> None:
    refused = ask("drop it")
    assert (refused.badge.text(), refused.views.isHidden()) == ("Refused", True)
    assert refused.sql.isHidden()
    unclear = ask("weather")
    assert unclear.badge.text() == "Asks back"
    first, _ = unclear.findChildren(QuestionButton)
    with qtbot.waitSignal(unclear.suggested):
        first.click()
    qtbot.waitUntil(lambda: assistant.asked[-1] == ("top", "talk-1"))


def test_that_ranked_labels_are_bars_and_a_table(ask) -> None:
    card = ask("top")
    assert isinstance(card.views.chart, CategoryChart)
    assert card.views.chart.labels() == ("US", "DE", "FR")
    card.views.show_view("table")
    assert card.views.table.model().index(0, 1).data() == "$70.50"


def test_that_times_are_drawn_as_a_line(ask) -> None:
    card = ask("trend")
    assert isinstance(card.views.chart, TimeChart)
    (series,) = card.views.chart.shown()
    assert list(series.x) == [NOON.timestamp(), NOON.timestamp() + 60]
    card.views.show_view("table")
    assert card.views.table.model().index(1, 1).data() == "1,234"


def test_that_only_kinds_that_fit_are_offered(ask) -> None:
    views = ask("top").views
    offered = [views.kinds.itemData(at) for at in range(views.kinds.count())]
    assert set(offered) == {"bar", "funnel"}
    views.show_kind("funnel")
    assert views.kinds.currentText() == "Funnel"
    assert [bar.label for bar in views.chart.bars()] == ["US", "DE", "FR"]


def test_that_a_bar_that_is_picked_is_selected_in_the_table(ask) -> None:
    views = ask("top").views
    views.chart.pick(views.chart.spots()[1])
    assert views.count.text() == "3 rows, 1 picked: selected in the table"
    views.show_view("table")
    assert [row[0] for row in views.table.selected_rows()] == ["DE"]
    views.chart.pick(views.chart.spots()[1])
    assert views.count.text() == "3 rows"


def test_that_an_answer_without_a_chart_begins_with_its_table(ask, assistant) -> None:
    assistant.answers["top"] = replace(RANKED, chart=None)
    views = ask("top").views
    assert views.stack.currentWidget() is views.table
    assert views.chart is None


def test_that_one_row_is_a_number(ask, assistant) -> None:
    assistant.answers["top"] = replace(
        RANKED,
        columns=(AnswerColumn("orders", "BIGINT"),),
        rows=((1234,),),
        chart=ChartSpec(kind="number", y=("orders",)),
    )
    views = ask("top").views
    assert isinstance(views.chart, NumberChart)
    assert views.chart.value.text() == "1,234"


def test_that_the_pack_tells_the_unit_of_its_metrics(ask, assistant) -> None:
    assistant.answers["top"] = replace(
        RANKED,
        columns=(AnswerColumn("waiting", "DOUBLE"), AnswerColumn("waiting_before", "DOUBLE")),
        rows=((63.25, 60.0),),
        chart=ChartSpec(kind="number", y=("waiting",)),
    )
    views = ask("top").views
    assert views.chart.value.text() == "63.2 s"
    views.show_view("table")
    assert views.table.model().index(0, 1).data() == "60.0 s"


def test_that_the_statement_is_folded_away_copied_and_opened(ask, context) -> None:
    went = list[tuple[str, object]]()
    context.go = lambda key, argument: went.append((key, argument))
    box = ask("top").sql
    assert box.findChildren(QPlainTextEdit) == []
    box.fold.click()
    (editor,) = box.findChildren(QPlainTextEdit)
    assert editor.toPlainText() == RANKED.sql
    editor.setPlainText("SELECT 2")
    box.copy.click()
    assert QGuiApplication.clipboard().text() == "SELECT 2"
    box.open.click()
    assert went == [("sql", "SELECT 2")]


def test_that_a_changed_statement_is_run_again_and_shown(ask, page, qtbot) -> None:
    class Runs:
        def run_again(self, answer, sql):
            return replace(answer, sql=sql, rows=(("IT", 5.0),), chart=None)

    page._answers = Runs()
    card = ask("top")
    card.sql.show_open(True)
    card.sql.editor.setPlainText("SELECT 'IT', 5.0")
    qtbot.keyClick(card.sql.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: card.badge.text() == "Edited")
    assert card.text.text() == "The statement as you changed it gives 1 row."
    assert card.answer.sql == "SELECT 'IT', 5.0"
    assert card.views.table.model().index(0, 0).data() == "IT"
    assert card.notes.isHidden()


def test_that_a_statement_that_does_not_run_says_why_and_keeps_the_rows(ask, page, qtbot) -> None:
    class Refuses:
        def run_again(self, answer, sql):
            raise StatementFailed("There is no table golt.", "Did you mean gold_kpis?")

    page._answers = Refuses()
    card = ask("top")
    card.sql.show_open(True)
    card.sql.again.click()
    qtbot.waitUntil(lambda: not card.sql.error.isHidden())
    assert card.sql.error.text() == "There is no table golt. Did you mean gold_kpis?"
    assert card.sql.again.isEnabled()
    assert card.badge.text() == "Verified"


def test_that_what_was_sent_can_be_read_and_not_changed(ask) -> None:
    card = ask("trend")
    card.sent.click()
    (dialog,) = card.findChildren(QDialog)
    (text,) = dialog.findChildren(QPlainTextEdit)
    assert text.toPlainText() == '{"messages": ["exactly this"]}'
    assert text.isReadOnly()
    dialog.close()


def test_that_a_thumb_is_kept_and_taken_back(ask, assistant, toasts, qtbot) -> None:
    card = ask("top")
    card.up.click()
    qtbot.waitUntil(lambda: assistant.rated == [("turn-1", True)])
    assert (card.up.isChecked(), card.down.isChecked()) == (True, False)
    card.down.click()
    card.down.click()
    qtbot.waitUntil(lambda: assistant.rated[1:] == [("turn-1", False), ("turn-1", None)])
    assert not card.up.isChecked()
    qtbot.waitUntil(lambda: [tone for tone, _ in toasts] == ["good"])


def test_that_a_thumb_that_is_not_kept_goes_up_again(ask, assistant, toasts, qtbot) -> None:
    assistant.refuses_thumbs = True
    card = ask("top")
    card.up.click()
    qtbot.waitUntil(lambda: toasts != [])
    assert toasts == [("error", "The knowledge store is not up. See its log.")]
    assert not card.up.isChecked()


def test_that_the_answer_is_copied_with_its_rows(ask) -> None:
    ask("trend").copy.click()
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("Two minutes.\n\nwindow_start\torders\n2025-01-01 12:00:00 UTC\t3\n")


def test_that_rows_are_saved_as_csv(page, ask, toasts, tmp_path, qtbot) -> None:
    ask("top")
    page.write_csv(RANKED, tmp_path / "a.csv")
    qtbot.waitUntil(lambda: toasts != [])
    assert (tmp_path / "a.csv").read_text() == "country,gmv_usd\nUS,70.5\nDE,30.0\nFR,2.0\n"
    page.write_csv(RANKED, tmp_path / "no" / "a.csv")
    qtbot.waitUntil(lambda: len(toasts) == 2)
    assert [tone for tone, _ in toasts] == ["good", "error"]


def test_that_text_from_the_lake_is_shown_as_text(ask, assistant) -> None:
    assistant.answers["top"] = replace(RANKED, answer="<b>bold</b>", notes=("<i>x</i>",))
    card = ask("top")
    assert card.text.textFormat() is Qt.TextFormat.PlainText
    assert card.notes.textFormat() is Qt.TextFormat.PlainText


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_that_cards_follow_the_theme(ask, context, theme) -> None:
    card = ask("top")
    context.theme.choose(theme)
    card.grab()
    assert card.views.chart.theme.dark is (theme == "dark")
