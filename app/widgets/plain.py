"""Text of others, shown as it is: Qt takes what looks like HTML for HTML.

What a producer sent may hold ``<img src=…>`` or a page of markup. Wherever such text is shown, its
label is made here and its tooltip passed through here.
"""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as RichText
from PySide6.QtWidgets import QLabel


def plain_label(text: str = "") -> QLabel:
    """A label that draws every character of its text."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def plain_tip(text: str) -> str:
    """The text for a tooltip, which has no switch: what looks like HTML is escaped."""
    if not RichText.mightBeRichText(text):
        return text
    return f'<span style="white-space: pre-wrap">{escape(text)}</span>'
