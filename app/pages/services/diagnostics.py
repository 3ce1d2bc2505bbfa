"""What doctor found here: each finding with its remedy, and a button where it can be mended."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.context import Context
from app.widgets.badge import level_badge
from app.widgets.dialogs import confirm
from app.widgets.scroll import ScrollColumn
from app.words import tr
from engine.errors import LakehouseError
from engine.host.fixes import Fix
from engine.readings.services import Diagnosis, diagnose, troubles

LANE = "doctor"


class Diagnostics(QWidget):
    """``counted`` carries how many findings want attention."""

    counted = Signal(int)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.busy = False
        self.diagnoses: tuple[Diagnosis, ...] = ()
        self.summary = QLabel()
        self.summary.setObjectName("muted")
        self.again = QPushButton(tr("Check again"))
        self.again.setObjectName("doctorAgain")
        self.again.clicked.connect(self.check)
        head = QHBoxLayout()
        head.addWidget(self.summary, 1)
        head.addWidget(self.again)
        area = ScrollColumn(above=0)
        self._list = area.column
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addLayout(head)
        column.addWidget(area, 1)

    def check(self) -> None:
        """Looks at everything anew; the findings so far stay until then."""
        if self.busy:
            return
        self._work(tr("Checking this computer…"))
        paths, report = self._context.desk.paths, self._context.desk.snapshot()
        self._context.door.ask(
            lambda: diagnose(paths, report), self._show, self._failed, owner=self, lane=LANE
        )

    def _show(self, diagnoses: tuple[Diagnosis, ...]) -> None:
        self._rest()
        self.diagnoses = diagnoses
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for diagnosis in diagnoses:
            self._list.addWidget(self._row(diagnosis))
        count = troubles(diagnoses)
        if count:
            self.summary.setText(
                tr("{0} of {1} checks want attention.").format(count, len(diagnoses))
            )
        else:
            self.summary.setText(tr("All {0} checks are good.").format(len(diagnoses)))
        self.counted.emit(count)

    def _row(self, diagnosis: Diagnosis) -> QFrame:
        finding = diagnosis.finding
        row = QFrame()
        row.setObjectName("card")
        row.setAccessibleName(f"{finding.check}: {finding.detail}")
        badge = level_badge(finding.level)
        badge.setMinimumWidth(72)
        badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        name = QLabel(finding.check.capitalize())
        name.setFixedWidth(104)
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(_text(finding.detail, ""))
        if finding.remedy:
            text.addWidget(_text(finding.remedy, "muted"))
        layout = QHBoxLayout(row)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(12)
        top = Qt.AlignmentFlag.AlignTop
        layout.addWidget(badge, 0, top)
        layout.addWidget(name, 0, top)
        layout.addLayout(text, 1)
        if diagnosis.fix is not None:
            layout.addWidget(self._fix_button(finding.check, diagnosis.fix), 0, top)
        return row

    def _fix_button(self, check: str, fix: Fix) -> QPushButton:
        button = QPushButton(tr(fix.title))
        button.setObjectName(f"fix-{check}")
        button.setToolTip(fix.explains)
        button.setAccessibleName(tr("{0}: {1}").format(check, fix.title))
        button.clicked.connect(lambda: self._mend(fix))
        return button

    def _mend(self, fix: Fix) -> None:
        """Says what will be done, then does it."""
        if self.busy or not confirm(self, tr(fix.title), fix.explains, tr(fix.title)):
            return
        self._work(tr("Working: {0}…").format(fix.title))
        self._context.door.ask(fix.run, self._mended, self._failed, owner=self, lane=LANE)

    def _mended(self, said: str) -> None:
        self._rest()
        self._context.toast("good", said)
        self.check()

    def _failed(self, error: LakehouseError) -> None:
        self._rest()
        self.summary.setText(error.message)
        self._context.toast("error", str(error))

    def _work(self, text: str) -> None:
        self.busy = True
        self.summary.setText(text)
        self._enable(False)

    def _rest(self) -> None:
        self.busy = False
        self._enable(True)

    def _enable(self, enabled: bool) -> None:
        for button in self.findChildren(QPushButton):
            button.setEnabled(enabled)


def _text(text: str, name: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
