"""Figures of one column: counts, extremes, how the values are spread, the most frequent ones."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.breath import breathe
from app.formats import number, percent
from app.icons import icon
from app.theme import Theme
from app.widgets.plain import plain_label, plain_tip
from app.widgets.rows_model import ColumnSpec, RowsModel
from app.widgets.table import DataTable
from app.words import tr
from engine.contracts.query import ResultColumn, Summary
from engine.query.page import digits, float_text, is_number


class StatsPanel(QWidget):
    """Shows a ``Summary``; a panel beside the grid."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        breathe()
        super().__init__(parent)
        self.setObjectName("statsPanel")
        self.setAccessibleName(tr("Column statistics"))
        self.setMinimumWidth(220)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 0, 0, 0)
        layout.setSpacing(8)
        head = QHBoxLayout()
        self.title = plain_label()
        self.title.setObjectName("cardTitle")
        head.addWidget(self.title, 1)
        self.close_button = QToolButton()
        self.close_button.setObjectName("flat")
        self.close_button.setIcon(icon("x"))
        self.close_button.setToolTip(tr("Close"))
        self.close_button.setAccessibleName(tr("Close the statistics"))
        head.addWidget(self.close_button)
        layout.addLayout(head)
        self.histogram = Histogram(theme)
        layout.addWidget(self.histogram)
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(12)
        self._form.setVerticalSpacing(4)
        layout.addLayout(self._form)
        self.top_title = QLabel(tr("Most frequent"))
        self.top_title.setObjectName("cardTitle")
        layout.addWidget(self.top_title)
        self._total = 1
        self._top = RowsModel(_top_columns(), self)
        self.top = DataTable()
        self.top.setAccessibleName(tr("Most frequent values"))
        self.top.setModel(self._top)
        self.top.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.top.horizontalHeader().hide()
        self.top.horizontalHeader().setStretchLastSection(False)
        self.top.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.top.setColumnWidth(1, 64)
        self.top.setColumnWidth(2, 60)
        layout.addWidget(self.top, 1)

    def show_waiting(self, column: ResultColumn) -> None:
        """The figures of this column are on their way."""
        self._show_title(column)
        self._show_facts([(tr("Statistics"), tr("are computed…"))])
        self.histogram.show_counts(())
        self._show_top(())

    def show_summary(self, column: ResultColumn, found: Summary) -> None:
        """The figures."""
        self._show_title(column)
        about = tr("about {0}").format(number(found.distinct))
        facts = [
            (tr("Rows"), number(found.rows)),
            (tr("NULL"), _share(found.nulls, found.rows)),
            (tr("Distinct"), number(found.distinct) if found.exact else about),
        ]
        texts = (
            (tr("Minimum"), _extreme(found.minimum, column.type)),
            (tr("Maximum"), _extreme(found.maximum, column.type)),
            (tr("Mean"), _figure(found.mean)),
            (tr("Median"), _figure(found.median)),
            (tr("Std. deviation"), _figure(found.deviation)),
        )
        facts += [(name, text) for name, text in texts if text is not None]
        self._show_facts(facts)
        self.histogram.show_counts(found.histogram)
        repeated = found.top if any(count > 1 for _, count in found.top) else ()
        self._show_top(
            tuple((value, count, count / max(found.rows, 1)) for value, count in repeated)
        )

    def _show_title(self, column: ResultColumn) -> None:
        name = self.title.fontMetrics().elidedText(column.name, Qt.TextElideMode.ElideRight, 160)
        self.title.setText(f"{name} · {column.type.lower()[:24]}")
        self.title.setToolTip(plain_tip(f"{column.name}\n{column.type}"))

    def _show_facts(self, facts: list[tuple[str, str]]) -> None:
        while self._form.rowCount():
            self._form.removeRow(0)
        for name, value in facts:
            label = QLabel(name)
            label.setObjectName("muted")
            shown = plain_label(value if len(value) <= 32 else f"{value[:31]}…")
            shown.setToolTip(plain_tip(value))
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._form.addRow(label, shown)

    def _show_top(self, rows: tuple[tuple[str | None, int, float], ...]) -> None:
        self._top.show(rows)
        self.top.setVisible(bool(rows))
        self.top_title.setVisible(bool(rows))


class Histogram(QWidget):
    """Counts in equal steps, from the smallest value to the largest."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._counts: tuple[int, ...] = ()
        self.setFixedHeight(56)
        self.hide()
        theme.changed.connect(self.update)

    def show_counts(self, counts: tuple[int, ...]) -> None:
        """Nothing is shown where there are none."""
        self._counts = counts
        self.setVisible(bool(counts))
        self.setAccessibleName(tr("Histogram in {0} steps").format(len(counts)))
        self.setToolTip(tr("How many rows lie in each step from the minimum to the maximum"))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        return QSize(200, 56)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 -- Qt's name
        """Bars without axes: the figures below say from where to where."""
        painter = QPainter(self)
        step = self.width() / max(len(self._counts), 1)
        highest = max(self._counts, default=1)
        colour = self._theme.qcolor("accent")
        for at, count in enumerate(self._counts):
            height = count / highest * (self.height() - 2)
            if count:
                height = max(height, 1.5)
            bar = QRectF(at * step, self.height() - height, max(step - 1, 1), height)
            painter.fillRect(bar, colour)
        painter.end()


def _top_columns() -> list[ColumnSpec]:
    return [
        ColumnSpec(tr("Value"), lambda row: "NULL" if row[0] is None else row[0], tooltip=_value),
        ColumnSpec(tr("Rows"), lambda row: row[1], number, right=True),
        ColumnSpec(tr("Share"), lambda row: row[2], percent, right=True),
    ]


def _value(row: tuple[str | None, int, float]) -> str:
    return row[0] or ""


def _share(part: int, whole: int) -> str:
    return f"{number(part)} ({percent(part / whole)})" if part and whole else number(part)


def _extreme(value: str | None, kind: str) -> str | None:
    if value is None or not is_number(kind):
        return value
    return float_text(float(value)) if kind in ("FLOAT", "DOUBLE") else digits(value)


def _figure(value: float | None) -> str | None:
    return None if value is None else float_text(value)
