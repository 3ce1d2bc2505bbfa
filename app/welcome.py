"""The first start: what this is, whether the computer is fit, and where events come from.

Imported only when it is shown. ``Welcome(context, window).open()``; ``chosen`` is emitted when the
answer was kept (``engine.host.first_run.apply_choice``), and the engine may be opened with it.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.context import Context
from app.icons import icon
from app.widgets.badge import level_badge
from app.widgets.card import Card
from app.widgets.scroll import Scroll
from app.widgets.tone import set_tone
from app.words import tr
from engine.errors import LakehouseError
from engine.host.checks import Finding
from engine.host.first_run import (
    PROTOCOLS,
    OwnKafka,
    apply_choice,
    machine,
    overruled,
    problem_with,
    try_kafka,
)

LANE = "welcome"
WHAT = (
    "A whole real-time lakehouse on this computer: events are taken in by a broker, cleaned and "
    "counted by a Spark pipeline, and kept in Delta tables for you to watch and to query."
)
STARTS = (
    "Now start a broker and the pipeline, and if you like a source of demo events. They listen on "
    "this computer only, need no network, and end with the program."
)
KEEPING = (
    "The password is kept in the system's keyring; without one, for this session only. "
    "It is never written to a file."
)


class Welcome(QDialog):
    """``chosen``: the answer was kept."""

    chosen = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.setObjectName("welcome")
        self.setWindowTitle(tr("Welcome to RT-Lakehouse"))
        self.resize(760, 620)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(24, 24, 24, 8)
        column.setSpacing(16)
        column.addLayout(self._head())
        column.addWidget(self._choices())
        column.addWidget(self._machine())
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 16)
        whole.addWidget(Scroll(inner), 1)
        whole.addLayout(self._foot())
        self._choice_changed()
        self._check()

    @property
    def own(self) -> OwnKafka | None:
        """The form's content; None where demo events are chosen."""
        if self.demo.isChecked():
            return None
        return OwnKafka(
            self.servers.text(),
            self.protocol.currentData(),
            self.user.text(),
            self.password.text(),
        )

    def _head(self) -> QHBoxLayout:
        picture = QLabel()
        picture.setPixmap(icon("app", self._context.theme.colours.accent).pixmap(48, 48))
        title = QLabel(tr("Welcome"))
        title.setObjectName("title")
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addWidget(title)
        words.addWidget(_wrapped(tr(WHAT)))
        words.addWidget(_wrapped(tr(STARTS), "muted"))
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return row

    def _machine(self) -> Card:
        card = Card(tr("This computer"))
        self.again = QPushButton(tr("Check again"))
        self.again.setAutoDefault(False)  # Enter starts
        self.again.clicked.connect(self._check)
        card.controls.addWidget(self.again)
        self.checking = _wrapped("", "muted")
        card.body.addWidget(self.checking)
        self._findings = QVBoxLayout()
        self._findings.setSpacing(4)
        card.body.addLayout(self._findings)
        return card

    def _choices(self) -> Card:
        card = Card(tr("Where events come from"))
        self.demo = QRadioButton(tr("Demo events: a shop with visitors, orders and some faults"))
        self.demo.setObjectName("welcomeDemo")
        self.demo.setChecked(True)
        self.kafka = QRadioButton(tr("My own Kafka: read the topic of a broker that runs already"))
        self.kafka.setObjectName("welcomeKafka")
        group = QButtonGroup(self)
        for button in (self.demo, self.kafka):
            group.addButton(button)
            card.body.addWidget(button)
        self.demo.toggled.connect(lambda _on: self._choice_changed())
        self.form = self._form()
        card.body.addWidget(self.form)
        self.note = _wrapped("", "welcomeNote")
        card.body.addWidget(self.note)
        return card

    def _form(self) -> QWidget:
        self.servers = QLineEdit()
        self.servers.setObjectName("welcomeServers")
        self.servers.setPlaceholderText("localhost:9092")
        self.protocol = QComboBox()
        for name in PROTOCOLS:
            self.protocol.addItem(name, name)
        self.user = QLineEdit()
        self.user.setObjectName("welcomeUser")
        self.password = QLineEdit()
        self.password.setObjectName("welcomePassword")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setToolTip(tr(KEEPING))
        self.hint = _wrapped(tr(KEEPING), "small")
        self.test = QPushButton(tr("Try the connection"))
        self.test.setObjectName("welcomeTest")
        self.test.setAutoDefault(False)
        self.test.clicked.connect(self._try)
        form = QFormLayout()
        form.setContentsMargins(24, 4, 0, 0)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("Addresses (host:port, …)", self.servers),
            ("Protocol", self.protocol),
            ("User name", self.user),
            ("Password", self.password),
        )
        for title, widget in rows:
            widget.setAccessibleName(tr(title))
            form.addRow(tr(title), widget)
        form.addRow("", self.hint)
        beside = QHBoxLayout()
        beside.addWidget(self.test)
        beside.addStretch(1)
        form.addRow("", beside)
        for edit in (self.servers, self.user, self.password):
            edit.textChanged.connect(lambda _text: self._form_changed())
        self.protocol.currentIndexChanged.connect(lambda _row: self._form_changed())
        box = QWidget()
        box.setLayout(form)
        return box

    def _foot(self) -> QHBoxLayout:
        self.begin = QPushButton(tr("Start"))
        self.begin.setObjectName("primary")
        self.begin.setDefault(True)
        self.begin.clicked.connect(self._begin)
        row = QHBoxLayout()
        row.setContentsMargins(24, 0, 24, 0)
        row.addWidget(_wrapped(tr("Settings changes all of this later."), "small"), 1)
        row.addWidget(self.begin)
        return row

    def _choice_changed(self) -> None:
        self.form.setVisible(self.kafka.isChecked())
        self._form_changed()

    def _form_changed(self) -> None:
        own = self.own
        fault = problem_with(own) if own else ""
        sasl = own is not None and own.sasl
        for widget in (self.user, self.password, self.hint):
            widget.setEnabled(sasl)
        self.begin.setEnabled(not fault)
        self.test.setEnabled(not fault)
        # An empty form is not yet a mistake.
        shown = fault if own and own.servers.strip() else overruled(own is not None)
        self._say(shown, "warning")

    def _say(self, text: str, tone: str = "") -> None:
        self.note.setText(text)
        self.note.setVisible(bool(text))
        set_tone(self.note, tone)

    def _check(self) -> None:
        self.again.setEnabled(False)
        self.checking.setText(tr("Looking at disk, memory, Java…"))
        self.checking.show()
        paths = self._context.desk.paths
        self._context.door.ask(
            lambda: machine(paths), self._show_findings, self._not_checked, owner=self, lane=LANE
        )

    def _show_findings(self, findings: tuple[Finding, ...]) -> None:
        self.again.setEnabled(True)
        self.checking.hide()
        _clear(self._findings)
        for finding in findings:
            self._findings.addWidget(_finding_row(finding))

    def _not_checked(self, error: LakehouseError) -> None:
        self.again.setEnabled(True)
        self.checking.setText(str(error))

    def _try(self) -> None:
        own = self.own
        if own is None:
            return
        self.test.setEnabled(False)
        self._say(tr("Asking {0}…").format(own.servers.strip()))
        self._context.door.ask(
            lambda: try_kafka(own), self._answered, self._silent, owner=self, lane=LANE
        )

    def _answered(self, said: str) -> None:
        self.test.setEnabled(True)
        self._say(said, "good")

    def _silent(self, error: LakehouseError) -> None:
        self.test.setEnabled(True)
        self._say(str(error), "bad")

    def _begin(self) -> None:
        own, paths = self.own, self._context.desk.paths
        self.begin.setEnabled(False)
        self._context.door.ask(
            lambda: apply_choice(paths, own),
            lambda _: self._kept(),
            self._not_kept,
            owner=self,
            lane="welcome-keep",
        )

    def _kept(self) -> None:
        self.chosen.emit()
        self.accept()

    def _not_kept(self, error: LakehouseError) -> None:
        self.begin.setEnabled(True)
        self._say(str(error), "bad")


def _finding_row(finding: Finding) -> QWidget:
    row = QWidget()
    row.setAccessibleName(f"{finding.check}: {finding.detail}")
    badge = level_badge(finding.level)
    badge.setMinimumWidth(72)
    badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
    name = QLabel(finding.check.capitalize())
    name.setFixedWidth(88)
    text = f"{finding.detail} {finding.remedy}".strip()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(12)
    layout.addWidget(badge)
    layout.addWidget(name)
    layout.addWidget(_wrapped(text, "muted"), 1)
    return row


def _wrapped(text: str, name: str = "") -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    label.setWordWrap(True)
    return label


def _clear(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.deleteLater()
