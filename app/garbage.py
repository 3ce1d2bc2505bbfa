"""Rubbish is collected on the GUI thread, and nowhere else.

Python collects on whichever thread happens to allocate. Where that is a thread of the engine, it
takes apart Qt objects that belong to the GUI thread while that one goes on with its work, which
Shiboken does not survive for ever. So the automatic collection is switched off and a timer does
its work, by Python's own thresholds.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 1_000
SETTLED_MS = 30_000
"""By then every module is loaded and the first page stands: that stays, and is not looked at again
in each full collection, which would cost the window a tenth of a second."""
ROUNDS = (700, 10, 20)
"""Allocations, young and middle collections after which the next generation is due."""


class Collector(QObject):
    """Made once, on the GUI thread, for as long as the program lives."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.collect_due)
        self._timer.start()
        QTimer.singleShot(SETTLED_MS, self, self.settle)

    def settle(self) -> None:
        """What is there now stays, and is looked at no more."""
        gc.freeze()

    def collect_due(self) -> None:
        """The oldest generation that is due, with all younger ones."""
        counts = gc.get_count()
        due = [age for age in range(3) if counts[age] > ROUNDS[age]]
        if due:
            gc.collect(max(due))
