"""Colours of both themes, and the application's look made of them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from app.files import resource
from engine.paths import resources_dir

Choice = Literal["system", "light", "dark"]


@dataclass(frozen=True)
class Colours:
    """Hex colours by their use. Text on each surface has a contrast of 4.5 : 1 or more."""

    window: str
    surface: str
    raised: str
    border: str
    text: str
    muted: str
    accent: str
    on_accent: str
    hover: str
    selection: str
    good: str
    warning: str
    bad: str
    info: str
    bronze: str
    silver: str
    gold: str
    series: tuple[str, ...]


DARK = Colours(
    window="#0f1317",
    surface="#171c22",
    raised="#1f252d",
    border="#2c343f",
    text="#e7ebf0",
    muted="#9aa6b5",
    accent="#5b95ff",
    on_accent="#0b1220",
    hover="#232a33",
    selection="#26426f",
    good="#45c486",
    warning="#e6ad3f",
    bad="#f2737a",
    info="#62b3ef",
    bronze="#d0976a",
    silver="#b3bfce",
    gold="#e8c25a",
    series=(
        "#5b95ff",
        "#45c486",
        "#e8c25a",
        "#c98ae6",
        "#53c8d6",
        "#f08a6c",
        "#9fb0ff",
        "#a9cf5f",
    ),
)

LIGHT = Colours(
    window="#f3f5f8",
    surface="#ffffff",
    raised="#f7f9fb",
    border="#d8dee6",
    text="#19202a",
    muted="#586474",
    accent="#1f5fe0",
    on_accent="#ffffff",
    hover="#eaeff5",
    selection="#cfe0ff",
    good="#167447",
    warning="#8f5f00",
    bad="#bd2530",
    info="#12639f",
    bronze="#95592b",
    silver="#5e6a79",
    gold="#8d6700",
    series=(
        "#1f5fe0",
        "#178a54",
        "#b77900",
        "#8b3fc0",
        "#0b7f90",
        "#cf4b2c",
        "#5566d6",
        "#5b7d12",
    ),
)


class Theme(QObject):
    """The colours in use; ``changed`` when another theme was chosen or the system's changed."""

    changed = Signal()

    def __init__(self, app: QApplication, choice: Choice = "system") -> None:
        super().__init__(app)
        self._app = app
        self._choice: Choice = choice
        self.dark = True
        self.colours = DARK
        app.setStyle("Fusion")
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._apply()

    @property
    def choice(self) -> Choice:
        """What was chosen, ``system`` included."""
        return self._choice

    def choose(self, choice: Choice) -> None:
        """Applies at once; choosing what is chosen costs nothing."""
        if choice != self._choice:
            self._choice = choice
            self._apply()

    def qcolor(self, name: str) -> QColor:
        """A colour by its name in ``Colours``."""
        return QColor(getattr(self.colours, name))

    def _system_changed(self) -> None:
        if self._choice == "system":
            self._apply()

    def _apply(self) -> None:
        scheme = QGuiApplication.styleHints().colorScheme()
        self.dark = (
            scheme != Qt.ColorScheme.Light if self._choice == "system" else self._choice == "dark"
        )
        self.colours = DARK if self.dark else LIGHT
        self._app.setPalette(_palette(self.colours))
        self._app.setStyleSheet(style_sheet(self.colours))
        self.changed.emit()


def style_sheet(colours: Colours) -> str:
    """The style sheet with ``@name`` replaced by colours; its arrows and ticks are files."""
    text = resource("style/window.qss").decode()
    text = text.replace("@folder", (resources_dir() / "style").as_posix())
    text = text.replace("@shade", "dark" if colours is DARK else "light")
    names = sorted((f.name for f in fields(Colours) if f.name != "series"), key=len, reverse=True)
    for name in names:
        text = text.replace(f"@{name}", getattr(colours, name))
    return text


def _palette(colours: Colours) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colours.window,
        QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.Base: colours.surface,
        QPalette.ColorRole.AlternateBase: colours.raised,
        QPalette.ColorRole.Text: colours.text,
        QPalette.ColorRole.Button: colours.raised,
        QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.Highlight: colours.selection,
        QPalette.ColorRole.HighlightedText: colours.text,
        QPalette.ColorRole.PlaceholderText: colours.muted,
        QPalette.ColorRole.Link: colours.accent,
        QPalette.ColorRole.ToolTipBase: colours.raised,
        QPalette.ColorRole.ToolTipText: colours.text,
        QPalette.ColorRole.Mid: colours.border,
        QPalette.ColorRole.Accent: colours.accent,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
        QPalette.ColorRole.WindowText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.muted))
    return palette
