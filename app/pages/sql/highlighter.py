"""Colours for SQL while it is typed."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from app.theme import Theme
from engine.query.lexer import KEYWORDS

_PIECE: Final = re.compile(
    r"(?P<comment>--.*)|(?P<open>/\*)|(?P<string>'(?:[^']|'')*'?)|(?P<name>\"[^\"]*\"?)"
    r"|(?P<number>(?<![\w.])(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(?P<word>[^\W\d]\w*)"
)
"""As in engine.query.lexer, for one line: a highlighter goes line by line."""
IN_COMMENT: Final = 1
IN_STRING: Final = 2


class SqlHighlighter(QSyntaxHighlighter):
    """Keywords, functions, strings, numbers, comments; comments and strings may span lines."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme
        self._formats: dict[str, QTextCharFormat] = {}
        theme.changed.connect(self.recolour)
        self._make_formats()

    def recolour(self) -> None:
        """The theme has changed."""
        self._make_formats()
        self.rehighlight()

    def _make_formats(self) -> None:
        colours = self._theme.colours
        kinds = {
            "keyword": colours.accent,
            "function": colours.series[3],
            "string": colours.good,
            "number": colours.warning,
            "comment": colours.muted,
            "name": colours.text,
        }
        for kind, colour in kinds.items():
            made = QTextCharFormat()
            made.setForeground(QColor(colour))
            made.setFontItalic(kind == "comment")
            if kind == "keyword":
                made.setFontWeight(QFont.Weight.DemiBold)
            self._formats[kind] = made

    def highlightBlock(self, text: str) -> None:  # noqa: N802 -- Qt's name
        """One line, with the state in which the line before it ended."""
        self.setCurrentBlockState(0)
        at = self._carry_on(text)
        while at < len(text):
            found = _PIECE.search(text, at)
            if found is None:
                return
            kind = str(found.lastgroup)
            if kind == "open":
                at = self._until(text, found.start(), found.end(), "*/", IN_COMMENT)
            elif kind == "string" and _is_open(found.group()):
                self._paint(found.start(), len(text), "string")
                self.setCurrentBlockState(IN_STRING)
                return
            else:
                self._paint(found.start(), found.end(), self._kind(kind, found, text))
                at = found.end()

    def _carry_on(self, text: str) -> int:
        """Where the rest of a comment or string of the line before ends."""
        if self.previousBlockState() == IN_COMMENT:
            return self._until(text, 0, 0, "*/", IN_COMMENT)
        if self.previousBlockState() == IN_STRING:
            return self._until(text, 0, 0, "'", IN_STRING)
        return 0

    def _until(self, text: str, start: int, search_from: int, end: str, state: int) -> int:
        found = text.find(end, search_from)
        stop = len(text) if found < 0 else found + len(end)
        if found < 0:
            self.setCurrentBlockState(state)
        self._paint(start, stop, "comment" if state == IN_COMMENT else "string")
        return stop

    def _kind(self, kind: str, found: re.Match[str], text: str) -> str:
        if kind != "word":
            return kind
        if found.group().lower() in KEYWORDS:
            return "keyword"
        return "function" if text[found.end() :].lstrip().startswith("(") else "name"

    def _paint(self, start: int, end: int, kind: str) -> None:
        self.setFormat(start, end - start, self._formats[kind])


def _is_open(string: str) -> bool:
    return len(string) == 1 or string.count("'") % 2 == 1
