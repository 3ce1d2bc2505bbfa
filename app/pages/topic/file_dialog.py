"""Sending a file: it is looked through first, and sent only when a person says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.context import Context
from app.formats import number
from app.widgets.plain import plain_label, plain_tip
from app.widgets.rows_model import ColumnSpec, RowsModel
from app.widgets.table import DataTable
from app.widgets.tone import set_tone
from app.words import tr
from engine.contracts.kafka import KafkaEndpoint
from engine.errors import LakehouseError
from engine.generator.produce import ProduceResult
from engine.topic.send import FileReport, FileTask

LANE = "topic-send"
LOOK_MS = 250


class FileDialog(QDialog):
    """Looks through ``path`` when it is opened; closing it ends whatever it does."""

    def __init__(
        self, context: Context, endpoint: Callable[[], KafkaEndpoint], path: Path, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("fileDialog")
        self.setWindowTitle(tr("Send a file"))
        self.resize(760, 480)
        self._context = context
        self._endpoint = endpoint
        self._task = FileTask(path, context.desk.pack)
        self._report: FileReport | None = None
        self._sending = False
        self.bad = RowsModel(_columns(), self)
        self._build(path)
        self._clock = QTimer(self)
        self._clock.setInterval(LOOK_MS)
        self._clock.timeout.connect(self._show_progress)
        self._look()

    def _build(self, path: Path) -> None:
        name = plain_label(path.name)
        name.setObjectName("heading")
        name.setToolTip(plain_tip(str(path)))
        self.summary = plain_label()
        self.summary.setObjectName("summary")
        self.summary.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("Progress"))
        self.bar.setTextVisible(False)
        self.table = DataTable()
        self.table.setAccessibleName(tr("Lines that would be refused"))
        self.table.show_model(self.bad)
        self.table.set_widths(72, 140, 260)
        self.table.hide()
        self.bad_too = QCheckBox()
        self.bad_too.setObjectName("badToo")
        self.bad_too.hide()
        self.bad_too.toggled.connect(lambda _on: self._show_send())
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        for widget in (name, self.summary, self.bar):
            column.addWidget(widget)
        column.addWidget(self.table, 1)
        column.addWidget(self.bad_too)
        column.addStretch(0)
        column.addLayout(self._foot())

    def _foot(self) -> QHBoxLayout:
        self.close_button = QPushButton(tr("Cancel"))
        self.close_button.setObjectName("cancel")
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(self._cancel)
        self.send = QPushButton(tr("Send"))
        self.send.setObjectName("primary")
        self.send.setEnabled(False)
        self.send.setAutoDefault(False)  # Enter must not send a file by accident
        self.send.clicked.connect(self.send_now)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self.close_button)
        row.addWidget(self.send)
        return row

    # Looking through

    def _look(self) -> None:
        self.bar.setRange(0, 0)
        self.summary.setText(tr("Looking through the file…"))
        self._clock.start()
        self._context.door.ask(self._task.look, self._looked, self._failed, owner=self, lane=LANE)

    def _looked(self, report: FileReport) -> None:
        self._clock.stop()
        self._report = report
        self.bar.hide()
        self.summary.setText(_describe(report))
        self.bad.show(report.bad)
        self.table.setVisible(bool(report.bad))
        self.bad_too.setVisible(bool(report.bad_lines))
        text = tr("Send the {0} lines that would be refused too; they go to quarantine")
        self.bad_too.setText(text.format(number(report.bad_lines)))
        self._show_send()

    def _planned(self) -> int:
        report = self._report
        if report is None:
            return 0
        return report.good + (report.bad_lines if self.bad_too.isChecked() else 0)

    def _show_send(self) -> None:
        planned = self._planned()
        self.send.setEnabled(planned > 0 and not self._sending)
        self.send.setText(tr("Send {0} messages").format(number(planned)))

    # Sending

    def send_now(self) -> None:
        """Sends what was announced."""
        self._sending = True
        self._show_send()
        self.bad_too.setEnabled(False)
        self.bar.setRange(0, max(1, self._planned()))
        self.bar.setValue(0)
        self.bar.show()
        self.close_button.setText(tr("Stop"))
        self._clock.start()
        task, endpoint, bad_too = self._task, self._endpoint, self.bad_too.isChecked()
        self._context.door.ask(
            lambda: task.send(endpoint, bad_too=bad_too),
            self._sent,
            self._failed,
            owner=self,
            lane=LANE,
        )

    def _show_progress(self) -> None:
        if not self._sending:
            text = tr("Looking through the file: {0} lines so far.")
            self.summary.setText(text.format(number(self._task.looked_at)))
            return
        done = self._task.progress
        if done is not None:
            self.bar.setValue(done.acknowledged)
            text = tr("{0} sent, {1} acknowledged by the broker.")
            self.summary.setText(text.format(number(done.sent), number(done.acknowledged)))

    def _sent(self, result: ProduceResult) -> None:
        self._finish()
        self.bar.setValue(self.bar.maximum() if not result.stopped else result.acknowledged)
        self.summary.setText(_outcome(result))
        set_tone(self.summary, "bad" if result.failed else "warning" if result.stopped else "good")

    def _failed(self, error: LakehouseError) -> None:
        self._finish()
        self.bar.hide()
        self.summary.setText(str(error))
        set_tone(self.summary, "bad")

    def _finish(self) -> None:
        self._sending = False
        self._clock.stop()
        self.send.hide()
        self.bad_too.hide()
        self.close_button.setText(tr("Close"))
        self.close_button.setEnabled(True)

    def _cancel(self) -> None:
        """Ends the sending and stays to tell what became of it; else closes."""
        if not self._sending:
            self.reject()
            return
        self._task.cancel()
        self.close_button.setEnabled(False)
        self.close_button.setText(tr("Stopping…"))

    def done(self, result: int) -> None:
        """Closed, however: nothing goes on behind a dialog that is gone."""
        self._task.cancel()
        self._clock.stop()
        super().done(result)


def _describe(report: FileReport) -> str:
    parts = [tr("{0} lines: {1} messages").format(number(report.lines), number(report.good))]
    if report.empty:
        parts.append(tr("{0} empty").format(number(report.empty)))
    if report.bad_lines:
        parts.append(tr("{0} that the pipeline would refuse").format(number(report.bad_lines)))
    text = ", ".join(parts) + "."
    if report.reasons:
        named = (f"{reason.value} {number(count)}" for reason, count in report.reasons.items())
        text += "\n" + tr("Reasons: {0}.").format(", ".join(named))
    if report.bad_lines > len(report.bad):
        text += " " + tr("The first {0} are listed.").format(number(len(report.bad)))
    if not report.lines:
        text = tr("The file is empty.")
    return text


def _outcome(result: ProduceResult) -> str:
    text = tr("{0} sent, {1} acknowledged by the broker.").format(
        number(result.sent), number(result.acknowledged)
    )
    more = (
        (result.failed, tr("{0} were not acknowledged: check the broker on the Services page.")),
        (result.left_out, tr("{0} lines were left out.")),
        (result.refused_lines, tr("{0} lines are too long for the broker.")),
    )
    text += "".join(" " + said.format(number(count)) for count, said in more if count)
    return text + " " + tr("Stopped before the end.") if result.stopped else text


def _columns() -> list[ColumnSpec]:
    return [
        ColumnSpec(tr("Line"), lambda bad: bad.number, number, right=True),
        ColumnSpec(tr("Reason"), lambda bad: bad.reason.value),
        ColumnSpec(tr("What is wrong"), lambda bad: bad.detail, tooltip=lambda bad: bad.detail),
        ColumnSpec(tr("Text"), lambda bad: bad.text),
    ]
