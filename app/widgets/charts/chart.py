"""What every chart has: a title row with a menu, a sentence for "nothing here", export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QGuiApplication, QImage, QImageWriter, QPainter, QRegion
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.breath import breathe
from app.icons import icon
from app.theme import Theme
from app.words import tr

IMAGE_SCALE = 2
"""Pixels of an image for one on screen: sharp in a document too."""
MARGIN_PX = 12


@dataclass(frozen=True, slots=True)
class Export:
    """A file that a person wants; ``name`` is a suggestion with its ending."""

    name: str
    kind: Literal["csv", "png"]
    contents: bytes


class Chart(QWidget):
    """Base of the charts; the surface is put into ``stage``."""

    zoomable = False
    """Whether room is kept for the way back from a zoom."""

    save_asked = Signal(object)
    """An Export; ``saving.saves`` asks where and writes it."""

    def __init__(self, theme: Theme, title: str, unit: str, parent: QWidget | None) -> None:
        breathe()
        super().__init__(parent)
        self.theme = theme
        self.title = title
        self.setObjectName("chart")
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 140)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.title_row = QHBoxLayout()
        """Small controls can be added before the menu button."""
        self._fill_title_row(title, unit)
        column.addLayout(self.title_row)
        self.column = column
        self.stage = QGridLayout()
        column.addLayout(self.stage, 1)
        self._nothing = QLabel(self)
        self._nothing.setObjectName("muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        self._nothing.setMinimumWidth(200)
        self._nothing.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.set_empty_text(tr("No events in this window yet"))
        theme.changed.connect(self.recolour)

    def _fill_title_row(self, title: str, unit: str) -> None:
        # Each has a parent at once: without one, showing it would open a window.
        self.title_row.setSpacing(6)
        self._title = QLabel(title, self)
        self._title.setObjectName("cardTitle")
        self._title.setVisible(bool(title))
        self._unit_label = QLabel(self)
        self._unit_label.setObjectName("small")
        self.show_unit(unit)
        self._reset = QToolButton(self)
        self._reset.setText(tr("Reset view"))
        self._reset.setObjectName("flat")
        self._reset.setToolTip(tr("Show the whole window again (0 or double-click)"))
        self._reset.clicked.connect(self.reset_view)
        keeps = self._reset.sizePolicy()
        keeps.setRetainSizeWhenHidden(self.zoomable)
        self._reset.setSizePolicy(keeps)
        self._reset.hide()
        self._more = QToolButton(self)
        self._more.setObjectName("flat")
        self._more.setIconSize(QSize(16, 16))
        self._more.setToolTip(tr("Copy or save this chart"))
        self._more.setAccessibleName(tr("Menu of {0}").format(title or tr("this chart")))
        self._more.clicked.connect(self._menu_below_button)
        for widget in (self._title, self._unit_label):
            self.title_row.addWidget(widget)
        self.title_row.addStretch(1)
        self.title_row.addWidget(self._reset)
        self.title_row.addWidget(self._more)

    def put(self, surface: QWidget) -> None:
        """Sets the drawing surface; the empty sentence lies over it."""
        self.stage.addWidget(surface, 0, 0)
        self.stage.addWidget(self._nothing, 0, 0, Qt.AlignmentFlag.AlignCenter)
        surface.setAccessibleName(self.title)
        self.setFocusProxy(surface)

    def set_title(self, title: str) -> None:
        """Another title."""
        self.title = title
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self.setAccessibleName(title)

    def show_unit(self, unit: str) -> None:
        """Writes the unit beside the title."""
        self._unit_label.setText(unit)
        self._unit_label.setVisible(bool(unit))

    def set_empty_text(self, text: str) -> None:
        """The sentence for a chart without data."""
        self._nothing.setText(text)

    def is_empty(self) -> bool:
        """Whether the chart has nothing to draw."""
        raise NotImplementedError

    def reset_view(self) -> None:
        """Shows everything."""

    def zoomed(self) -> bool:
        """Whether less than everything is shown."""
        return False

    def to_csv(self) -> str:
        """What is shown, as text with a header row."""
        raise NotImplementedError

    def hide_pointers(self) -> None:
        """Takes away what belongs to the mouse, before a picture is made."""

    def recolour(self) -> None:
        """The theme has changed."""
        self._more.setIcon(icon("more", self.theme.colours.muted))

    def to_image(self) -> QImage:
        """The chart as on screen, with its title, twice as fine."""
        self.hide_pointers()
        hidden = [w for w in (self._more, self._reset) if w.isVisibleTo(self)]
        for widget in hidden:
            widget.hide()
        size = self.size() + QSize(2 * MARGIN_PX, 2 * MARGIN_PX)
        image = QImage(size * IMAGE_SCALE, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(IMAGE_SCALE)
        image.fill(QColor(self.theme.colours.surface))
        painter = QPainter(image)
        self.render(
            painter, QPoint(MARGIN_PX, MARGIN_PX), QRegion(), QWidget.RenderFlag.DrawChildren
        )
        painter.end()
        for widget in hidden:
            widget.show()
        return image

    def to_png(self) -> bytes:
        """``to_image`` as the bytes of a PNG file."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, QByteArray(b"png")).write(self.to_image())
        return bytes(buffer.data().data())

    def file_name(self, ending: str) -> str:
        """A name made of the title: ``gmv-per-minute.csv``."""
        words = "".join(c if c.isalnum() else " " for c in self.title.lower()).split()
        return f"{'-'.join(words) or 'chart'}.{ending}"

    def menu_actions(self) -> list[QAction]:
        """The entries of the menu, for a menu of one's own too."""
        entries = (
            (tr("Reset view"), self.reset_view, self.zoomed()),
            (tr("Copy as CSV"), self._copy_csv, not self.is_empty()),
            (tr("Save CSV…"), self._save_csv, not self.is_empty()),
            (tr("Save PNG…"), self._save_png, True),
        )
        actions = []
        for text, run, usable in entries:
            action = QAction(text, self)
            action.setEnabled(usable)
            action.triggered.connect(lambda _checked=False, run=run: run())
            actions.append(action)
        return actions

    def show_menu(self, at: QPoint) -> None:
        """Opens the menu at a place on the screen; returns at once."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in self.menu_actions():
            action.setParent(menu)
            menu.addAction(action)
        menu.popup(at)

    def show_emptiness(self) -> None:
        """Shows or hides the sentence."""
        self._nothing.setVisible(self.is_empty())

    def show_zoom(self) -> None:
        """Shows or hides the way back."""
        self._reset.setVisible(self.zoomed())

    def _menu_below_button(self) -> None:
        self.show_menu(self._more.mapToGlobal(QPoint(0, self._more.height())))

    def _copy_csv(self) -> None:
        QGuiApplication.clipboard().setText(self.to_csv())

    def _save_csv(self) -> None:
        export = Export(self.file_name("csv"), "csv", self.to_csv().encode())
        self.save_asked.emit(export)

    def _save_png(self) -> None:
        self.save_asked.emit(Export(self.file_name("png"), "png", self.to_png()))
