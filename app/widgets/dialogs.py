"""Questions that a person answers before something is changed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from app.words import tr


def confirm(parent: QWidget, title: str, text: str, action: str, *, danger: bool = False) -> bool:
    """Asks; ``action`` names what the button does. Enter cancels where it is dangerous."""
    box = QMessageBox(parent)
    box.setWindowTitle(title)
    box.setTextFormat(Qt.TextFormat.PlainText)  # it may name what a person called something
    box.setText(title)
    box.setInformativeText(text)
    do = box.addButton(action, QMessageBox.ButtonRole.AcceptRole)
    cancel = box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
    if danger:
        do.setObjectName("danger")
    box.setDefaultButton(cancel if danger else do)
    box.setEscapeButton(cancel)
    box.exec()
    agreed = box.clickedButton() is do
    box.deleteLater()  # the parent would keep it for as long as it lives
    return agreed
