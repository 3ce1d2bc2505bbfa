"""Small windows: a whole value, a name for a query, a file for an export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QInputDialog,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.widgets.file_dialogs import ask_save
from app.words import tr


def show_value(parent: QWidget, title: str, value: str | None) -> QDialog:
    """A window with one whole value, to read and to copy; returns at once."""
    dialog = QDialog(parent)
    dialog.setObjectName("valueDialog")
    dialog.setWindowTitle(title)
    dialog.resize(640, 420)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(16, 16, 16, 16)
    layout.setSpacing(12)
    heading = QLabel(title if value is not None else tr("{0} is NULL").format(title))
    heading.setObjectName("heading")
    text = QPlainTextEdit(value or "")
    text.setReadOnly(True)
    text.setAccessibleName(title)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    copy = buttons.addButton(tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
    copy.setEnabled(value is not None)
    copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(value or ""))
    buttons.rejected.connect(dialog.reject)
    for widget in (heading, text, buttons):
        layout.addWidget(widget)
    text.setVisible(value is not None)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog


def ask_name(parent: QWidget, suggestion: str, done: Callable[[str], None]) -> QInputDialog:
    """Asks what a saved query is called; returns at once."""
    dialog = QInputDialog(parent)
    dialog.setObjectName("nameDialog")
    dialog.setWindowTitle(tr("Save query"))
    dialog.setLabelText(tr("Name (a query of the same name is replaced)"))
    dialog.setTextValue(suggestion)
    dialog.resize(420, 120)
    dialog.textValueSelected.connect(lambda name: done(name.strip()) if name.strip() else None)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog


def ask_csv_file(parent: QWidget, done: Callable[[Path], None]) -> QFileDialog:
    """Asks where a result is written; returns at once."""
    dialog = ask_save(parent, tr("Export the result"), "result.csv", "CSV (*.csv)", done)
    dialog.setObjectName("exportDialog")
    return dialog
