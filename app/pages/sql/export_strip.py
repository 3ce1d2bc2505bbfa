"""How far an export is, with a way out."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QWidget

from app.formats import number
from app.widgets.strip import Strip
from app.words import tr

STEPS = 1000


class ExportStrip(Strip):
    """Visible while an export runs."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = QLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Progress of the export"))
        self.button = QPushButton(tr("Cancel export"))
        self.button.clicked.connect(self._cancel)
        self.row.addWidget(self.label)
        self.row.addWidget(self.bar, 1)
        self.row.addWidget(self.button)

    def begin(self) -> None:
        """An export was asked for."""
        self.label.setText(tr("Exporting…"))
        self.bar.setRange(0, 0)
        self.button.setEnabled(True)
        self.show()

    def move_to(self, rows: int, total: int | None) -> None:
        """Rows so far; without a total the bar only shows that something happens."""
        if total:
            self.bar.setRange(0, STEPS)
            self.bar.setValue(round(rows / total * STEPS))
            text = tr("Exporting {0} of {1} rows").format(number(rows), number(total))
        else:
            text = tr("Exporting {0} rows").format(number(rows))
        self.label.setText(text)

    def _cancel(self) -> None:
        self.button.setEnabled(False)
        self.label.setText(tr("Cancelling the export…"))
        self.cancelled.emit()
