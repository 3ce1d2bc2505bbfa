"""The editor of an API key or password: it shows that there is one, never which."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from app.pages.settings.editors import Editor
from app.words import tr
from engine.settings.describe import SettingInfo

DOTS = "••••••••••••"


class SecretEditor(Editor):
    """Entered text is committed by Enter or the button, then forgotten."""

    def __init__(self, info: SettingInfo, parent: QWidget | None = None) -> None:
        super().__init__(info, parent)
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.add(self.line)
        self.button = QPushButton(tr("Keep"))
        self.button.setObjectName(f"keep:{info.path}")
        self.button.setAccessibleName(tr("Keep {0}").format(tr(info.title)))
        self.button.setEnabled(False)
        self.row.addWidget(self.button)
        self.line.textChanged.connect(lambda text: self.button.setEnabled(bool(text.strip())))
        self.line.returnPressed.connect(self._keep)
        self.button.clicked.connect(self._keep)

    def show_info(self, info: SettingInfo, *, force: bool = False) -> None:
        """See Editor; a value is never at hand, only whether there is one."""
        self.info = info
        if force:
            self.line.clear()
        self.line.setPlaceholderText(DOTS if info.is_set else tr("none"))

    def _keep(self) -> None:
        text = self.line.text().strip()
        if text:
            self.line.clear()
            self.committed.emit(text)
