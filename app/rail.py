"""The left rail: one button a page, with a count where something wants attention."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QButtonGroup, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.icons import icon
from app.registry import Entry
from app.theme import Theme
from app.words import tr

WIDE, NARROW = 168, 56


class Rail(QWidget):
    """``chosen`` carries a page's key."""

    chosen = Signal(str)
    about = Signal()

    def __init__(
        self, entries: Sequence[Entry], theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Pages"))
        self._theme = theme
        self._entries = {entry.key: entry for entry in entries}
        self._buttons: dict[str, QToolButton] = {}
        self._counts: dict[str, int] = {}
        self._wide = True
        self._group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 12, 8, 12)
        layout.setSpacing(2)
        self._name = QLabel("RT-Lakehouse")
        self._name.setObjectName("heading")
        self._name.setContentsMargins(10, 0, 0, 10)
        layout.addWidget(self._name)
        for entry in entries:
            if entry.key == "settings":
                layout.addStretch(1)
            layout.addWidget(self._add(entry))
        layout.addWidget(self._add_about())
        self.setFixedWidth(WIDE)
        theme.changed.connect(self._tint)
        self._tint()

    def show_chosen(self, key: str) -> None:
        """Marks a page as the one that is shown."""
        self._buttons[key].setChecked(True)
        self._tint()

    def set_count(self, key: str, count: int) -> None:
        """A number beside a page's name; 0 takes it away."""
        self._counts[key] = count
        self._write(key)

    def set_wide(self, wide: bool) -> None:
        """Names beside the icons, or icons alone in a narrow window."""
        if wide == self._wide:
            return
        self._wide = wide
        self.setFixedWidth(WIDE if wide else NARROW)
        self._name.setVisible(wide)
        for key in self._buttons:
            self._write(key)
        style = Qt.ToolButtonStyle
        self._about.setToolButtonStyle(
            style.ToolButtonTextBesideIcon if wide else style.ToolButtonIconOnly
        )

    def _add(self, entry: Entry) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"rail-{entry.key}")
        button.setCheckable(True)
        button.setIconSize(QSize(20, 20))
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setMinimumHeight(36)
        keys = QKeySequence(entry.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        button.setToolTip(f"{tr(entry.title)}  {keys}")
        button.clicked.connect(lambda _checked=False, key=entry.key: self.chosen.emit(key))
        self._group.addButton(button)
        self._buttons[entry.key] = button
        self._write(entry.key)
        return button

    def _add_about(self) -> QToolButton:
        self._about = button = QToolButton()
        button.setObjectName("rail-about")
        button.setIconSize(QSize(20, 20))
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setMinimumHeight(36)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setText(f"  {tr('About')}")
        button.setToolTip(f"{tr('About and licences')}  F1")
        button.clicked.connect(self.about)
        return button

    def _write(self, key: str) -> None:
        button, title = self._buttons[key], tr(self._entries[key].title)
        count = self._counts.get(key, 0)
        style = Qt.ToolButtonStyle
        button.setToolButtonStyle(
            style.ToolButtonTextBesideIcon if self._wide else style.ToolButtonIconOnly
        )
        button.setText(f"  {title}  ({count})" if count else f"  {title}")
        button.setAccessibleName(tr("{0}, {1} open").format(title, count) if count else title)

    def _tint(self) -> None:
        colours = self._theme.colours
        for key, button in self._buttons.items():
            colour = colours.accent if button.isChecked() else colours.muted
            button.setIcon(icon(self._entries[key].icon, colour))
        self._about.setIcon(icon("info", colours.muted))
