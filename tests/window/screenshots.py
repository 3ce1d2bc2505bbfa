"""Pictures of every page in both themes, from the live program over some hours of events.

``python -m tests.window.screenshots FOLDER``, on a display (``make screenshots`` brings one).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableView

from app.__main__ import leave
from app.registry import PAGES
from app.theme import Choice
from engine.contracts.protocol import Incident
from tests.window.child import tell
from tests.window.driver import Driver

THEMES: tuple[Choice, ...] = ("dark", "light")
SETTLE_S = 2.5
QUERY = """SELECT window_start, events, orders, gmv_usd, conversion_rate
FROM gold_kpis
ORDER BY window_start DESC
LIMIT 120;
"""


def run_query(d: Driver, page: Any) -> None:
    """A result to look at."""
    page.tab().set_text(QUERY)
    d.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, page.tab().editor)
    d.until(lambda: d.has("resultGrid"), 30, "the result is shown")


QUESTIONS = (
    "Which countries bring the most revenue in the last hour?",
    "How did orders develop over the last hour?",
    "Revenue by device per hour in the last 3 hours as a stacked chart",
)


def ask(d: Driver, page: Any) -> None:
    """A conversation: a ranking, a line, and something that no verified question is."""
    for question in QUESTIONS:
        page.receive(question)
        d.until(lambda: not page.busy, 60, f"{question} is answered")


def choose_first_row(d: Driver, page: Any) -> None:
    """Something in the pane beside the list."""
    views = [v for v in page.findChildren(QTableView) if v.isVisible() and v.model()]
    d.until(lambda: any(v.model().rowCount() for v in views), 30, "rows are listed")
    next(v for v in views if v.model().rowCount()).selectRow(0)


def show_history(d: Driver, page: Any) -> None:
    """Versions of gold."""
    page.receive("gold_kpis")
    page.tabs.setCurrentIndex(2)
    d.until(lambda: d.has("history"), 30, "the history is shown")


def raise_alert(d: Driver, _page: Any) -> None:
    """A demo incident, and the alert that it brings."""
    d.program.context.desk.send("generator", Incident(name="bad_deploy", seconds=120))
    d.until(lambda: d.has("snooze"), 120, "the alert is open")


FIRST: dict[str, Callable[[Driver, Any], None]] = {
    "quality": choose_first_row,
    "topic": choose_first_row,
    "data": show_history,
    "sql": run_query,
    "assistant": ask,
    "alerts": raise_alert,
}
"""What is done on a page before its picture."""


def main() -> NoReturn:
    """Writes ``<page>-<theme>.png`` for every page and theme."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    d = Driver()
    d.window.resize(1280, 800)
    d.until(lambda: d.window.current is not None, 30, "the pages are open")
    d.until(d.all_ready, 240, "everything is ready")
    d.live(90)  # a whole minute of live events, so that the charts' right edge is true
    for theme in THEMES:
        d.program.theme.choose(theme)
        for entry in PAGES:
            d.window.show_page(entry.key)
            if theme == THEMES[0] and entry.key in FIRST:
                d.live(SETTLE_S)
                FIRST[entry.key](d, d.window.current)
            d.live(SETTLE_S)
            d.shot(folder / f"{entry.key}-{theme}.png")
            tell("picture", page=entry.key, theme=theme)
    leave(d.program, d.quit())


if __name__ == "__main__":
    main()
