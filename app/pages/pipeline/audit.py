"""One card of the Pipeline page: how far the lake was audited, and what differs."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.context import Context
from app.widgets.strip import Strip
from app.widgets.tone import set_tone
from app.words import tr
from engine.contracts.protocol import Audited
from engine.contracts.tally import AuditReport
from engine.readings.audit import audit_line, audit_lines

SHOWN = 4
"""Lines below the first; the rest stands in the tooltip, and ``status`` prints all."""


class AuditCard(Strip):
    """Hears of each look; hidden until there was one."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout()
        column.setSpacing(4)
        self.line = QLabel()
        self.line.setAccessibleName(tr("Audit of the lake"))
        self.details = QLabel()
        self.details.setObjectName("small")
        self.details.setWordWrap(True)
        column.addWidget(self.line)
        column.addWidget(self.details)
        self.row.addLayout(column, 1)
        context.door.notified.connect(self.hear)
        report = context.desk.snapshot()
        if report is not None and report.audit is not None:
            self.show_report(report.audit)

    def hear(self, _service: str, what: object) -> None:
        """What the supervisor reports."""
        if isinstance(what, Audited):
            self.show_report(what.report)

    def show_report(self, report: AuditReport) -> None:
        """The state in one line, and below it what differs or why nothing is compared."""
        _, *more = audit_lines(report)
        self.line.setText(audit_line(report))
        set_tone(self.line, "" if report.agrees else "bad")
        self.details.setText("\n".join(more[:SHOWN]))
        self.details.setVisible(bool(more))
        self.line.setToolTip(
            tr(
                "A process of its own counts the topic without Spark, and compares every minute "
                "and every file of the lake with its count."
            )
        )
        self.details.setToolTip("\n".join(more))
        self.show()
