"""A framed area with an optional title and actions at its right."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget


class Card(QFrame):
    """``body`` takes the content, ``controls`` small buttons beside the title."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 10, 12, 12)
        outer.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(6)
        self.title_label = QLabel(title)
        self.title_label.setObjectName("cardTitle")
        row.addWidget(self.title_label)
        row.addStretch(1)
        self.controls = QHBoxLayout()
        self.controls.setSpacing(6)
        row.addLayout(self.controls)
        outer.addLayout(row)
        # Only now: a label without a parent would be shown as a window of its own.
        self.title_label.setVisible(bool(title))
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        outer.addLayout(self.body, 1)
        if title:
            self.setAccessibleName(title)

    def set_title(self, title: str) -> None:
        """Changes the title."""
        self.title_label.setText(title)
        self.title_label.setVisible(bool(title))
        self.setAccessibleName(title)
