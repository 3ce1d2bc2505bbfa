"""The editor: line numbers, current line, brackets, comments, and where an error is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from app.pages.sql.highlighter import IN_COMMENT, IN_STRING, SqlHighlighter
from app.theme import Theme
from app.words import tr
from engine.query.lexer import bracket_pair, statement_at

FAMILIES = ("JetBrains Mono", "Cascadia Mono", "Menlo", "Consolas", "DejaVu Sans Mono")
TAB = "  "
REACH = 8_000
"""Characters before and behind the cursor's line that brackets and completions are looked for in:
a few milliseconds at every key, however long the script is."""
MOST_LEXED = 4 * REACH
"""Characters; the cursor's own line may be longer than all the rest."""
LONGEST_WORD = 200
_WORD = re.compile(r"\.?(?:[^\W\d]\w*)?$")
_OPENS = {IN_COMMENT: "/*", IN_STRING: "'"}


@dataclass(frozen=True)
class Near:
    """The text around the cursor, in whole lines."""

    text: str
    cursor: int
    """Within it, in characters."""
    start: int
    """Where it begins in the document, in Qt's units."""

    def position(self, characters: int) -> int:
        """A place of the text as a position in the document."""
        return self.start + _units(self.text, characters)


class SqlEditor(QPlainTextEdit):
    """Emits what a person wants; runs nothing itself."""

    run_asked = Signal()
    completion_asked = Signal()
    typed = Signal(str)
    """A key that changed the text."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._error: tuple[int, int] | None = None
        self._numbers = LineNumbers(self)
        self._highlighter = SqlHighlighter(self.document(), theme)
        self.setObjectName("sqlEditor")
        self.setAccessibleName(tr("SQL editor"))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(False)
        self.setFont(_fixed_font())
        self.setTabStopDistance(self.fontMetrics().horizontalAdvance(" ") * len(TAB))
        self.blockCountChanged.connect(lambda _count: self._make_room())
        self.updateRequest.connect(self._scrolled)
        self.cursorPositionChanged.connect(self.mark)
        self.textChanged.connect(self.forget_error)
        theme.changed.connect(self.mark)
        self._make_room()
        self.mark()

    def place(self) -> int:
        """The cursor's position in the text, in characters."""
        return _characters(self.toPlainText(), self.textCursor().position())

    def near(self) -> Near:
        """What stands around the cursor, so that a long script costs no more than a short one.

        Where it begins within a comment or a string, as the highlighter knows, that is opened
        again. A single line is never cut.
        """
        cursor = self.textCursor()
        first = last = cursor.block()
        lowest, highest = first.position() - REACH, last.position() + last.length() + REACH
        while first.previous().isValid() and first.previous().position() >= lowest:
            first = first.previous()
        while last.next().isValid() and last.next().position() + last.next().length() <= highest:
            last = last.next()
        lines, block = [], first
        while block != last:
            lines.append(block.text())
            block = block.next()
        opens = _OPENS.get(first.previous().userState(), "")
        text = opens + "\n".join([*lines, last.text()])
        start = first.position() - len(opens)
        return Near(text, _characters(text, cursor.position() - start), start)

    def word(self) -> str:
        """The letters before the cursor, with the dot before them."""
        cursor = self.textCursor()
        line = cursor.block().text()
        at = _characters(line, cursor.positionInBlock())
        found = _WORD.search(line[max(at - LONGEST_WORD, 0) : at])
        return found.group() if found else ""

    def statement(self) -> tuple[str, int]:
        """The selection, else the statement under the cursor, and where it begins (characters)."""
        text, cursor = self.toPlainText(), self.textCursor()
        if cursor.hasSelection():
            start = _characters(text, cursor.selectionStart())
            return text[start : _characters(text, cursor.selectionEnd())], start
        span = statement_at(text, self.place())
        return (text[slice(*span)], span[0]) if span else ("", 0)

    def insert(self, text: str) -> None:
        """Puts a text in place of the selection and goes on typing behind it."""
        cursor = self.textCursor()
        if cursor.position() and not cursor.hasSelection():
            before = self.toPlainText()[self.place() - 1]
            text = text if before in " \n(,." else f" {text}"
        cursor.insertText(text)
        self.setTextCursor(cursor)
        self.setFocus()

    def replace(self, start: int, text: str) -> None:
        """Puts a text in place of what stands between ``start``, a position in the document, and
        the cursor.
        """
        cursor = self.textCursor()
        end = cursor.position()
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text)
        self.setTextCursor(cursor)

    def show_error(self, position: int) -> tuple[int, int]:
        """Underlines the word at a position (characters); its line and column, from 1."""
        position = _units(self.toPlainText(), position)
        block = self.document().findBlock(min(position, self.document().characterCount() - 1))
        self._error = (position, block.blockNumber())
        self.mark()
        return block.blockNumber() + 1, position - block.position() + 1

    def forget_error(self) -> None:
        """The text has changed: the place is no longer right."""
        if self._error is not None:
            self._error = None
            self.mark()

    def go_to(self, position: int) -> None:
        """Moves the cursor to a position (characters) and shows it."""
        cursor = self.textCursor()
        position = _units(self.toPlainText(), position)
        cursor.setPosition(min(position, self.document().characterCount() - 1))
        self.setTextCursor(cursor)
        self.centerCursor()
        self.setFocus()

    def toggle_comment(self) -> None:
        """Comments the selected lines, or brings them back where all are comments."""
        cursor = self.textCursor()
        document = self.document()
        first = document.findBlock(cursor.selectionStart()).blockNumber()
        last = document.findBlock(cursor.selectionEnd()).blockNumber()
        blocks = [document.findBlockByNumber(number) for number in range(first, last + 1)]
        filled = [block for block in blocks if block.text().strip()]
        undo = bool(filled) and all(block.text().lstrip().startswith("--") for block in filled)
        cursor.beginEditBlock()
        for block in filled or blocks:
            indent = len(block.text()) - len(block.text().lstrip())
            edit = QTextCursor(block)
            edit.movePosition(
                QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.MoveAnchor, indent
            )
            if undo:
                length = 3 if block.text()[indent:].startswith("-- ") else 2
                for _ in range(length):
                    edit.deleteChar()
            else:
                edit.insertText("-- ")
        cursor.endEditBlock()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 -- Qt's name
        """Keys of an editor for code, beside those of every editor."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        key = event.key()
        if control and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.run_asked.emit()
        elif control and key == Qt.Key.Key_Space:
            self.completion_asked.emit()
        elif control and key == Qt.Key.Key_Slash:
            self.toggle_comment()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._new_line()
        elif key == Qt.Key.Key_Tab and not self.textCursor().hasSelection():
            self.textCursor().insertText(TAB)
        else:
            super().keyPressEvent(event)
            if event.text() and not control:
                self.typed.emit(event.text())

    def _new_line(self) -> None:
        """Indented as the line before."""
        cursor = self.textCursor()
        line = cursor.block().text()[: cursor.positionInBlock()]
        cursor.insertText("\n" + line[: len(line) - len(line.lstrip())])
        self.ensureCursorVisible()

    def mark(self) -> None:
        """Current line, brackets and error, painted behind the text."""
        marks = [self._current_line()]
        near = self.near()
        if len(near.text) <= MOST_LEXED:
            pair = bracket_pair(near.text, near.cursor)
            marks += [self._bracket(near.position(at)) for at in pair or ()]
        if self._error is not None:
            marks.append(self._wave(self._error[0]))
        self.setExtraSelections(marks)
        self._numbers.update()

    def _current_line(self) -> QTextEdit.ExtraSelection:
        mark = _mark(self.textCursor())
        mark.cursor.clearSelection()
        mark.format.setBackground(self._theme.qcolor("hover"))
        mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        return mark

    def _bracket(self, at: int) -> QTextEdit.ExtraSelection:
        mark = _mark(self._span(at, at + 1))
        mark.format.setBackground(self._theme.qcolor("selection"))
        return mark

    def _wave(self, position: int) -> QTextEdit.ExtraSelection:
        cursor = self._span(position, position)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfWord, QTextCursor.MoveMode.KeepAnchor)
        if not cursor.hasSelection():
            cursor.movePosition(QTextCursor.MoveOperation.Left)
            cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor)
        mark = _mark(cursor)
        mark.format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        mark.format.setUnderlineColor(self._theme.qcolor("bad"))
        return mark

    def _span(self, start: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self.document())
        last = self.document().characterCount() - 1
        cursor.setPosition(min(start, last))
        cursor.setPosition(min(end, last), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 -- Qt's name
        """The numbers keep to the left edge."""
        super().resizeEvent(event)
        inside = self.contentsRect()
        self._numbers.setGeometry(
            QRect(inside.left(), inside.top(), self._numbers.wanted_width(), inside.height())
        )

    def _make_room(self) -> None:
        self.setViewportMargins(self._numbers.wanted_width() + 4, 0, 0, 0)

    def _scrolled(self, area: QRect, by: int) -> None:
        if by:
            self._numbers.scroll(0, by)
        else:
            self._numbers.update(0, area.y(), self._numbers.width(), area.height())

    def paint_numbers(self, event: QPaintEvent) -> None:
        """Draws the numbers of the lines in view; the line of an error in red."""
        painter = QPainter(self._numbers)
        painter.setFont(self.font())
        current = self.textCursor().blockNumber()
        block = self.firstVisibleBlock()
        offset = self.contentOffset()
        height = self.fontMetrics().height()
        while block.isValid():
            top = round(self.blockBoundingGeometry(block).translated(offset).top())
            if top > event.rect().bottom():
                break
            painter.setPen(self._number_colour(block.blockNumber(), current))
            place = QRect(0, top, self._numbers.width() - 8, height)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight, str(block.blockNumber() + 1))
            block = block.next()
        painter.end()

    def _number_colour(self, line: int, current: int) -> QColor:
        if self._error is not None and line == self._error[1]:
            return self._theme.qcolor("bad")
        return self._theme.qcolor("text" if line == current else "muted")


class LineNumbers(QWidget):
    """The strip at the editor's left."""

    def __init__(self, editor: SqlEditor) -> None:
        super().__init__(editor)
        self._editor = editor

    def wanted_width(self) -> int:
        """Room for the largest number and air."""
        digits = max(2, len(str(self._editor.blockCount())))
        return 16 + self._editor.fontMetrics().horizontalAdvance("9") * digits

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        return QSize(self.wanted_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 -- Qt's name
        self._editor.paint_numbers(event)


def _units(text: str, characters: int) -> int:
    """Qt counts what it calls characters in units of 16 bits."""
    return characters if text.isascii() else len(text[:characters].encode("utf-16-le")) // 2


def _characters(text: str, units: int) -> int:
    if text.isascii():
        return units
    return len(text.encode("utf-16-le")[: units * 2].decode("utf-16-le", errors="ignore"))


def _mark(cursor: QTextCursor) -> QTextEdit.ExtraSelection:
    made = QTextEdit.ExtraSelection()
    made.cursor = cursor
    made.format = QTextCharFormat()
    return made


def _fixed_font() -> QFont:
    known = set(QFontDatabase.families())
    family = next((name for name in FAMILIES if name in known), None)
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    if family:
        font.setFamily(family)
    font.setPointSize(10)
    return font


def popup_place(editor: SqlEditor) -> QPoint:
    """Where a popup belongs: below the cursor, on the screen."""
    below = editor.cursorRect().bottomLeft() + QPoint(0, 4)
    return editor.viewport().mapToGlobal(below)
