"""One setting on the page: title, reason, editor, what a change needs, and what went wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QToolButton, QWidget

from app.icons import icon
from app.pages.settings.editors import ChoiceEditor, Editor, LineEditor, SwitchEditor
from app.pages.settings.numbers import NumberEditor, RateEditor
from app.pages.settings.secret import SecretEditor
from app.pages.settings.texts import bounds_text, restart_text, secret_text, value_text
from app.widgets.badge import Badge
from app.widgets.tone import set_tone
from app.words import tr
from engine.errors import LakehouseError
from engine.settings.describe import SettingInfo

EDITOR_WIDTH = 328
RATE = "generator.rate"


def make_editor(info: SettingInfo) -> Editor:
    """The editor for that kind of setting."""
    if info.path == RATE:
        return RateEditor(info)
    match info.kind:
        case "integer" | "number" | "bytes":
            return NumberEditor(info)
        case "choice":
            return ChoiceEditor(info)
        case "switch":
            return SwitchEditor(info)
        case "secret":
            return SecretEditor(info)
    return LineEditor(info)


class SettingRow(QFrame):
    """``changed`` carries the setting's dotted name and the new value; None is the default."""

    changed = Signal(str, object)

    def __init__(self, info: SettingInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.info = info
        self.setObjectName(f"row:{info.path}")
        self.editor = make_editor(info)
        self.editor.setFixedWidth(EDITOR_WIDTH)
        self.editor.committed.connect(lambda value: self.changed.emit(self.info.path, value))
        self.reason = _small(tr(info.reason))
        self.note = _small("")
        self.note.setFixedWidth(EDITOR_WIDTH)
        self.reset = self._make_reset()
        self._build()

    def _build(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 8, 0, 8)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        title = QLabel(tr(self.info.title))
        title.setWordWrap(True)
        title.setBuddy(self.editor)
        grid.addWidget(title, 0, 0)
        grid.addWidget(self.editor, 0, 1)
        grid.addWidget(self.reset, 0, 2)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(self.reason, 1, 0, top)
        grid.addWidget(self.note, 1, 1, top)
        chip = restart_text(self.info)
        if chip:
            grid.addWidget(Badge(chip, "muted"), 2, 0, Qt.AlignmentFlag.AlignLeft)

    def _make_reset(self) -> QToolButton:
        button = QToolButton()
        button.setObjectName("flat")
        button.setIcon(icon("undo"))
        default = value_text(self.info, self.info.default)
        what = tr("Back to the default: {0}").format(default)
        button.setToolTip(what)
        button.setAccessibleName(f"{tr(self.info.title)}: {what}")
        policy = button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        button.setSizePolicy(policy)
        button.clicked.connect(lambda: self.changed.emit(self.info.path, None))
        return button

    def show_info(self, info: SettingInfo, keyring: bool, *, saved: bool = False) -> None:
        """The present value; ``saved`` says that it comes from a change of this very row."""
        failed = bool(self.editor.property("failed"))
        self.info = info
        self.editor.show_info(info, force=saved)
        fixed = info.source == "environment"
        self.editor.setEnabled(not fixed)
        self.reset.setVisible(info.source not in ("default", "environment"))
        if saved or not failed:
            self._show_note(self._remark(keyring), "", failed=False)

    def show_error(self, error: LakehouseError) -> None:
        """Beside the field, with what to do."""
        self._show_note(str(error), "bad", failed=True)

    def _remark(self, keyring: bool) -> str:
        if self.info.source == "environment":
            return tr("The environment variable {0} gives this value; change it there.").format(
                self.info.variable
            )
        if self.info.secret:
            return secret_text(self.info, keyring)
        return bounds_text(self.info)

    def _show_note(self, text: str, tone: str, *, failed: bool) -> None:
        self.note.setText(text)
        set_tone(self.note, tone)
        self.note.setVisible(bool(text))
        self.editor.setProperty("failed", failed)
        self.editor.mark(invalid=failed)
        self.editor.setAccessibleDescription(text)


def _small(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("small")
    label.setWordWrap(True)
    return label
