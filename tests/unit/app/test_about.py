"""About: version, licences with their texts, facts to copy."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication

from app import about
from app.about import AboutDialog
from engine.readings.licences import Part

pytestmark = pytest.mark.unit
PARTS = (
    Part("Qt", "6.12", "Runtime", "LGPL-3.0-only", "You may replace it."),
    Part("duckdb", "1.5", "Python", "MIT"),
)


@pytest.fixture
def dialog(qtbot, context, monkeypatch):
    monkeypatch.setattr(about, "parts", lambda: PARTS)
    monkeypatch.setattr(about, "licence_text", lambda part: f"text of {part.name}")
    dialog = AboutDialog(context)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(dialog.copy.isEnabled)
    return dialog


def test_that_version_and_parts_are_shown(dialog):
    assert dialog.version.text().startswith("Version ")
    assert dialog.model.rowCount() == 2
    assert dialog.table.isVisible()
    assert not dialog.waiting.isVisible()


def test_that_a_chosen_part_shows_note_and_text(qtbot, dialog):
    dialog.table.selectRow(0)
    qtbot.waitUntil(lambda: dialog.text.toPlainText() == "You may replace it.\n\ntext of Qt")
    dialog.table.selectRow(1)
    qtbot.waitUntil(lambda: dialog.text.toPlainText() == "text of duckdb")


def test_that_parts_are_searched(qtbot, dialog):
    qtbot.keyClicks(dialog.search, "mit")
    qtbot.waitUntil(lambda: dialog.table.model().rowCount() == 1)


def test_that_the_facts_are_copied(dialog):
    dialog.copy.click()
    text = QGuiApplication.clipboard().text()
    assert "RT-Lakehouse: " in text
    assert "Qt: 6" in text
    assert "Memory: " in text
