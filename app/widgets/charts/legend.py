"""Names of the series in a line that wraps; a click hides or shows one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QToolButton, QWidget

from app.words import tr

SWATCH_PX = 10


class WrappedRow(QLayout):
    """Items from left to right; the next line begins where the width ends."""

    def __init__(self, parent: QWidget, gap_px: int) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap_px
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802 - Qt's name
        """Qt hands over each widget's item here."""
        self._items.append(item)

    def count(self) -> int:
        """How many items."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        """None behind the last one, as Qt expects."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        """None behind the last one, as Qt expects."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802 - Qt's name
        """Takes no more room than it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """A narrow row has more lines."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Height of the lines at that width."""
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, area: QRect) -> None:  # noqa: N802 - Qt's name
        """Places the items."""
        super().setGeometry(area)
        self._place(area, move=True)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """All on one line."""
        sizes = [item.sizeHint() for item in self._items]
        width = sum(size.width() + self._gap for size in sizes)
        return QSize(width, max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:  # noqa: N802 - Qt's name
        """The widest item."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, area: QRect, *, move: bool) -> int:
        x, y, line = area.x(), area.y(), 0
        for item in self._items:
            size = item.sizeHint()
            if x > area.x() and x + size.width() > area.right() + 1:
                x, y, line = area.x(), y + line, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self._gap
            line = max(line, size.height())
        return y + line - area.y()


class Legend(QWidget):
    """One button a series."""

    toggled = Signal(str, bool)
    """A series' name, and whether it shall be shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("legend")
        self._row = WrappedRow(self, 4)
        self._buttons: dict[str, QToolButton] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.hide()

    def show_series(self, entries: Sequence[tuple[str, QColor]], hidden: set[str]) -> None:
        """Names with their colours, in order; a single series needs no legend."""
        names = [name for name, _ in entries]
        if list(self._buttons) != names:
            self._rebuild(names)
        for name, colour in entries:
            button = self._buttons[name]
            shown = name not in hidden
            button.setChecked(shown)
            button.setIcon(_swatch(colour, filled=shown))
            font = button.font()
            font.setStrikeOut(not shown)
            button.setFont(font)
        self.setVisible(len(entries) > 1)

    def button(self, name: str) -> QToolButton:
        """The button of a series; KeyError if there is none."""
        return self._buttons[name]

    def paint_with(self, text: str, hover: str, accent: str) -> None:
        """Hex colours of a theme."""
        self.setStyleSheet(
            "QToolButton { border: 1px solid transparent; border-radius: 4px; padding: 0 3px;"
            f" min-height: 16px; background: transparent; color: {text}; font-size: 11px; }}"
            f"QToolButton:hover {{ background: {hover}; }}"
            f"QToolButton:focus {{ border-color: {accent}; }}"
        )

    def _rebuild(self, names: Sequence[str]) -> None:
        for button in self._buttons.values():
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = {name: self._made(name) for name in names}

    def _made(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(name.replace("&", "&&"))
        button.setCheckable(True)
        button.setChecked(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(QSize(SWATCH_PX, SWATCH_PX))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(tr("Click to hide or show {0}").format(name))
        button.setAccessibleName(name)
        button.clicked.connect(lambda shown: self.toggled.emit(name, shown))
        self._row.addWidget(button)
        button.show()
        return button


def _swatch(colour: QColor, *, filled: bool) -> QIcon:
    pixmap = QPixmap(SWATCH_PX * 2, SWATCH_PX * 2)
    pixmap.setDevicePixelRatio(2.0)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(colour)
    painter.setBrush(colour if filled else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(1, 1, SWATCH_PX - 2, SWATCH_PX - 2, 2, 2)
    painter.end()
    return QIcon(pixmap)
