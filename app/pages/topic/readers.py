"""Partitions with what they hold, and who reads them: the pipeline and consumer groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.context import Context
from app.formats import number
from app.refresh import Refresher
from app.widgets.card import Card
from app.widgets.rows_model import ColumnSpec, RowsModel
from app.widgets.table import DataTable
from app.widgets.tone import set_tone
from app.words import tr
from engine.host.running import Running
from engine.topic.groups import Overview
from engine.topic.session import TopicSession

EVERY_S = 3.0


@dataclass(frozen=True)
class PartitionRow:
    """One partition; ``lag`` is the pipeline's, None where it has not said any."""

    partition: int
    low: int
    high: int
    messages: int
    lag: int | None


@dataclass(frozen=True)
class GroupRow:
    """One consumer group in one partition."""

    group: str
    state: str
    members: int
    partition: int
    committed: int | None
    lag: int | None


@dataclass(frozen=True)
class Reading:
    """What the tab shows."""

    overview: Overview
    pipeline: Mapping[int, int]


class ReadersView(QWidget):
    """Reads while it is visible; ``start`` and ``stop`` are the page's to call."""

    def __init__(
        self, context: Context, session: TopicSession, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._session = session
        self.refresher = Refresher(context, self, self._read, self._show, EVERY_S, "topic")
        self.partitions = RowsModel(_partition_columns(), self)
        self.groups = RowsModel(_group_columns(), self)
        self.total = QLabel(tr("Loading…"))
        self.total.setObjectName("muted")
        self.no_groups = QLabel()
        self.no_groups.setObjectName("muted")
        self.no_groups.setWordWrap(True)
        self._build()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(12)
        above = Card(tr("Partitions, and how far behind the pipeline is"))
        above.controls.addWidget(self.refresher.status)
        above.body.addWidget(self.total)
        self.partition_table = _table(self.partitions, tr("Partitions"), (120, 140, 140, 140))
        above.body.addWidget(self.partition_table, 1)
        below = Card(tr("Consumer groups"))
        self.group_table = _table(self.groups, tr("Consumer groups"), (260, 120, 104, 104, 160))
        below.body.addWidget(self.no_groups)
        below.body.addWidget(self.group_table, 1)
        column.addWidget(above, 1)
        column.addWidget(below, 1)

    def start(self) -> None:
        """Begins to read."""
        self.refresher.start()

    def stop(self) -> None:
        """Reads no more."""
        self.refresher.stop()

    def _read(self) -> Callable[[], Reading]:
        session, running = self._session, self._context.desk.running
        return lambda: Reading(session.overview(), _pipeline_lag(running))

    def _show(self, reading: Reading) -> None:
        seen = reading.overview
        self.partitions.show(
            [
                PartitionRow(p.partition, p.low, p.high, p.messages, lag.get(p.partition))
                for lag in [reading.pipeline]
                for p in seen.partitions
            ]
        )
        behind = sum(reading.pipeline.values()) if reading.pipeline else None
        if behind is None:
            text = tr("{0} messages in {1} partitions; the pipeline does not report at present.")
        else:
            text = tr("{0} messages in {1} partitions; the pipeline has {2} still to finish.")
        self.total.setText(text.format(number(seen.messages), len(seen.partitions), number(behind)))
        self.groups.show(
            [
                GroupRow(g.name, g.state, g.members, p, g.committed[p], g.lag[p])
                for g in seen.groups
                for p in sorted(g.committed)
            ]
        )
        self._show_absence(seen)

    def _show_absence(self, seen: Overview) -> None:
        """Why there are no groups, or that some are left out."""
        self.group_table.setVisible(bool(seen.groups))
        self.no_groups.setVisible(not seen.groups or bool(seen.left_out))
        set_tone(self.no_groups, "bad" if seen.problem else "")
        if seen.problem:
            self.no_groups.setText(seen.problem)
        elif seen.left_out:
            text = tr("{0} more groups of this broker were not asked.")
            self.no_groups.setText(text.format(number(seen.left_out)))
        else:
            self.no_groups.setText(
                tr(
                    "No consumer group has committed an offset in this topic. The pipeline is none:"
                    " it keeps its position in its tables, so that it cannot lose or repeat events."
                )
            )


def _pipeline_lag(running: Running | None) -> Mapping[int, int]:
    """Records not yet finished, by partition, as the pipeline last said; empty if it is silent."""
    lags = running.monitor.stream(10.0).lag if running is not None else ()
    return lags[-1][1] if lags else {}


def _table(model: RowsModel, name: str, widths: tuple[int, ...]) -> DataTable:
    table = DataTable()
    table.setAccessibleName(name)
    table.show_model(model, 0)
    table.set_widths(*widths)
    return table


def _partition_columns() -> list[ColumnSpec]:
    return [
        ColumnSpec(tr("Partition"), lambda row: row.partition, right=True),
        ColumnSpec(tr("First offset"), lambda row: row.low, number, right=True),
        ColumnSpec(tr("Next offset"), lambda row: row.high, number, right=True),
        ColumnSpec(tr("Messages"), lambda row: row.messages, number, right=True),
        ColumnSpec(tr("Lag of the pipeline"), lambda row: row.lag, number, right=True),
    ]


def _group_columns() -> list[ColumnSpec]:
    return [
        ColumnSpec(tr("Group"), lambda row: row.group),
        ColumnSpec(tr("State"), lambda row: row.state),
        ColumnSpec(tr("Members"), lambda row: row.members, number, right=True),
        ColumnSpec(tr("Partition"), lambda row: row.partition, right=True),
        ColumnSpec(tr("Committed offset"), lambda row: row.committed, number, right=True),
        ColumnSpec(tr("Lag"), lambda row: row.lag, number, right=True),
    ]
