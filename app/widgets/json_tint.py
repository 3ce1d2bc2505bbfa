"""Colours for JSON: names, texts, numbers, words."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat
from PySide6.QtWidgets import QPlainTextEdit

from app.theme import Theme

_TOKEN: Final = re.compile(
    r'(?P<name>"(?:[^"\\]|\\.)*")(?=\s*:)|(?P<text>"(?:[^"\\]|\\.)*")'
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\b|(?P<word>\b(?:true|false|null)\b)"
)
_COLOURS: Final = {"name": "info", "text": "good", "number": "gold", "word": "accent"}
MOST_CHARS: Final = 32_000
"""Longer texts stay plain: they would be coloured at once, while the window waits."""
MOST_LINE: Final = 2_000


class JsonTint(QSyntaxHighlighter):
    """Colours the editor's text as JSON, whatever it is."""

    def __init__(self, editor: QPlainTextEdit, theme: Theme) -> None:
        super().__init__(editor)
        self._editor = editor
        self._theme = theme
        self._formats: dict[str, QTextCharFormat] = {}
        theme.changed.connect(self._recolour)
        self._recolour()
        self.setDocument(editor.document())

    def highlightBlock(self, text: str) -> None:  # noqa: N802 -- Qt's name
        """See QSyntaxHighlighter."""
        if len(text) > MOST_LINE or self.document().characterCount() > MOST_CHARS:
            return
        for match in _TOKEN.finditer(text):
            found = self._formats[str(match.lastgroup)]
            self.setFormat(match.start(), match.end() - match.start(), found)

    def _recolour(self) -> None:
        for kind, name in _COLOURS.items():
            shape = QTextCharFormat()
            shape.setForeground(QColor(getattr(self._theme.colours, name)))
            self._formats[kind] = shape
        if self.document() is not None:
            self.rehighlight()
