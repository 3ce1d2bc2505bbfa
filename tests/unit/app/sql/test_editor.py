"""Keys of the editor, and the list of completions."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor

from app.pages.sql.completer import Completer
from app.pages.sql.editor import MOST_LEXED, REACH, SqlEditor
from engine.query.complete import Catalogue
from engine.query.lexer import tokens

pytestmark = pytest.mark.unit

CATALOGUE = Catalogue({"gold_kpis": {"gmv_usd": "DOUBLE", "orders": "BIGINT"}}, ("sum",))
TWO = "SELECT 1;\n\nSELECT 2\nFROM a"


@pytest.fixture
def editor(context, qtbot) -> SqlEditor:
    made = SqlEditor(context.theme)
    qtbot.addWidget(made)
    made.resize(600, 300)
    made.show()
    made.setFocus()
    return made


@pytest.fixture
def completer(editor, context) -> Completer:
    return Completer(editor, context.theme, lambda: CATALOGUE)


def place(editor, position, anchor=None):
    cursor = editor.textCursor()
    cursor.setPosition(position if anchor is None else anchor)
    if anchor is not None:
        cursor.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
    editor.setTextCursor(cursor)


def test_that_the_statement_under_the_cursor_or_the_selection_is_run(editor):
    editor.setPlainText(TWO)
    place(editor, 3)
    assert editor.statement() == ("SELECT 1", 0)
    place(editor, 15)
    assert editor.statement() == ("SELECT 2\nFROM a", 11)
    place(editor, 19, anchor=11)
    assert editor.statement() == ("SELECT 2", 11)


def test_that_positions_survive_characters_of_two_units(editor):
    editor.setPlainText("SELECT '😀😀';\nSELECT wrong")
    place(editor, len("SELECT '😀😀';\nSEL") + 2)
    assert editor.statement() == ("SELECT wrong", 13)
    assert editor.show_error(20) == (2, 8)


def test_that_ctrl_enter_asks_to_run(editor, qtbot):
    editor.setPlainText("SELECT 1")
    with qtbot.waitSignal(editor.run_asked):
        qtbot.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert editor.toPlainText() == "SELECT 1"


def test_that_lines_are_commented_and_brought_back(editor, qtbot):
    editor.setPlainText("SELECT 1\n  FROM a\n\nWHERE b")
    place(editor, 15, anchor=2)
    qtbot.keyClick(editor, Qt.Key.Key_Slash, Qt.KeyboardModifier.ControlModifier)
    assert editor.toPlainText() == "-- SELECT 1\n  -- FROM a\n\nWHERE b"
    qtbot.keyClick(editor, Qt.Key.Key_Slash, Qt.KeyboardModifier.ControlModifier)
    assert editor.toPlainText() == "SELECT 1\n  FROM a\n\nWHERE b"


def test_that_a_new_line_keeps_the_indent(editor, qtbot):
    editor.setPlainText("SELECT\n  a")
    place(editor, 10)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert editor.toPlainText() == "SELECT\n  a\n  "


def test_that_an_inserted_name_stands_apart_from_a_word(editor):
    editor.setPlainText("SELECT")
    place(editor, 6)
    editor.insert("orders")
    editor.insert("gmv_usd")
    assert editor.toPlainText() == "SELECT orders gmv_usd"


def test_that_an_error_is_marked_until_the_text_changes(editor, qtbot):
    editor.setPlainText("SELECT\n  nothing")
    before = len(editor.extraSelections())
    assert editor.show_error(9) == (2, 3)
    assert len(editor.extraSelections()) == before + 1
    qtbot.keyClicks(editor, "x")
    assert len(editor.extraSelections()) == before


def test_that_typing_two_letters_opens_the_list_and_enter_takes_the_word(completer, editor, qtbot):
    editor.setPlainText(" FROM gold_kpis")
    place(editor, 0)
    qtbot.keyClicks(editor, "SELECT g")
    assert not completer.open
    qtbot.keyClicks(editor, "m")
    qtbot.waitUntil(lambda: completer.open)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert not completer.open
    assert editor.toPlainText() == "SELECT gmv_usd FROM gold_kpis"


def test_that_a_dot_opens_the_list_and_a_number_does_not(completer, editor, qtbot):
    editor.setPlainText(" FROM gold_kpis k")
    place(editor, 0)
    qtbot.keyClicks(editor, "SELECT 12")
    assert not completer._pause.isActive()
    qtbot.keyClicks(editor, ", k.")
    qtbot.waitUntil(lambda: completer.open)
    qtbot.keyClicks(editor, "o")
    assert completer.open, "an open list follows each key at once"
    assert completer.model.rowCount() == 1


def test_that_nothing_is_looked_up_for_who_types_on(completer, editor, qtbot, monkeypatch):
    asked = []
    monkeypatch.setattr(completer, "offer", lambda **_: asked.append(editor.toPlainText()))
    qtbot.keyClicks(editor, "SELECT ord")
    assert completer._pause.isActive()
    qtbot.keyClicks(editor, " ")
    assert not completer._pause.isActive()
    assert asked == []


LONG = "SELECT (a) -- it's one\nFROM gold_kpis WHERE b = '(';\n" * 4000


def test_that_only_what_is_near_is_looked_at_in_a_long_script(editor):
    editor.setPlainText(LONG)
    at = LONG.index("(a)", len(LONG) // 2)
    place(editor, at)
    near = editor.near()
    assert len(near.text) < 3 * REACH
    assert near.position(near.cursor) == at
    assert LONG[near.start :].startswith(near.text)
    marks = {(m.cursor.selectionStart(), m.cursor.selectionEnd()) for m in editor.extraSelections()}
    assert {(at, at + 1), (at + 2, at + 3)} <= marks


@pytest.mark.parametrize(("opens", "closes"), [("/*", "*/"), ("'", "'")])
def test_that_what_begins_far_above_is_still_no_code(editor, opens, closes):
    inside = "(a)\n" * REACH
    editor.setPlainText(f"😀 SELECT {opens}{inside}{closes} (b)")
    place(editor, 3 * REACH)
    near = editor.near()
    assert near.text.startswith(opens)
    assert {kind.kind for kind in tokens(near.text)} <= {"comment", "string"}
    assert len(editor.extraSelections()) == 1, "no bracket is code here"
    place(editor, editor.document().characterCount() - 1)
    assert len(editor.extraSelections()) == 3


def test_that_a_completion_is_put_in_its_place_in_a_long_script(completer, editor, qtbot):
    editor.setPlainText(LONG + "SELECT '😀', gm FROM gold_kpis")
    at = editor.document().characterCount() - 1 - len(" FROM gold_kpis")
    place(editor, at)
    qtbot.keyClicks(editor, "v")
    qtbot.waitUntil(lambda: completer.open)
    completer.accept()
    assert editor.toPlainText().endswith("SELECT '😀', gmv_usd FROM gold_kpis")


def test_that_one_endless_line_is_not_looked_through_at_every_key(completer, editor, qtbot):
    editor.setPlainText("SELECT " + "(a) + " * 20_000)
    place(editor, 8)
    assert len(editor.extraSelections()) == 1
    completer.offer(by_itself=True)
    assert not completer.open
    assert len(editor.near().text) > MOST_LEXED


def test_that_the_list_is_walked_by_arrows_and_left_by_escape(completer, editor, qtbot):
    editor.setPlainText("SELECT  FROM gold_kpis")
    place(editor, 7)
    qtbot.keyClick(editor, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert completer.open
    qtbot.keyClick(editor, Qt.Key.Key_Down)
    assert completer.list.currentIndex().data() == "orders"
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert not completer.open
    assert editor.toPlainText() == "SELECT  FROM gold_kpis"


def test_that_a_function_opens_its_bracket(completer, editor, qtbot):
    qtbot.keyClicks(editor, "SELECT su")
    completer.offer(by_itself=False)
    completer.accept()
    assert editor.toPlainText() == "SELECT sum("


def test_that_the_completions_are_a_model_for_qt(completer, editor, qtmodeltester):
    completer.offer(by_itself=False)
    qtmodeltester.check(completer.model, force_py=True)


def test_that_strings_and_comments_are_coloured_over_lines(editor):
    editor.setPlainText("SELECT /* a\nb */ 'c\nd' -- e\nFROM f")
    kinds = []
    block = editor.document().firstBlock()
    while block.isValid():
        kinds.append([f.format.foreground().color().name() for f in block.layout().formats()])
        block = block.next()
    colours = editor._theme.colours
    assert kinds[0] == [colours.accent, colours.muted]
    assert kinds[1] == [colours.muted, colours.good]
    assert kinds[2] == [colours.good, colours.muted]
    assert kinds[3][0] == colours.accent
