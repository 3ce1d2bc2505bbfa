"""The columns of a table."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.context import Context
from app.pages.data.pane import Pane
from app.widgets.rows_model import ColumnSpec, RowsModel
from app.widgets.table import DataTable
from app.words import tr
from engine.readings.data import SchemaColumn, table_schema


class SchemaPane(Pane):
    """Name, type and meaning of each column."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.model = RowsModel(
            (
                ColumnSpec(tr("Column"), lambda c: c.name),
                ColumnSpec(tr("Type"), lambda c: c.type),
                ColumnSpec(tr("Meaning"), lambda c: c.description, tooltip=lambda c: c.description),
            ),
            self,
        )
        self.view = DataTable()
        self.view.setObjectName("schema")
        self.view.setAccessibleName(tr("Columns of the table"))
        self.view.show_model(self.model)
        self.view.set_widths(220, 110)
        self.content.addWidget(self.view)
        self.column.addWidget(self.content)

    def table_changed(self) -> None:
        self.wait()
        if self.in_front and self.card is not None:
            self.came_in_front()

    def came_in_front(self) -> None:
        table, desk = self.table, self.context.desk
        if table is not None:
            self.read(lambda: table_schema(desk.lake, table, desk.pack), self._show)

    def _show(self, columns: tuple[SchemaColumn, ...]) -> None:
        self.model.show(columns)
