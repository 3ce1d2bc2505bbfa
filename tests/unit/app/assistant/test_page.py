"""The page: asking, cancelling, conversations, what is in use."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import QFileDialog, QLabel, QMessageBox

import app.pages.assistant.conversations as conversations_module
import app.pages.assistant.model_drop as drop_module
from app.pages.assistant.model_drop import model_in, offer_model
from app.pages.assistant.texts import QuestionButton
from engine.contracts.assistant import Progress, Readiness
from engine.settings import load_settings
from tests.unit.app.assistant.conftest import cards, texts
from tests.unit.llm.gguf_file import write

pytestmark = pytest.mark.unit


def test_that_it_says_which_model_is_in_use_and_what_to_do_without(page, assistant, qtbot) -> None:
    qtbot.waitUntil(lambda: page.model.text() == "small-model")
    assert page.notice.isHidden()
    assistant.readiness = Readiness("No language model is in use.", "Set one up.")
    page.shown()
    qtbot.waitUntil(lambda: page.notice.text() == "No language model is in use. Set one up.")
    assert not page.notice.isHidden()
    assert page.model.text() == "No language model"


def test_that_a_sample_is_asked_by_a_click(page, assistant, qtbot) -> None:
    page.samples.findChildren(QuestionButton)[0].click()
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


def test_that_steps_and_the_sentence_so_far_are_shown(page, assistant, qtbot) -> None:
    assistant.gate.clear()
    assistant.steps = (Progress("looking"), Progress("writing", "There were"))
    page.ask("top")
    qtbot.waitUntil(lambda: page._pending.text.text() == "There were")
    tones = {step: label.property("tone") for step, label in page._pending.steps.items()}
    assert (tones["looking"], tones["writing"]) == ("good", "info")
    assistant.gate.set()
    qtbot.waitUntil(lambda: len(cards(page)) == 1)
    assert page._pending is None


def test_that_escape_gives_a_question_up_and_keeps_its_words(page, assistant, qtbot) -> None:
    page.show()
    assistant.gate.clear()
    page.ask("top")
    qtbot.waitUntil(lambda: assistant.asked != [])
    qtbot.keyClick(page.composer.text, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page._pending is None)
    assert cards(page) == []
    assert page.composer.text.toPlainText() == "top"
    assert any(text.startswith("Cancelled.") for text in texts(page, QLabel))


def test_that_one_question_is_asked_at_a_time(page, assistant, qtbot) -> None:
    assistant.gate.clear()
    page.ask("top")
    page.ask("trend")
    page.composer.text.setPlainText("trend")
    assert not page.composer.ask.isEnabled()
    assert not page.again.isEnabled()
    assistant.gate.set()
    qtbot.waitUntil(lambda: len(cards(page)) == 1)
    assert page.composer.ask.isEnabled()
    assert [question for question, _ in assistant.asked] == ["top"]


def test_that_a_failure_is_shown_with_its_remedy(page, qtbot) -> None:
    page.ask("broken")
    qtbot.waitUntil(lambda: "The lake is closed.\nOpen it." in texts(page, QLabel))
    assert page.composer.text.isEnabled()


def test_that_the_next_question_goes_on_with_the_conversation(page, assistant, ask) -> None:
    ask("top")
    ask("only Germany")
    assert assistant.asked == [("top", None), ("only Germany", "talk-1")]


def test_that_a_new_conversation_begins_anew(page, assistant, ask) -> None:
    ask("top")
    page.again.click()
    assert cards(page) == []
    assert not page.samples.isHidden()
    ask("trend")
    assert assistant.asked[-1] == ("trend", None)


# Kept conversations


def test_that_kept_conversations_are_listed_and_searched(page, assistant, qtbot) -> None:
    assistant.keep("a", "orders of today")
    assistant.keep("b", "revenue")
    page.shown()
    qtbot.waitUntil(lambda: page.history.model.rowCount() == 2)
    page.history.search.setText("rev")
    qtbot.waitUntil(lambda: page.history.model.rowCount() == 1)
    assert page.history.model.index(0).data() == "revenue"
    page.history.search.setText("nothing such")
    qtbot.waitUntil(lambda: page.history.model.rowCount() == 0)
    assert page.history.placeholder.heading.text() == "Nothing found"


def test_that_one_is_opened_and_gone_on_with(page, assistant, qtbot, ask) -> None:
    assistant.keep("old", "top")
    page.shown()
    qtbot.waitUntil(lambda: page.history.model.rowCount() == 1)
    page.history.list.clicked.emit(page.history.model.index(0))
    qtbot.waitUntil(lambda: len(cards(page)) == 2)
    assert [card.answer.question for card in cards(page)] == ["top", "trend"]
    ask("and then?")
    assert assistant.asked == [("and then?", "old")]


def test_that_no_question_is_asked_among_turns_that_still_come(page, assistant, qtbot) -> None:
    assistant.shelf.clear()
    page.composer.text.setPlainText("and then?")
    page.open_conversation("old")
    page.composer.send()
    page.ask("and then?")
    assert page.composer.text.toPlainText() == "and then?"
    assistant.shelf.set()
    qtbot.waitUntil(page.composer.ask.isEnabled)
    page.composer.send()
    qtbot.waitUntil(lambda: len(cards(page)) == 3)
    assert [card.answer.question for card in cards(page)] == ["top", "trend", "and then?"]
    assert assistant.asked == [("and then?", "old")]


def test_that_another_choice_ends_the_loading_of_one(page, assistant, toasts, qtbot) -> None:
    assistant.shelf.clear()
    page.open_conversation("old")
    page.begin_anew()
    page.ask("top")
    qtbot.waitUntil(lambda: len(cards(page)) == 1)
    assistant.lost = True
    assistant.shelf.set()
    qtbot.waitUntil(lambda: ("error", "The conversation is gone. Begin a new one.") in toasts)
    assert [card.answer.question for card in cards(page)] == ["top"]


def test_that_one_that_cannot_be_opened_leaves_a_page_to_ask_on(
    page, assistant, toasts, qtbot, ask
) -> None:
    assistant.lost = True
    page.open_conversation("old")
    qtbot.waitUntil(lambda: toasts != [])
    ask("top")
    assert assistant.asked == [("top", None)]


def test_that_one_is_deleted_only_after_a_question(page, assistant, qtbot, monkeypatch) -> None:
    kept = assistant.keep("old", "top")
    said = []

    def answer(*arguments, **_named) -> bool:
        said.append(arguments[1:3])
        return len(said) > 1

    monkeypatch.setattr(conversations_module, "confirm", answer)
    page.shown()
    qtbot.waitUntil(lambda: page.history.model.rowCount() == 1)
    page.open_conversation("old")
    qtbot.waitUntil(lambda: len(cards(page)) == 2)
    page.conversations.delete(kept)
    assert "old" in assistant.kept
    page.conversations.delete(kept)
    qtbot.waitUntil(lambda: page.history.model.rowCount() == 0)
    assert said[0] == ("Delete this conversation?", "“top” and its answers are gone for good.")
    assert cards(page) == []


def test_that_one_is_exported_as_markdown(page, assistant, toasts, tmp_path, qtbot) -> None:
    kept = assistant.keep("old", "top")
    page.conversations.choose_export(kept)
    (dialog,) = page.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "talk.md"))
    qtbot.waitUntil(lambda: toasts != [])
    assert (tmp_path / "talk.md").read_text() == "# top\n"
    dialog.reject()


def test_that_the_list_is_a_model_for_qt(page, assistant, qtmodeltester, qtbot) -> None:
    assistant.keep("a", "orders", turns=1)
    assistant.keep("b", "revenue", age_h=50)
    page.shown()
    qtbot.waitUntil(lambda: page.history.model.rowCount() == 2)
    qtmodeltester.check(page.history.model, force_py=True)
    said = page.history.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said.startswith("orders, 1 question  ·  ")
    page.history.list.grab()


# A model file


def dragged(*paths: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    return data


def test_that_one_model_file_may_be_dropped_and_nothing_else() -> None:
    assert str(model_in(dragged("/a/b.GGUF"))) == "/a/b.GGUF"
    assert model_in(dragged("/a/b.txt")) is None
    assert model_in(dragged("/a/b.gguf", "/a/c.gguf")) is None


def test_that_a_file_that_is_no_model_is_told(page, context, toasts, tmp_path, qtbot) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"not a model")
    offer_model(page, context, broken, lambda: None)
    qtbot.waitUntil(lambda: len(toasts) == 2)
    assert toasts[1][0] == "error"
    assert "broken.gguf is no GGUF file that can be used" in toasts[1][1]
    assert page.findChildren(QMessageBox) == []


def test_that_a_model_file_is_used_once_a_person_said_so(
    page, context, toasts, tmp_path, monkeypatch, qtbot
) -> None:
    file = write(tmp_path / "tiny.gguf")
    answers, said, done = iter([False, True]), [], []

    def answer(_page, title, text, _action) -> bool:
        said.append((title, text))
        return next(answers)

    monkeypatch.setattr(drop_module, "confirm", answer)
    monkeypatch.setattr("engine.llm.fits._has_avx2", lambda: True)
    offer_model(page, context, file, lambda: done.append(True))
    qtbot.waitUntil(lambda: len(said) == 1)
    assert said[0][0].startswith("Use tiny")
    assert "GB of memory while it is loaded." in said[0][1]
    assert load_settings({}, context.desk.paths.root).assistant.local_model is None
    offer_model(page, context, file, lambda: done.append(True))
    qtbot.waitUntil(lambda: done == [True])
    assert load_settings({}, context.desk.paths.root).assistant.local_model == str(file)
    assert toasts[-1] == ("good", "tiny.gguf is loaded at the next question")
