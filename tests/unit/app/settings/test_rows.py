"""A row and its editor: what is shown, what is entered, what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.pages.settings.editors import ChoiceEditor, LineEditor, SwitchEditor
from app.pages.settings.numbers import NumberEditor, RateEditor
from app.pages.settings.row import SettingRow
from app.pages.settings.secret import SecretEditor
from engine.settings.describe import SettingInfo, describe
from engine.settings.explain import InvalidSetting
from engine.settings.load import load

pytestmark = pytest.mark.unit
ALL = {info.path: info for info in describe(load({}, Path("/nonexistent")))}


class Shown:
    """A row in a window, and the values that were entered."""

    def __init__(self, qtbot, info: SettingInfo) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.row = SettingRow(info)
        QVBoxLayout(self.window).addWidget(self.row)
        self.entered: list[object] = []
        self.row.changed.connect(lambda _path, value: self.entered.append(value))
        self.row.show_info(info, keyring=True)
        self.window.show()


@pytest.fixture
def shown(qapp, qtbot):
    return lambda path, **facts: Shown(qtbot, replace(ALL[path], **facts))


@pytest.mark.parametrize("path", sorted(ALL))
def test_that_every_setting_has_a_row_with_names_for_screen_readers(shown, path):
    it = shown(path)
    assert it.row.editor.focusProxy().accessibleName() == ALL[path].title
    assert it.row.reason.text() == ALL[path].reason
    assert it.entered == []


def test_that_text_is_entered_when_finished_and_blank_means_the_default(shown, qtbot):
    it = shown("kafka.topic")
    assert isinstance(it.row.editor, LineEditor)
    line = it.row.editor.line
    assert line.placeholderText() == "the domain pack's topic"
    qtbot.keyClicks(line, "events")
    assert it.entered == []
    qtbot.keyClick(line, Qt.Key.Key_Return)
    line.clear()
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert it.entered == ["events", None]


def test_that_a_duration_is_shown_and_entered_in_words(shown, qtbot):
    it = shown("spark.late_grace")
    line = it.row.editor.line
    assert line.text() == "15 minutes"
    line.setText("20m")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert it.entered == ["20m"]


def test_that_a_list_is_entered_with_commas(shown, qtbot):
    it = shown("generator.countries")
    line = it.row.editor.line
    qtbot.keyClicks(line, "de, fr,")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert it.entered == [("DE", "FR")]


def test_that_a_choice_may_be_automatic(shown, qtbot):
    it = shown("kafka.provider", value="kafka", source="file")
    assert isinstance(it.row.editor, ChoiceEditor)
    combo = it.row.editor.combo
    assert combo.currentText() == "Built-in Kafka"
    combo.setFocus()
    qtbot.keyClick(combo, Qt.Key.Key_Up)
    assert it.entered == [None]


def test_that_a_switch_says_on_and_off(shown, qtbot):
    it = shown("window.notifications")
    assert isinstance(it.row.editor, SwitchEditor)
    assert it.row.editor.box.text() == "On"
    it.row.editor.box.click()
    assert it.entered == [False]
    assert it.row.editor.box.text() == "Off"


def test_that_a_number_has_unit_and_bounds(shown, qtbot):
    it = shown("kafka.heap_mb")
    assert isinstance(it.row.editor, NumberEditor)
    spin = it.row.editor.spin
    assert spin.text() == "256 MB"
    assert (spin.minimum(), spin.maximum()) == (128, 8192)
    spin.setValue(512)
    it.row.editor.commit()
    assert it.entered == [512]
    assert isinstance(it.entered[0], int)


def test_that_a_number_may_be_automatic(shown, qtbot):
    it = shown("window.scale")
    assert isinstance(it.row.editor, NumberEditor)
    spin = it.row.editor.spin
    assert spin.text() == "Automatic"
    spin.selectAll()
    qtbot.keyClicks(spin, "150")
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert it.entered == [150]
    it.row.show_info(replace(ALL["window.scale"], value=150.0), keyring=True)
    assert spin.text() == "150 %"
    spin.setValue(spin.minimum())
    it.row.editor.commit()
    assert it.entered == [150, None]


def test_that_a_step_up_from_automatic_leads_to_a_size_that_one_may_want(shown):
    it = shown("window.scale")
    spin = it.row.editor.spin
    spin.stepUp()
    assert spin.text() == "100 %"
    spin.stepDown()
    assert 75 <= spin.value() < 100
    spin.setValue(75)
    spin.stepDown()
    assert spin.text() == "Automatic"


def test_that_steps_through_numbers_are_one_change(shown, qtbot):
    it = shown("generator.rate")
    editor = it.row.editor
    editor.spin.stepUp()
    editor.spin.stepUp()
    assert it.entered == []
    qtbot.waitUntil(lambda: bool(it.entered))
    assert it.entered == [editor.spin.value()]


def test_that_a_size_is_shown_in_gigabytes_and_entered_in_bytes(shown):
    it = shown("disk.warn_below")
    assert it.row.editor.spin.text() == "2 GB"
    it.row.editor.spin.setValue(2.5)
    it.row.editor.commit()
    assert it.entered == [2_500_000_000]


def test_that_the_slider_and_the_box_show_the_same_rate(shown, qtbot):
    it = shown("generator.rate")
    editor = it.row.editor
    assert isinstance(editor, RateEditor)
    editor.slider.setValue(0)
    assert editor.spin.value() == 0
    editor.slider.setValue(100)
    assert editor.spin.value() == 5000
    editor.spin.setValue(70)
    assert editor.slider.value() == 50
    editor.commit()
    assert it.entered == [70.0]


def test_that_a_wheel_that_scrolls_by_changes_nothing(shown):
    it = shown("kafka.heap_mb")
    spin = it.row.editor.spin
    it.row.setFocus()
    wheel = QWheelEvent(
        QPointF(5, 5),
        spin.mapToGlobal(QPointF(5, 5)),
        QPoint(0, 0),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(spin, wheel)
    assert spin.value() == 256


def test_that_a_secret_is_never_shown(shown, qtbot):
    it = shown("kafka.sasl_password", is_set=True, source="keyring")
    editor = it.row.editor
    assert isinstance(editor, SecretEditor)
    assert editor.line.echoMode() == editor.line.EchoMode.Password
    qtbot.keyClicks(editor.line, "s3cret")
    editor.button.click()
    assert it.entered == ["s3cret"]
    assert editor.line.text() == ""
    assert it.row.note.text() == "Stored in the system keyring."


def test_that_an_environment_s_value_is_read_only_and_says_why(shown):
    it = shown("generator.rate", source="environment", variable="PRODUCER_RATE", value=7.0)
    assert not it.row.editor.isEnabled()
    assert not it.row.reset.isVisible()
    assert "PRODUCER_RATE" in it.row.note.text()


def test_that_only_a_changed_setting_can_be_reset(shown):
    assert not shown("log_level").row.reset.isVisible()
    it = shown("log_level", source="file", value="DEBUG")
    assert it.row.reset.isVisible()
    assert "INFO" in it.row.reset.toolTip()
    it.row.reset.click()
    assert it.entered == [None]


def test_that_an_error_stays_at_the_field_until_a_value_is_saved(shown, qtbot):
    it = shown("spark.late_grace")
    it.row.editor.line.setText("soon")
    it.row.show_error(InvalidSetting("Soon is no duration.", "Write 15 minutes.", "x"))
    assert it.row.note.text() == "Soon is no duration. Write 15 minutes."
    it.row.show_info(it.row.info, keyring=True)
    assert "Soon" in it.row.note.text()
    assert it.row.editor.line.text() == "soon"
    it.row.show_info(it.row.info, keyring=True, saved=True)
    assert it.row.note.text() == "1 second to 7 days"
    assert it.row.editor.line.text() == "15 minutes"


def test_that_what_is_being_typed_survives_a_change_elsewhere(shown):
    it = shown("kafka.topic")
    it.row.editor.line.setText("half of a na")
    it.row.show_info(it.row.info, keyring=True)
    assert it.row.editor.line.text() == "half of a na"
