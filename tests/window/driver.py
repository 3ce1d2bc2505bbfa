"""Drives the program as a person does: by mouse and keyboard, looking at what is shown."""

from __future__ import annotations

import faulthandler
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from app.program import Program
from engine.paths import data_paths
from tests.window.watchdog import Watchdog

W = TypeVar("W", bound=QWidget)
STEP_MS = 20


class Driver:
    """The running program; ``window`` is on the screen when the constructor returns."""

    def __init__(self, demo: bool = True) -> None:
        logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
        faulthandler.enable()
        self.began = time.monotonic()
        app = QApplication.instance() or QApplication(["rt-lakehouse"])
        assert isinstance(app, QApplication)
        self.app = app
        self.app.setQuitOnLastWindowClosed(False)
        self.defects: list[str] = []
        sys.excepthook = self._note
        self.program = Program(self.app, data_paths(), demo)
        self.window = self.program.window
        self.watchdog = Watchdog()
        self.program.start()
        self.until(self.window.isVisible, 10, "the window is shown")

    def _note(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """A defect in a slot: the tour goes on, and fails at its end."""
        self.defects.append(f"{kind.__name__}: {error}")
        sys.__excepthook__(kind, error, trace)

    def until(self, condition: Callable[[], object], seconds: float, what: str) -> None:
        """Lets the window live until the condition holds."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"After {seconds:g} s still not so: {what}. {self.defects}")
            QTest.qWait(STEP_MS)

    def live(self, seconds: float) -> None:
        """Lets the window live for so long, as somebody who only looks."""
        QTest.qWait(int(seconds * 1000))

    def find(self, name: str, kind: type[W] = QWidget) -> W:  # type: ignore[assignment]  # W's bound
        """The visible widget of that object name."""
        found = [w for w in self.window.findChildren(kind, name) if w.isVisible()]
        for top in self.app.topLevelWidgets():
            found += [w for w in top.findChildren(kind, name) if w.isVisible() and w not in found]
        assert found, f"no visible {kind.__name__} {name!r}"
        return found[0]

    def has(self, name: str) -> bool:
        """Whether a widget of that name is visible."""
        return any(w.isVisible() for w in self.window.findChildren(QWidget, name))

    def click(self, target: str | QWidget, at: QPoint | None = None) -> None:
        """Left click in its middle, or at a place."""
        widget = self.find(target) if isinstance(target, str) else target
        where = at or widget.rect().center()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=where)
        QTest.qWait(STEP_MS)

    def keys(self, text: str, target: QWidget | None = None) -> None:
        """Types into a widget, or into what has the focus."""
        QTest.keyClicks(target or self.app.focusWidget() or self.window, text)

    def press(
        self,
        key: Qt.Key,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        target: QWidget | None = None,
    ) -> None:
        """One key."""
        QTest.keyClick(target or self.app.focusWidget() or self.window, key, modifier)
        QTest.qWait(STEP_MS)

    def name_file(self, file: Path) -> None:
        """Pastes a path into the dialog that asks for one, and confirms it.

        Pasted, not typed: keys that come faster than the dialog lists folders leave Qt with the
        folders on the way selected, and then it takes those for the answer and refuses to save.
        """
        self.until(lambda: self.app.activeModalWidget() is not None, 10, "a file is asked for")
        dialog = self.app.activeModalWidget()
        name = self.find("fileNameEdit", QLineEdit)
        name.selectAll()
        self.app.clipboard().setText(str(file))
        self.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier, name)
        self.press(Qt.Key.Key_Return, target=name)
        self.until(lambda: self.app.activeModalWidget() is not dialog, 5, f"{file} is taken")

    def activate(self) -> None:
        """Gives the window the keyboard: the display has no window manager that would."""
        self.window.activateWindow()
        self.until(self.window.isActiveWindow, 5, "the window is active")

    def page(self, key: str, digit: str) -> Any:
        """Goes to a page by its keys; returns the page."""
        self.activate()
        self.press(Qt.Key(ord(digit)), Qt.KeyboardModifier.ControlModifier, self.window)
        self.until(
            lambda: self.window.current is not None and self.window.current.key == key,
            10,
            f"the page {key} is shown",
        )
        return self.window.current

    def shot(self, file: Path) -> None:
        """A picture of the window as it is now."""
        self.app.processEvents()
        assert self.window.grab().save(str(file)), f"{file} could not be written"

    def answer(self, button: str, seconds: float = 10.0) -> None:
        """Presses this button of the next question; call it before what makes the question."""
        deadline = time.monotonic() + seconds

        def look() -> None:
            box = self.app.activeModalWidget()
            found = [
                b
                for b in (box.findChildren(QPushButton) if box else [])
                if b.isVisible() and b.text().replace("&", "") == button
            ]
            if found:
                QTest.mouseClick(found[0], Qt.MouseButton.LeftButton)
            elif time.monotonic() < deadline:
                QTimer.singleShot(50, look)

        QTimer.singleShot(50, look)

    def state(self, service: str) -> str:
        """A service's state as the status line's source tells it."""
        report = self.program.context.desk.snapshot()
        services = report.services if report else ()
        return next((s.state.value for s in services if s.name == service), "")

    def all_ready(self) -> bool:
        """Whether everything is green."""
        report = self.program.context.desk.snapshot()
        return report is not None and report.state.value == "READY"

    def quit(self) -> int:
        """Ctrl+Q by the palette's way, until the program is at its end; returns its exit code."""
        self.program.quit()
        return int(self.app.exec())
