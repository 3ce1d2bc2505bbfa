"""Keeps the window answering while a page is being made.

A page's widgets can only be made on the GUI thread, and all of them at once take longer than a
person should wait for an answer: between two of its larger parts the loop gets a turn.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEventLoop


def breathe() -> None:
    """One turn of the event loop, but for keys and clicks, which wait until the page is there."""
    QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
