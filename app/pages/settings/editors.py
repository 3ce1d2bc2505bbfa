"""One editor for each kind of setting. An editor shows a value and says what a person entered.

It judges nothing: whether a value is allowed is the engine's to say, and the row's to show.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QLocale, QObject, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QWidget

from app.pages.settings.texts import value_text
from app.words import tr
from engine.settings.describe import SettingInfo
from engine.settings.durations import duration_text

LOCALE = QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)
"""Numbers are written in one way in the whole window (``app.formats``)."""

_NOTHING = object()


class CalmWheel(QObject):
    """A wheel that scrolls the page must not change a value that it passes over."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 -- Qt's name
        """Swallows the wheel unless the widget has the keyboard."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget):
            if watched.hasFocus():
                return False
            event.ignore()
            return True
        return super().eventFilter(watched, event)


class Editor(QWidget):
    """``committed`` carries what was entered; None asks for the default."""

    committed = Signal(object)

    def __init__(self, info: SettingInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.info = info
        self._shown: object = _NOTHING
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(8)

    def add(self, widget: QWidget, stretch: int = 1) -> None:
        """Adds a part, named after the setting."""
        widget.setObjectName(f"edit:{self.info.path}")
        widget.setAccessibleName(tr(self.info.title))
        self.row.addWidget(widget, stretch)
        if self.focusProxy() is None:
            self.setFocusProxy(widget)

    def show_info(self, info: SettingInfo, *, force: bool = False) -> None:
        """Shows the present value. What is being typed stays, unless the value has changed."""
        self.info = info
        if force or self._shown is _NOTHING or self._shown != info.value:
            self._shown = info.value
            self.show_value(info.value)

    def show_value(self, value: object) -> None:
        """Puts a value into the widgets, without a signal."""
        raise NotImplementedError

    def mark(self, *, invalid: bool) -> None:
        """Shows that what was entered was refused."""


class LineEditor(Editor):
    """Text, a list, or a duration in words: committed with Enter or when the focus leaves."""

    def __init__(self, info: SettingInfo, parent: QWidget | None = None) -> None:
        super().__init__(info, parent)
        self.line = QLineEdit()
        self.add(self.line)
        self._text = ""
        self.line.setPlaceholderText(value_text(info, info.default))
        self.line.editingFinished.connect(self._finish)

    def show_value(self, value: object) -> None:
        """See Editor."""
        self._text = self.text_of(value)
        self.line.setText(self._text)

    def text_of(self, value: object) -> str:
        """The value as it is typed."""
        if value is None:
            return ""
        if isinstance(value, tuple):
            return ", ".join(str(part) for part in value)
        if self.info.kind == "duration" and isinstance(value, int | float):
            return duration_text(value)
        return str(value)

    def mark(self, *, invalid: bool) -> None:
        """See Editor."""
        if bool(self.line.property("invalid")) == invalid:
            return
        self.line.setProperty("invalid", invalid)
        self.line.style().unpolish(self.line)
        self.line.style().polish(self.line)

    def _finish(self) -> None:
        text = self.line.text().strip()
        if text == self._text:
            return
        self._text = text
        if not text:
            self.committed.emit(None)
        elif self.info.kind == "list":
            parts = (part.strip().upper() for part in text.split(","))
            self.committed.emit(tuple(part for part in parts if part))
        else:
            self.committed.emit(text)


class ChoiceEditor(Editor):
    """One of a few values."""

    def __init__(self, info: SettingInfo, parent: QWidget | None = None) -> None:
        super().__init__(info, parent)
        self.combo = QComboBox()
        for value, label in info.choices:
            self.combo.addItem(tr(label), value)
        self.combo.installEventFilter(CalmWheel(self.combo))
        self.add(self.combo)
        self.combo.activated.connect(self._chosen)

    def show_value(self, value: object) -> None:
        """See Editor."""
        self.combo.setCurrentIndex(self.combo.findData(value))

    def _chosen(self, _index: int) -> None:
        value = self.combo.currentData()
        if value != self._shown:
            self.committed.emit(value)


class SwitchEditor(Editor):
    """On or off."""

    def __init__(self, info: SettingInfo, parent: QWidget | None = None) -> None:
        super().__init__(info, parent)
        self.box = QCheckBox()
        self.add(self.box)
        self.box.clicked.connect(self._clicked)
        self.box.toggled.connect(self._say)

    def show_value(self, value: object) -> None:
        """See Editor."""
        self.box.setChecked(bool(value))
        self._say(bool(value))

    def _clicked(self, on: bool) -> None:
        self.committed.emit(on)

    def _say(self, on: bool) -> None:
        self.box.setText(tr("On") if on else tr("Off"))
