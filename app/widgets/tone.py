"""A widget's ``tone`` property, which the style sheet turns into a colour."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def set_tone(widget: QWidget, tone: str) -> None:
    """``good``, ``warning``, ``bad``, ``info``, ``muted`` or empty; repaints where it changed."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
