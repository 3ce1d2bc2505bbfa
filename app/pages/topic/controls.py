"""What to look at: partition, position, filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QDateTime, QRegularExpression, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import (
    QComboBox,
    QDateTimeEdit,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.widgets.segmented import Segmented
from app.words import tr
from engine.topic.browse import FromOffset, FromTime, Newest, Oldest, Position
from engine.topic.errors import BadFilter
from engine.topic.filter import Filter, parse_filter

_HELP = (
    "event_type = purchase\nprice > 100 and country = DE\nreferrer contains goo\n"
    "campaign is missing\nnot (quantity = 1 or quantity = 2)\nkey = u-000015\nsummer-sale"
)


@dataclass(frozen=True)
class Choice:
    """What a person wants to see; ``partitions`` None is all."""

    partitions: tuple[int, ...] | None
    position: Position
    only: Filter


class Controls(QWidget):
    """``asked`` carries a Choice when one was made that can be read."""

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.partition = QComboBox()
        self.partition.setObjectName("partition")
        self.partition.setAccessibleName(tr("Partition"))
        self.partition.addItem(tr("All partitions"), None)
        self.position = Segmented(
            [
                (tr("Newest"), "newest"),
                (tr("Oldest"), "oldest"),
                (tr("From offset"), "offset"),
                (tr("From time"), "time"),
            ]
        )
        self.position.setAccessibleName(tr("Where reading begins"))
        self.filter = QLineEdit()
        self.filter.setObjectName("filter")
        self.filter.setAccessibleName(tr("Filter"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setPlaceholderText(tr("Filter, such as: event_type = purchase and price > 100"))
        self.filter.setToolTip(tr("Examples:") + "\n" + _HELP)
        self.read = QPushButton(tr("Read"))
        self.read.setObjectName("read")
        self.problem = QLabel()
        self.problem.setObjectName("small")
        self.problem.setProperty("tone", "bad")
        self.problem.hide()
        self._place_editors()
        self._arrange()
        self.partition.activated.connect(self.ask)
        self.position.chosen.connect(self._position_chosen)
        self.filter.returnPressed.connect(self.ask)
        self.read.clicked.connect(self.ask)

    def _place_editors(self) -> None:
        self.offset = QLineEdit("0")
        self.offset.setAccessibleName(tr("Offset"))
        pattern = QRegularExpression("[0-9]{1,18}")
        self.offset.setValidator(QRegularExpressionValidator(pattern, self.offset))
        self.time = QDateTimeEdit(QDateTime.currentDateTime().addSecs(-600))
        self.time.setAccessibleName(tr("Time, in the local zone"))
        self.time.setDisplayFormat("yyyy-MM-dd HH:mm:ss")
        self.time.setButtonSymbols(QDateTimeEdit.ButtonSymbols.NoButtons)
        self.time.setToolTip(tr("Arrow keys change the part under the cursor"))
        self.offset.returnPressed.connect(self.ask)
        self.editors = QStackedWidget()
        self.editors.addWidget(self.offset)
        self.editors.addWidget(self.time)
        self.editors.setFixedWidth(180)
        self.editors.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Maximum)
        self.editors.hide()

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self.partition, self.position, self.editors):
            row.addWidget(widget)
        row.addWidget(self.filter, 1)
        row.addWidget(self.read)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.problem)

    def show_partitions(self, numbers: Sequence[int]) -> None:
        """Offers these partitions; the choice stays."""
        if self.partition.count() == len(numbers) + 1:
            return
        chosen = self.partition.currentData()
        self.partition.clear()
        self.partition.addItem(tr("All partitions"), None)
        for number in numbers:
            self.partition.addItem(tr("Partition {0}").format(number), number)
        self.partition.setCurrentIndex(max(0, self.partition.findData(chosen)))

    def look_at_newest(self) -> None:
        """Chooses the newest messages, without asking."""
        self.position.choose("newest")
        self.editors.hide()

    def choice(self) -> Choice | None:
        """None where the filter cannot be read, which is then said."""
        try:
            only = parse_filter(self.filter.text())
        except BadFilter as error:
            self._show_problem(str(error))
            return None
        self._show_problem("")
        partition = self.partition.currentData()
        return Choice(None if partition is None else (partition,), self._position(), only)

    def ask(self) -> None:
        """Emits the present choice."""
        choice = self.choice()
        if choice is not None:
            self.asked.emit(choice)

    def _position(self) -> Position:
        match self.position.value():
            case "oldest":
                return Oldest()
            case "offset":
                return FromOffset(int(self.offset.text() or "0"))
            case "time":
                return FromTime(self.time.dateTime().toMSecsSinceEpoch())
            case _:
                return Newest()

    def _position_chosen(self, value: object) -> None:
        self.editors.setVisible(value in ("offset", "time"))
        if value == "offset":
            self.editors.setCurrentWidget(self.offset)
            self.offset.setFocus()
            self.offset.selectAll()
        elif value == "time":
            self.editors.setCurrentWidget(self.time)
            self.time.setFocus()
        else:
            self.ask()

    def _show_problem(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        self.filter.setProperty("invalid", "true" if text else "false")
        self.filter.style().unpolish(self.filter)
        self.filter.style().polish(self.filter)
