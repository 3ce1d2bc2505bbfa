"""Opaque mixtures of two colours, which cost nothing to draw over one another."""

from __future__ import annotations

from PySide6.QtGui import QColor


def mixed(front: QColor, back: QColor, share: float) -> QColor:
    """As ``front`` looks over ``back`` with that opacity."""
    return QColor.fromRgbF(
        front.redF() * share + back.redF() * (1 - share),
        front.greenF() * share + back.greenF() * (1 - share),
        front.blueF() * share + back.blueF() * (1 - share),
    )


def text_over(back: QColor) -> QColor:
    """Black or white, whichever is read more easily."""
    light = 0.299 * back.redF() + 0.587 * back.greenF() + 0.114 * back.blueF()
    return QColor("#0b1220" if light > 0.52 else "#ffffff")
