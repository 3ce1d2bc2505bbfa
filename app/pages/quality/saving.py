"""Saving the filtered records to a file, so that a person can mend and resend them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.context import Context
from app.formats import number
from app.widgets.file_dialogs import ask_save
from app.words import tr
from engine.errors import LakehouseError
from engine.readings.quarantine import Export, RecordFilter

TICK_MS = 250


class Saver(QObject):
    """One file at a time."""

    progressed = Signal(int)
    """Records written so far."""
    ended = Signal()

    def __init__(self, context: Context, owner: QWidget) -> None:
        super().__init__(owner)
        self._context = context
        self._owner = owner
        self._export: Export | None = None
        self._clock = QTimer(self)
        self._clock.setInterval(TICK_MS)
        self._clock.timeout.connect(self._tell)

    @property
    def running(self) -> bool:
        """Whether a file is being written."""
        return self._export is not None

    def ask(self, wanted: RecordFilter, reasons: bool) -> None:
        """Asks for a file name; returns at once."""
        name = "refused-with-reasons.jsonl" if reasons else "refused.jsonl"
        kinds = tr("JSON lines (*.jsonl)")
        ask_save(
            self._owner,
            tr("Save records"),
            name,
            kinds,
            lambda path: self.save(wanted, path, reasons),
        )

    def save(self, wanted: RecordFilter, path: Path, reasons: bool) -> None:
        """Writes the file in the background."""
        if self.running:
            return
        self._export = Export(self._context.desk.lake, wanted, path, reasons)
        self._clock.start()
        self.progressed.emit(0)
        self._context.door.ask(
            self._export.run,
            lambda saved: self._done(saved, path),
            self._failed,
            owner=self,
            lane="export",
        )

    def cancel(self) -> None:
        """Gives it up; the file is removed."""
        if self._export is not None:
            self._export.cancel()

    def _tell(self) -> None:
        if self._export is not None:
            self.progressed.emit(self._export.saved)

    def _done(self, saved: int | None, path: Path) -> None:
        self._end()
        if saved is None:
            self._context.toast("info", tr("Saving was cancelled; there is no file."))
        else:
            text = tr("Saved {0} records to {1}. Send them again with the Topic page.")
            self._context.toast("good", text.format(number(saved), path))

    def _failed(self, error: LakehouseError) -> None:
        self._end()
        self._context.toast("error", str(error))

    def _end(self) -> None:
        self._clock.stop()
        self._export = None
        self.ended.emit()
