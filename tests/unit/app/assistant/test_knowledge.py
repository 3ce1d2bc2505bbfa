"""The knowledge manager: the list, the editor, what may be changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import app.pages.assistant.knowledge as module
from app.pages.assistant.knowledge import KnowledgeDialog
from engine.contracts.knowledge import KnowledgeItem
from engine.query.errors import StatementFailed

pytestmark = pytest.mark.unit


class Checks:
    """Instead of the query worker: remembers what was checked."""

    def __init__(self) -> None:
        self.checked: list[str] = []

    def check(self, sql: str) -> None:
        self.checked.append(sql)
        if "nonsense" in sql:
            raise StatementFailed("That is no statement.", "Write one.")


@pytest.fixture
def checks() -> Checks:
    return Checks()


@pytest.fixture
def dialog(context, store, checks, qtbot) -> KnowledgeDialog:
    made = KnowledgeDialog(context, store, checks)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.model.rowCount() == 3)
    return made


@pytest.fixture
def choose(dialog) -> Callable[[str], None]:
    """Selects the row of that title."""

    def chosen(title: str) -> None:
        proxy = dialog.table.model()
        rows = [r for r in range(proxy.rowCount()) if proxy.index(r, 0).data() == title]
        dialog.table.selectRow(rows[0])

    return chosen


def test_that_it_lists_what_is_known_and_the_state_of_the_store(dialog) -> None:
    titles = [dialog.model.row(at)[0].title for at in range(3)]
    assert titles == ["Conversion", "Opening hours", "Top countries"]
    assert dialog.status.text() == (
        "3 pieces in the store “shop” (embedded), of the pack 1.0, found by m."
    )


def test_that_the_list_is_a_model_for_qt(dialog, qtmodeltester) -> None:
    qtmodeltester.check(dialog.model, force_py=True)


def test_that_it_is_narrowed_by_kind_and_by_words(dialog, qtbot) -> None:
    dialog.kind.setCurrentIndex(dialog.kind.findData("metric"))
    dialog.kind.activated.emit(dialog.kind.currentIndex())
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 1)
    dialog.kind.setCurrentIndex(0)
    dialog.search.setText("Nine")
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 1 and not dialog.table.isColumnHidden(3))
    assert dialog.model.index(0, 3).data() == "0.90"
    dialog.search.setText("no such words")
    qtbot.waitUntil(lambda: dialog.placeholder.heading.text() == "Nothing found")


def test_that_the_packs_own_are_read_only_and_may_be_copied(dialog, choose, store, qtbot) -> None:
    choose("Top countries")
    editor = dialog.editor
    assert editor.name.isReadOnly()
    assert editor.sql.isReadOnly()
    assert editor.text.toPlainText() == "Who buys most"
    assert editor.save.isHidden()
    assert editor.delete.isHidden()
    editor.copy.click()
    assert not editor.sql.isReadOnly()
    editor.name.setText("Top countries of mine")
    editor.save.click()
    qtbot.waitUntil(lambda: len(store.kept) == 4)
    (mine,) = [item for item in store.kept.values() if item.title == "Top countries of mine"]
    assert (mine.origin, mine.kind, mine.payload["sql"]) == ("user", "question", "SELECT 1")
    assert mine.text == "Top countries of mine\nWho buys most"


def test_that_a_question_is_kept_only_with_a_statement_that_runs(
    dialog, store, checks, qtbot
) -> None:
    dialog.add_question.click()
    editor = dialog.editor
    editor.save.click()
    assert editor.error.text().startswith("It has no title.")
    editor.name.setText("How many orders?")
    editor.save.click()
    assert editor.error.text().startswith("The question has no SQL.")
    editor.sql.setPlainText("nonsense")
    editor.save.click()
    qtbot.waitUntil(lambda: editor.error.text() == "That is no statement. Write one.")
    assert len(store.kept) == 3
    editor.sql.setPlainText("SELECT sum(orders) FROM gold_kpis")
    editor.save.click()
    qtbot.waitUntil(lambda: len(store.kept) == 4)
    assert checks.checked[-1] == "SELECT sum(orders) FROM gold_kpis"


def test_that_an_own_text_is_changed_in_place(dialog, choose, store, qtbot) -> None:
    choose("Opening hours")
    dialog.editor.text.setPlainText("Eight to six")
    dialog.editor.save.click()
    qtbot.waitUntil(lambda: store.kept["u1"].text == "Eight to six")
    assert len(store.kept) == 3


def test_that_a_question_with_another_title_leaves_no_second_one(
    dialog, choose, store, qtbot
) -> None:
    old = KnowledgeItem(
        id="u2",
        kind="question",
        title="Old",
        text="Old",
        origin="user",
        payload={"sql": "SELECT 1"},
    )
    store.put([old])
    dialog.read()
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 4)
    choose("Old")
    dialog.editor.name.setText("New")
    dialog.editor.save.click()
    qtbot.waitUntil(lambda: "u2" not in store.kept)
    assert [item.title for item in store.kept.values() if item.id not in ("p1", "p2", "u1")] == [
        "New"
    ]


def test_that_deleting_asks_first(dialog, choose, store, monkeypatch, qtbot) -> None:
    answers = iter([False, True])
    monkeypatch.setattr(module, "confirm", lambda *_a, **_n: next(answers))
    choose("Opening hours")
    dialog.editor.delete.click()
    assert "u1" in store.kept
    dialog.editor.delete.click()
    qtbot.waitUntil(lambda: "u1" not in store.kept)
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 2)
    assert dialog.editor.form.isHidden()


def test_that_a_store_that_is_down_is_told_and_tried_again(dialog, store, qtbot) -> None:
    store.down = True
    dialog.read()
    qtbot.waitUntil(lambda: dialog.placeholder.heading.text() == "The knowledge store is not up.")
    assert not dialog.add_question.isEnabled()
    store.down = False
    dialog.placeholder.button.click()
    qtbot.waitUntil(dialog.add_question.isEnabled)
