"""Alerts that are over, with a filter by words and severity."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from app.breath import breathe
from app.context import Context
from app.formats import duration_s, local_time, number, utc_tooltip
from app.pages.alerts.looks import SEVERITIES, WORDS, colour
from app.widgets.rows_model import ColumnSpec, RowsModel
from app.widgets.searched import SearchedList
from app.widgets.segmented import Segmented
from app.widgets.table import DataTable
from app.words import tr
from engine.readings.alerts import KEPT_DAYS, PastAlertView

WIDTHS = (168, 80, 180, 96, 88, 88)


class PastList(SearchedList):
    """A sortable table, newest first."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        breathe()
        super().__init__(tr("Find in title and message"), parent)
        self._context = context
        self._past: tuple[PastAlertView, ...] = ()
        self.search.setObjectName("pastSearch")
        self.search.searched.connect(lambda _text: self._filter())
        words = [(tr(WORDS[severity]), severity) for severity in SEVERITIES]
        self.severity = Segmented([(tr("All"), ""), *words])
        self.severity.setAccessibleName(tr("Severity"))
        self.severity.chosen.connect(lambda _value: self._filter())
        self.count = QLabel()
        self.count.setObjectName("small")
        self.model = RowsModel(self._columns(), self)
        self.table = DataTable()
        self.table.setObjectName("pastAlerts")
        self.table.setAccessibleName(tr("Past alerts"))
        self.table.show_model(self.model)
        self.table.set_widths(*WIDTHS)
        self.bar.addWidget(self.severity)
        self.bar.addWidget(self.count)
        self.column.setContentsMargins(0, 8, 0, 0)
        self.hold(self.table)

    def _columns(self) -> list[ColumnSpec]:
        return [
            ColumnSpec(
                tr("Raised"),
                lambda alert: alert.raised,
                lambda moment: local_time(moment, date=True),
                tooltip=lambda alert: utc_tooltip(alert.raised),
            ),
            ColumnSpec(
                tr("Severity"),
                lambda alert: alert.severity,
                lambda severity: tr(WORDS.get(severity, severity)),
                colour=lambda alert: colour(alert.severity, self._context.theme.colours),
            ),
            ColumnSpec(tr("Alert"), lambda alert: alert.title),
            ColumnSpec(
                tr("Lasted"),
                lambda alert: alert.lasted_s,
                duration_s,
                right=True,
                tooltip=lambda alert: tr("Cleared {0} ({1})").format(
                    local_time(alert.cleared, date=True), utc_tooltip(alert.cleared)
                ),
            ),
            ColumnSpec(tr("Value"), lambda alert: alert.value, right=True),
            ColumnSpec(tr("Limit"), lambda alert: alert.threshold, right=True),
            ColumnSpec(
                tr("Message"), lambda alert: alert.message, tooltip=lambda alert: alert.message
            ),
        ]

    def show_alerts(self, past: tuple[PastAlertView, ...]) -> None:
        """Shows them as the filter has them."""
        self._past = past
        self._filter()

    def _filter(self) -> None:
        words, severity = self.search.text().strip().casefold(), self.severity.value()
        rows = [
            alert
            for alert in self._past
            if (not severity or alert.severity == severity)
            and words in f"{alert.title} {alert.message}".casefold()
        ]
        self.model.show(rows)
        self.count.setText(tr("{0} of {1}").format(number(len(rows)), number(len(self._past))))
        if not self._past:
            text = tr("Alerts of the last {0} days are listed here once they are over.")
            self.placeholder.show_state("empty", tr("No past alerts"), text.format(KEPT_DAYS))
        elif not rows:
            text = tr("Choose another severity, or empty the search field.")
            self.placeholder.show_state("empty", tr("Nothing matches"), text)
        self.show_filled(bool(rows))
