"""A person's first half hour in five minutes: start, look, break something, query, go back, quit.

Tells one JSON line a step; ends with 0 when every step came true.
"""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QTableView, QTabWidget, QWidget

from app.__main__ import leave
from engine.contracts.names import Table
from tests.window.child import tell
from tests.window.driver import Driver

CONTROL = Qt.KeyboardModifier.ControlModifier
ARRIVALS = (
    'SELECT partition, "offset", key, raw FROM bronze_events WHERE "offset" < 500 ORDER BY ALL'
)
"""Rows that stay as they are, with commas and quotes in them."""
MILLION = "SELECT range AS n, (range * 7919) % 1000003 AS m FROM range(1000000)"


def welcome(d: Driver) -> None:
    """The first question, answered with Enter's button."""
    d.until(lambda: d.has("welcome"), 10, "the welcome is shown")
    box: QWidget = d.find("welcome")
    d.click(next(b for b in box.findChildren(QPushButton) if b.text() == "Start"))
    d.until(lambda: d.window.current is not None, 20, "pages are open")
    tell("welcomed")


def figures(d: Driver) -> tuple[str, ...]:
    """Every text of the Live page's tiles."""
    page: Any = d.window.current
    assert page is not None
    return tuple(label.text() for label in page.tiles.findChildren(QLabel) if label.isVisible())


def counted(d: Driver) -> bool:
    """Whether the running minute has figures: gold's until the tally has counted."""
    return any(text.startswith(("provisional:", "now:")) for text in figures(d))


def watch_kpis(d: Driver) -> None:
    """They are there, and they move."""
    d.until(lambda: d.all_ready(), 240, "everything is ready")
    tell("ready")
    d.until(lambda: counted(d), 90, "KPIs are shown")
    seen = {figures(d)}
    for _ in range(2):
        d.until(lambda: figures(d) not in seen, 60, "KPIs move")
        seen.add(figures(d))
    tell("kpis move", figures=sorted(seen)[-1])


def kill_broker(d: Driver) -> None:
    """Red, then green."""
    d.page("services", "9")
    report = d.program.context.desk.snapshot()
    assert report is not None
    pid = next(s.pid for s in report.services if s.name == "broker")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    word = d.window.status.state
    d.until(lambda: word.property("tone") in ("bad", "warning"), 20, "the status line shows it")
    tell("broker killed", shown=word.text())
    d.until(lambda: word.text() == "Ready", 120, "all is green again")
    tell("green again")


def shows(grid: QTableView, place: int) -> bool:
    """Whether the row at this place has its number in it; scrolls there."""
    index = grid.model().index(place, 0)
    grid.scrollTo(index)
    return str(index.data()).replace(",", "") == str(place)


def run_sql(d: Driver, folder: Path) -> None:
    """A statement, a million rows, an export."""
    page = d.page("sql", "6")
    editor: QWidget = d.find("sqlEditor")
    d.click(editor)
    d.press(Qt.Key.Key_A, CONTROL, editor)
    d.keys(ARRIVALS, editor)
    d.press(Qt.Key.Key_Escape, target=editor)
    d.press(Qt.Key.Key_Return, CONTROL, editor)
    d.until(lambda: d.has("resultGrid"), 30, "the result is shown")
    grid = d.find("resultGrid", QTableView)
    d.until(lambda: grid.model().rowCount() > 0 and grid.model().index(0, 1).data(), 20, "rows")
    tell("sql", rows=grid.model().rowCount())
    tab = page.tab()
    d.click(tab.result.export_button)
    d.name_file(folder / "arrivals.csv")
    d.until(lambda: (folder / "arrivals.csv").exists(), 20, "the export is written")
    tell("exported", file=folder / "arrivals.csv")
    d.until(lambda: not tab.runner.busy, 20, "the export is done")
    tab.set_text(MILLION)
    d.press(Qt.Key.Key_Return, CONTROL, editor)
    model = grid.model()
    d.until(lambda: model.rowCount() == 1_000_000, 60, "a million rows")
    for place in (999_999, 500_000, 250_000, 7, 999_000):
        d.until(partial(shows, grid, place), 10, f"row {place}")
    tell("million rows")


def restore(d: Driver) -> None:
    """gold_kpis goes back to an earlier version, by a new commit."""
    page = d.page("data", "5")
    d.until(lambda: d.has("tables"), 20, "the tables are listed")
    page.receive(Table.GOLD_KPIS)
    tabs = d.find("tabs", QTabWidget)
    tabs.setCurrentIndex(2)
    d.until(lambda: d.has("history"), 20, "the history is shown")
    history = d.find("history", QTableView)
    d.until(lambda: history.model().rowCount() > 3, 20, "versions are listed")
    history.selectRow(2)
    button = d.find("restore", QPushButton)
    d.until(button.isEnabled, 20, "restoring is allowed")
    d.answer("Restore", 20)
    d.click(button)
    d.until(lambda: d.has("outcome"), 20, "the restore has begun")
    outcome: QLabel = d.find("outcome", QLabel)
    d.until(lambda: "is restored" in outcome.text(), 60, "the table is restored")
    tell("restored", outcome=outcome.text())


def main() -> NoReturn:
    """Plays it all."""
    folder = Path(sys.argv[1])
    d = Driver()
    tell("shown")
    try:
        welcome(d)
        watch_kpis(d)
        kill_broker(d)
        run_sql(d, folder)
        restore(d)
        for digit, key in (("2", "pipeline"), ("3", "quality"), ("4", "topic"), ("7", "assistant")):
            d.page(key, digit)
            d.live(1.5)
        d.page("alerts", "8")
        d.live(1.5)
    finally:
        code = d.quit()
    stalls = d.watchdog.stop()
    tell(
        "quit",
        code=code,
        longest_s=round(d.watchdog.longest_s, 3),
        longest_stalls=sorted((round(s.own_s, 3) for s in stalls), reverse=True),
        stalls=[str(stall) for stall in stalls],
        defects=d.defects,
    )
    leave(d.program, code)


if __name__ == "__main__":
    main()
