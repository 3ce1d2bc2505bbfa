"""The questions before a rebuild or a backfill: what will happen, and of which time."""

from __future__ import annotations

from PySide6.QtCore import QDateTime
from PySide6.QtWidgets import (
    QDateTimeEdit,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.formats import number
from app.widgets.tone import set_tone
from app.words import tr
from engine.contracts.protocol import Rebuild

WIDTH = 520


class _Question(QDialog):
    """A title, a body, what will happen, and two buttons."""

    def __init__(self, title: str, action: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        heading = QLabel(title)
        heading.setObjectName("heading")
        layout.addWidget(heading)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        layout.addLayout(self.body)
        self.happens = QLabel()
        self.happens.setObjectName("muted")
        self.happens.setWordWrap(True)
        layout.addWidget(self.happens)
        layout.addStretch(1)
        self.do = QPushButton(action)
        self.do.setObjectName("primary")
        self.do.clicked.connect(self.accept)
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        for button in (self.do, self.cancel):
            # Enter pressed by habit must not start hours of work; a QDialogButtonBox would let it.
            button.setAutoDefault(False)
            row.addWidget(button)
        layout.addLayout(row)


class RebuildDialog(_Question):
    """Which tables; ``command`` is what was chosen."""

    def __init__(self, bronze: int | None, silver: int | None, parent: QWidget | None) -> None:
        super().__init__(tr("Rebuild tables"), tr("Rebuild"), parent)
        self._bronze, self._silver = bronze, silver
        self.both = QRadioButton(tr("Silver, quarantine and gold, from bronze"))
        self.both.setObjectName("rebuildBoth")
        self.gold = QRadioButton(tr("Gold only, from silver"))
        self.gold.setObjectName("rebuildGold")
        self.both.setChecked(True)
        for button in (self.both, self.gold):
            self.body.addWidget(button)
        self.both.toggled.connect(self._describe)
        self._describe()

    def _describe(self) -> None:
        if self.both.isChecked():
            what = tr(
                "All {0} records of bronze are judged again by the present rules, and silver, "
                "quarantine and gold are filled anew. While it runs, silver and quarantine are not "
                "complete."
            ).format(number(self._bronze))
        else:
            what = tr(
                "All minutes of gold are computed again from the {0} events of silver and put in "
                "place at once. Silver and quarantine stay as they are."
            ).format(number(self._silver))
        rest = tr(
            "New events wait in the broker meanwhile and are worked off afterwards; bronze is "
            "only read. Cancel puts everything back as it was, until gold's new version is written."
        )
        self.happens.setText(f"{what}\n\n{rest}")

    def command(self) -> Rebuild:
        """For the pipeline."""
        return Rebuild(tables=("silver", "gold") if self.both.isChecked() else ("gold",))


class BackfillDialog(_Question):
    """Of which time; ``command`` is what was chosen."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(tr("Backfill gold"), tr("Backfill"), parent)
        now = QDateTime.currentDateTime()
        self.since = self._edit(now.addSecs(-3600), tr("From"))
        self.until = self._edit(now.addSecs(60), tr("To"))
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.addRow(tr("From"), self.since)
        form.addRow(tr("To, not included"), self.until)
        self.body.addLayout(form)
        for edit in (self.since, self.until):
            edit.dateTimeChanged.connect(self._describe)
        self._describe()

    def _edit(self, moment: QDateTime, name: str) -> QDateTimeEdit:
        whole = QDateTime.fromSecsSinceEpoch(moment.toSecsSinceEpoch() // 60 * 60)
        edit = QDateTimeEdit(whole)
        edit.setDisplayFormat("yyyy-MM-dd HH:mm")
        edit.setCalendarPopup(True)
        edit.setAccessibleName(name)
        return edit

    def _describe(self) -> None:
        low, high = self.since.dateTime(), self.until.dateTime()
        minutes = low.secsTo(high) // 60
        valid = minutes > 0 and low.toMSecsSinceEpoch() >= 0
        self.do.setEnabled(valid)
        set_tone(self.happens, "" if valid else "bad")
        if not valid:
            self.happens.setText(tr("The end must lie after the start. Choose a later end."))
            return
        utc = "yyyy-MM-dd HH:mm"
        self.happens.setText(
            tr(
                "The {0} minutes of gold from {1} to {2} UTC are computed again from silver and "
                "put in place at once; minutes without an event in silver leave gold.\n\n"
                "New events wait in the broker meanwhile and are worked off afterwards."
            ).format(number(minutes), low.toUTC().toString(utc), high.toUTC().toString(utc))
        )

    def command(self) -> Rebuild:
        """For the pipeline."""
        return Rebuild(
            tables=("gold",),
            since_ms=self.since.dateTime().toMSecsSinceEpoch(),
            until_ms=self.until.dateTime().toMSecsSinceEpoch(),
        )


def asked(dialog: QDialog) -> bool:
    """Shows it and waits for the answer; what was chosen can be read until the next event."""
    agreed = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()  # the page would keep it for as long as it lives
    return agreed
