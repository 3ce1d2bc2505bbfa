"""About: version, the licences of what comes along, and facts for a report."""

from __future__ import annotations

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.context import Context
from app.icons import icon
from app.widgets.placeholder import Placeholder
from app.widgets.rows_model import ROW_ROLE, ColumnSpec, RowsModel
from app.widgets.search import SearchField
from app.widgets.table import DataTable
from app.words import tr
from engine.errors import LakehouseError
from engine.host.versions import program_version, system_facts
from engine.readings.licences import Part, licence_text, parts

LANE = "about"


class AboutDialog(QDialog):
    """``AboutDialog(context, window).open()``; reads its lists in the background."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._wanted: Part | None = None
        self.facts: dict[str, str] = {}
        self.setObjectName("about")
        self.setWindowTitle(tr("About RT-Lakehouse"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(820, 560)
        self.tabs = QTabWidget()
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self._licences(), tr("Licences"))
        self.tabs.addTab(self._system(), tr("This system"))
        close = QPushButton(tr("Close"))
        close.clicked.connect(self.accept)
        close.setAutoDefault(False)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addLayout(self._head())
        column.addWidget(self.tabs, 1)
        column.addLayout(foot)
        paths = context.desk.paths
        door = context.door
        door.ask(parts, self._show_parts, self._failed, owner=self, lane=LANE)
        door.ask(lambda: system_facts(paths), self._show_facts, owner=self, lane=LANE)

    def _head(self) -> QHBoxLayout:
        picture = QLabel()
        picture.setPixmap(icon("app", self._context.theme.colours.accent).pixmap(48, 48))
        name = QLabel("RT-Lakehouse")
        name.setObjectName("title")
        self.version = QLabel(tr("Version {0}").format(program_version()))
        self.version.setObjectName("muted")
        what = QLabel(tr("A complete real-time lakehouse on one computer."))
        what.setObjectName("muted")
        words = QVBoxLayout()
        words.setSpacing(2)
        for label in (name, self.version, what):
            words.addWidget(label)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(picture)
        row.addLayout(words, 1)
        return row

    def _licences(self) -> QWidget:
        self.model = RowsModel(
            (
                ColumnSpec(tr("Part"), lambda part: part.name, tooltip=lambda part: part.note),
                ColumnSpec(tr("Version"), lambda part: part.version or None),
                ColumnSpec(tr("Kind"), lambda part: tr(part.kind)),
                ColumnSpec(tr("Licence"), lambda part: part.licence),
            ),
            self,
        )
        self.search = SearchField(tr("Search in parts and licences"))
        self.table = DataTable()
        self.table.setAccessibleName(tr("Parts and their licences"))
        self.table.show_model(self.model)
        self.table.set_widths(300, 96, 104, 200)
        self.search.searched.connect(self._filter)
        self.table.selectionModel().currentRowChanged.connect(lambda index, _: self._choose(index))
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(tr("Text of the licence"))
        self.text.setPlaceholderText(tr("Choose a part to read its licence."))
        self.waiting = Placeholder()
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.table)
        split.addWidget(self.text)
        split.setSizes([220, 160])
        self._split = split
        page = QWidget()
        whole = QVBoxLayout(page)
        whole.setContentsMargins(0, 8, 0, 0)
        whole.addWidget(self.search)
        whole.addWidget(self.waiting, 1)
        whole.addWidget(split, 1)
        split.hide()
        return page

    def _system(self) -> QWidget:
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(24)
        self.form.setVerticalSpacing(8)
        self.copy = QPushButton(tr("Copy"))
        self.copy.setObjectName("copySystem")
        self.copy.setAccessibleName(tr("Copy the facts of this system"))
        self.copy.setEnabled(False)
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(self._copy)
        row = QHBoxLayout()
        row.addWidget(self.copy)
        row.addStretch(1)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(16)
        column.addLayout(self.form)
        column.addLayout(row)
        column.addStretch(1)
        return page

    def _show_parts(self, found: tuple[Part, ...]) -> None:
        self.model.show(found)
        self.waiting.hide()
        self._split.show()

    def _failed(self, error: LakehouseError) -> None:
        self.waiting.show_state("error", error.message, error.remedy)

    def _show_facts(self, facts: dict[str, str]) -> None:
        self.facts = {**facts, "Qt": qVersion()}
        for title, value in self.facts.items():
            label = QLabel(value)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            head = QLabel(tr(title))
            head.setObjectName("muted")
            self.form.addRow(head, label)
        self.copy.setEnabled(True)

    def _copy(self) -> None:
        text = "\n".join(f"{title}: {value}" for title, value in self.facts.items())
        QGuiApplication.clipboard().setText(text)
        self._context.toast("info", tr("The facts of this system are in the clipboard."))

    def _filter(self, text: str) -> None:
        self.table.model().setFilterFixedString(text)  # type: ignore[attr-defined]  # the proxy of show_model

    def _choose(self, index: object) -> None:
        part = index.data(ROW_ROLE)  # type: ignore[attr-defined]  # a QModelIndex
        if not isinstance(part, Part):
            return
        self._wanted = part
        self._context.door.ask(
            lambda: licence_text(part),
            lambda text: self._show_text(part, text),
            owner=self,
            lane=LANE,
        )

    def _show_text(self, part: Part, text: str) -> None:
        if part is self._wanted:
            self.text.setPlainText(f"{part.note}\n\n{text}" if part.note else text)
