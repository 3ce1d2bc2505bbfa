"""A row of buttons of which one is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget


class Segmented(QWidget):
    """``chosen`` carries the value of the option that a person picked."""

    chosen = Signal(object)

    def __init__(
        self, options: Sequence[tuple[str, object]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("segmented")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._values = [value for _, value in options]
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        for place, (text, _) in enumerate(options):
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            if place in (0, len(options) - 1):
                button.setProperty("place", "first" if place == 0 else "last")
            self._group.addButton(button, place)
            layout.addWidget(button)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(lambda place: self.chosen.emit(self._values[place]))

    def value(self) -> object:
        """The chosen option's value."""
        return self._values[self._group.checkedId()]

    def choose(self, value: object) -> None:
        """Chooses without a signal; ValueError if there is no such value."""
        self._group.button(self._values.index(value)).setChecked(True)
