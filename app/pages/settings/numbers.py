"""Editors of numbers: with unit and bounds, sizes in GB, and a slider for the demo events' rate."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSlider, QWidget

from app.pages.settings.editors import LOCALE, CalmWheel, Editor
from app.words import tr
from engine.settings.describe import SettingInfo

PAUSE_MS = 400
"""A number counts when it has stood still for so long: stepping through values saves one."""

GB = 1_000_000_000
MOST = 1_000_000.0
RATE_WIDTH = 160
SLIDER_STEPS = 100
SLIDER_TOP = 5_000.0
"""What two cores can make and process; a higher rate can be typed."""


class NumberBox(QDoubleSpinBox):
    """Writes ``300`` and not ``300.0``."""

    begin: float | None = None
    """Where stepping up from the least value leads, which stands for no number."""

    def stepBy(self, steps: int) -> None:  # noqa: N802 -- Qt's name
        """From "Automatic" to a number that one may want, not to the least there is."""
        if self.begin is not None and steps > 0 and self.value() == self.minimum():
            self.setValue(self.begin)
        else:
            super().stepBy(steps)

    def textFromValue(self, value: float) -> str:  # noqa: N802 -- Qt's name
        """Without zeros after the point."""
        text = f"{value:,.{self.decimals()}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text


class NumberEditor(Editor):
    """A spin box; sizes are shown in GB. Below the least number stands what no number means."""

    def __init__(self, info: SettingInfo, parent: QWidget | None = None) -> None:
        super().__init__(info, parent)
        size = info.kind == "bytes"
        self._scale = GB if size else 1
        self.spin = NumberBox()
        self.spin.setLocale(LOCALE)
        self.spin.setGroupSeparatorShown(True)
        self.spin.setDecimals(2 if size else 0 if info.kind == "integer" else 1)
        high = MOST if info.high is None else info.high
        low = (info.low or 0) / self._scale
        self._may_be_empty = bool(info.empty)
        self.spin.setRange(low - 1 if info.empty else low, high if size else high / self._scale)
        self.spin.setSpecialValueText(tr(info.empty))
        self.spin.begin = info.begin
        self.spin.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self.spin.setSuffix(" GB" if size else f" {tr(info.unit)}" if info.unit else "")
        self.spin.lineEdit().setTextMargins(6, 0, 0, 0)
        self.spin.setKeyboardTracking(False)
        self.spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.spin.installEventFilter(CalmWheel(self.spin))
        self.add(self.spin)
        self._before = 0.0
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.commit)
        self.spin.valueChanged.connect(lambda _value: self._pause.start())
        self.spin.editingFinished.connect(self.commit)

    def show_value(self, value: object) -> None:
        """See Editor."""
        assert isinstance(value, int | float) or self._may_be_empty
        self.spin.blockSignals(True)
        shown = value / self._scale if isinstance(value, int | float) else self.spin.minimum()
        self.spin.setValue(shown)
        self.spin.blockSignals(False)
        self._before = self.spin.value()

    def commit(self) -> None:
        """Says what stands there now, if it is another number than before."""
        self._pause.stop()
        value = self.spin.value()
        if value == self._before:
            return
        self._before = value
        if self._may_be_empty and value == self.spin.minimum():
            self.committed.emit(None)
            return
        whole = self.info.kind in ("integer", "bytes")
        self.committed.emit(round(value * self._scale) if whole else value)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 -- Qt's name
        """Whoever leaves the page within the pause has made up their mind."""
        super().hideEvent(event)
        if self._pause.isActive():
            self.commit()


class RateEditor(NumberEditor):
    """A slider beside the box, finer where rates are small."""

    def __init__(self, info: SettingInfo, parent: QWidget | None = None) -> None:
        super().__init__(info, parent)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, SLIDER_STEPS)
        self.slider.setPageStep(10)
        self.slider.setObjectName("rate")
        self.slider.setAccessibleName(tr("Rate of the demo events"))
        self.slider.installEventFilter(CalmWheel(self.slider))
        self.row.insertWidget(0, self.slider, 1)
        self.spin.setFixedWidth(RATE_WIDTH)
        self.slider.valueChanged.connect(self._slid)
        self.spin.valueChanged.connect(self._follow)

    def show_value(self, value: object) -> None:
        """See Editor."""
        super().show_value(value)
        self._follow(self.spin.value())

    def _slid(self, place: int) -> None:
        self.spin.setValue(rate_at(place))

    def _follow(self, rate: float) -> None:
        self.slider.blockSignals(True)
        self.slider.setValue(place_of(rate))
        self.slider.blockSignals(False)


def rate_at(place: int) -> float:
    """Events a second at a place of the slider, two digits of it.

    >>> rate_at(0), rate_at(50), rate_at(100)
    (0.0, 70.0, 5000.0)
    """
    if place <= 0:
        return 0.0
    rate = math.exp(math.log(SLIDER_TOP + 1) * place / SLIDER_STEPS) - 1
    digits = 1 - math.floor(math.log10(rate))
    return float(max(round(rate, digits), 0.1))


def place_of(rate: float) -> int:
    """The slider's place for a rate; its end for higher ones.

    >>> place_of(0), place_of(70), place_of(90_000)
    (0, 50, 100)
    """
    share = math.log(min(rate, SLIDER_TOP) + 1) / math.log(SLIDER_TOP + 1)
    return round(share * SLIDER_STEPS)
