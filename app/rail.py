"""The left rail: one button a page, with a count where something wants attention."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeySequence, QPainter
from PySide6.QtWidgets import QButtonGroup, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.icons import icon
from app.registry import Entry
from app.theme import Theme
from app.words import tr

WIDE, NARROW = 168, 56
ICON_PX = 20
FINDINGS = "services"
"""Its count is of what doctor found wrong; the others' is of what is open."""


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
        self._tint()

    def set_wide(self, wide: bool) -> None:
        """Names beside the icons, or icons alone in a narrow window."""
        if wide == self._wide:
            return
        self._wide = wide
        self.setFixedWidth(WIDE if wide else NARROW)
        self._name.setVisible(wide)
        for key in self._buttons:
            self._write(key)
        self._tint()
        style = Qt.ToolButtonStyle
        self._about.setToolButtonStyle(
            style.ToolButtonTextBesideIcon if wide else style.ToolButtonIconOnly
        )

    def _add(self, entry: Entry) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"rail-{entry.key}")
        button.setCheckable(True)
        button.setIconSize(QSize(ICON_PX, ICON_PX))
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setMinimumHeight(36)
        button.clicked.connect(lambda _checked=False, key=entry.key: self.chosen.emit(key))
        self._group.addButton(button)
        self._buttons[entry.key] = button
        self._write(entry.key)
        return button

    def _add_about(self) -> QToolButton:
        self._about = button = QToolButton()
        button.setObjectName("rail-about")
        button.setIconSize(QSize(ICON_PX, ICON_PX))
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
        told = f"{title}, {_counted(key, count)}" if count else title
        button.setAccessibleName(told)
        shortcut = QKeySequence(self._entries[key].shortcut)
        button.setToolTip(f"{told}  {shortcut.toString(QKeySequence.SequenceFormat.NativeText)}")

    def _tint(self) -> None:
        colours = self._theme.colours
        for key, button in self._buttons.items():
            colour = colours.accent if button.isChecked() else colours.muted
            made = icon(self._entries[key].icon, colour)
            dotted = bool(self._counts.get(key)) and not self._wide
            button.setIcon(_dotted(made, colours.warning) if dotted else made)
        self._about.setIcon(icon("info", colours.muted))


def _counted(key: str, count: int) -> str:
    if key != FINDINGS:
        return tr("{0} open").format(count)
    return tr("1 wants attention") if count == 1 else tr("{0} want attention").format(count)


def _dotted(plain: QIcon, colour: str) -> QIcon:
    """With a dot at its upper right, where a number has no room."""
    made = QIcon()
    for size in (ICON_PX, 2 * ICON_PX):
        pixmap = plain.pixmap(QSize(size, size), 1.0)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        radius = size * 0.2
        painter.drawEllipse(QPointF(size - radius, radius), radius, radius)
        painter.end()
        made.addPixmap(pixmap)
    return made
