"""What stands in the answer's place while it is worked on: steps, the sentence so far, Cancel."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app.widgets.card import Card
from app.widgets.tone import set_tone
from app.words import tr
from engine.contracts.assistant import Progress

STEPS: Final = {
    "looking": "Looking it up",
    "thinking": "Thinking",
    "running": "Running the query",
    "writing": "Writing the answer",
}
CLOCK_MS: Final = 200


class Pending(Card):
    """``heard`` shows how far it is."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName(tr("The answer is being worked on"))
        self._began = time.monotonic()
        self._step = ""
        row = QHBoxLayout()
        row.setSpacing(12)
        self.steps: dict[str, QLabel] = {}
        for step, words in STEPS.items():
            label = QLabel(tr(words))
            label.setObjectName("small")
            label.setProperty("tone", "muted")
            self.steps[step] = label
            row.addWidget(label)
        row.addStretch(1)
        self.clock = QLabel()
        self.clock.setObjectName("small")
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setToolTip(tr("Give this question up (Esc)"))
        self.cancel.clicked.connect(self._give_up)
        row.addWidget(self.clock)
        row.addWidget(self.cancel)
        self.body.addLayout(row)
        self.text = QLabel()
        self.text.setObjectName("answer")
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.body.addWidget(self.text)
        self.text.hide()
        self._timer = QTimer(self)
        self._timer.setInterval(CLOCK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()
        self._tick()

    def heard(self, progress: Progress) -> None:
        """The step that is taken now, and the sentence as far as it is written."""
        if progress.step != self._step:
            self._step = progress.step
            passed = True
            for step, label in self.steps.items():
                if step == progress.step:
                    passed = False
                    set_tone(label, "info")
                else:
                    set_tone(label, "good" if passed else "muted")
            self.setAccessibleDescription(tr(STEPS[progress.step]))
        if progress.text:
            self.text.setText(progress.text)
            self.text.show()

    def _give_up(self) -> None:
        self.show_cancelling()
        self.cancelled.emit()

    def show_cancelling(self) -> None:
        """It ends soon."""
        self.cancel.setEnabled(False)
        self.cancel.setText(tr("Cancelling…"))

    def _tick(self) -> None:
        seconds = time.monotonic() - self._began
        self.clock.setText(tr("{0:.0f} s").format(seconds) if seconds >= 1 else "")


def said(text: str) -> QLabel:
    """A line between the turns: a question was cancelled, earlier turns are not shown."""
    label = QLabel(text)
    label.setObjectName("muted")
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    label.setWordWrap(True)
    return label
