"""The list of messages with its paging, its live tail, and the chosen message beside it."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from app.context import Context
from app.door import Ticket
from app.formats import number
from app.models.messages import MessageModel
from app.pages.topic.controls import Choice, Controls
from app.pages.topic.detail import DetailPane
from app.refresh import Refresher
from app.widgets.placeholder import Placeholder
from app.widgets.table import DataTable
from app.words import tr
from engine.errors import LakehouseError
from engine.topic.browse import Newest, Page
from engine.topic.detail import MessageDetail, describe
from engine.topic.merge import Cursor
from engine.topic.session import TopicSession

LANE = "topic"
PAGE_ROWS = 100
TAIL_ROWS = 200
TAIL_S = 0.5
WIDTHS = (122, 58, 68, 96, 80, 60)


class MessagesView(QWidget):
    """``following`` says that the tail is followed, or no longer."""

    following = Signal(bool)

    def __init__(
        self, context: Context, session: TopicSession, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._session = session
        self._choice: Choice | None = None
        self._page: Page | None = None
        self._scanned = 0
        self._skipped = 0
        self._ticket: Ticket | None = None
        self._beginning = False
        self._detail_ticket: Ticket | None = None
        self.controls = Controls()
        self.model = MessageModel(self)
        self.detail = DetailPane(context.theme)
        self._tail = Refresher(context, self, self._read_tail, self._show_tail, TAIL_S, LANE)
        self._build()
        self.controls.asked.connect(self.read)

    def _build(self) -> None:
        self.table = DataTable()
        self.table.setObjectName("messages")
        self.table.setAccessibleName(tr("Messages"))
        self.table.show_model(self.model)
        self.table.set_widths(*WIDTHS)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._row_chosen())
        self.placeholder = Placeholder()
        lists = QWidget()
        self._stack = QStackedLayout(lists)
        self._stack.addWidget(self.placeholder)
        self._stack.addWidget(self.table)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(lists)
        split.addWidget(self.detail)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setSizes([640, 400])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.controls)
        column.addWidget(split, 1)
        column.addLayout(self._foot())

    def _foot(self) -> QHBoxLayout:
        self.status = QLabel()
        self.status.setObjectName("small")
        self.status.setAccessibleName(tr("What the list shows"))
        self._tail.status.hide()
        self.onward = self._button(tr("Scan on"), "onward", self._scan_on)
        self.onward.setToolTip(tr("Look through the next messages for the filter"))
        self.older = self._button(tr("Older"), "older", self._go_older)
        self.newer = self._button(tr("Newer"), "newer", self._go_newer)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.status)
        row.addWidget(self._tail.status)
        row.addStretch(1)
        for button in (self.onward, self.older, self.newer):
            row.addWidget(button)
        return row

    def _button(self, text: str, name: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setEnabled(False)
        button.clicked.connect(act)
        return button

    @property
    def loaded(self) -> bool:
        """Whether anything was read yet."""
        return self._page is not None

    @property
    def live(self) -> bool:
        """Whether the tail is followed."""
        return self._tail.running

    # Reading

    def read(self, choice: Choice) -> None:
        """Reads from the chosen position; the tail is followed no longer."""
        self.stop_following()
        self._choice = choice
        self._ask(choice.position, self._show_fresh)

    def refresh(self) -> None:
        """Reads the present choice again."""
        self.controls.ask()

    def follow(self) -> None:
        """Shows the newest messages and then each new one."""
        self.controls.look_at_newest()
        choice = self.controls.choice()
        if choice is None:
            self.following.emit(False)
            return
        self._choice = choice
        self._skipped = 0
        self._ask(Newest(), self._begin_tail)
        self._beginning = True

    def stop_following(self) -> None:
        """Keeps what is shown; what has not begun yet never will."""
        if self._beginning:
            self._beginning = False
            assert self._ticket is not None
            self._ticket.cancel()
            if self.loaded:
                self._show_state()
            self.following.emit(False)
        if self._tail.running:
            self._tail.stop()
            self._tail.status.hide()
            self._show_buttons()
            self.following.emit(False)

    def _ask(self, start: object, done: Callable[[Page], None]) -> None:
        choice = self._choice
        assert choice is not None
        if self._ticket is not None:
            self._ticket.cancel()
        if not self.loaded:
            self._show_placeholder("loading", tr("Reading the topic…"), "")
        self.status.setText(tr("Reading…"))
        for button in (self.onward, self.older, self.newer):
            button.setEnabled(False)
        session = self._session
        self._ticket = self._context.door.ask(
            lambda: session.page(start, PAGE_ROWS, choice.partitions, choice.only),  # type: ignore[arg-type]  # a Position or a Cursor
            done,
            self._failed,
            owner=self,
            lane=LANE,
        )

    def _failed(self, error: LakehouseError) -> None:
        self._page, self._beginning = None, False
        self.stop_following()
        self.following.emit(False)
        self.status.setText("")
        self.model.show(())
        again = (tr("Try again"), self.refresh)
        self._show_placeholder("error", error.message, error.remedy, again)

    # Showing

    def _show_fresh(self, page: Page) -> None:
        self._page, self._scanned = page, page.scanned
        self.model.show(())
        self.model.show(page.rows)
        self.detail.show_nothing()
        self.table.scrollToTop()
        self._show_state()

    def _show_more(self, page: Page) -> None:
        """What a scan found further on goes below what it found before."""
        self._page = page
        self._scanned += page.scanned
        self.model.append(page.rows)
        self._show_state()

    def _show_state(self) -> None:
        page = self._page
        assert page is not None
        if self._all:  # of one partition alone the page does not know the others
            self.controls.show_partitions(sorted(page.newer.offsets))
        if self.model.rowCount():
            self._stack.setCurrentIndex(1)
        else:
            self._show_empty(page)
        self.status.setText(self._summary(page))
        self._show_buttons()

    @property
    def _all(self) -> bool:
        return self._choice is not None and self._choice.partitions is None

    def _summary(self, page: Page) -> str:
        rows = number(self.model.rowCount())
        if self._choice is None or self._choice.only.everything:
            return tr("{0} messages shown.").format(rows)
        total = number(self._scanned + page.left)
        text = tr("{0} matches in {1} of {2} messages.")
        return text.format(rows, number(self._scanned), total)

    def _show_empty(self, page: Page) -> None:
        if self._choice is not None and not self._choice.only.everything:
            more = page.stopped == "limit"
            text = tr("Scan on to look further.") if more else tr("Change the filter or position.")
            self._show_placeholder("empty", tr("No message passes the filter"), text)
        else:
            text = tr("Choose another position, start the demo, or send a message of your own.")
            self._show_placeholder("empty", tr("No messages here"), text)

    def _show_placeholder(
        self, kind: str, title: str, text: str, action: tuple[str, Callable[[], None]] | None = None
    ) -> None:
        self.placeholder.show_state(kind, title, text, action)  # type: ignore[arg-type]  # one of Kind
        self._stack.setCurrentIndex(0)

    def _show_buttons(self) -> None:
        page, quiet = self._page, not self.live
        self.onward.setEnabled(quiet and page is not None and page.stopped == "limit")
        self.onward.setVisible(self._choice is not None and not self._choice.only.everything)
        self.older.setEnabled(quiet and page is not None and page.older is not None)
        self.newer.setEnabled(quiet and page is not None)

    # Paging

    def _scan_on(self) -> None:
        if self._page is not None and self._page.onward is not None:
            self._ask(self._page.onward, self._show_more)

    def _go_older(self) -> None:
        if self._page is not None and self._page.older is not None:
            self._ask(self._page.older, self._show_fresh)

    def _go_newer(self) -> None:
        if self._page is not None:
            self._ask(self._page.newer, self._show_newer)

    def _show_newer(self, page: Page) -> None:
        """Where nothing newer has come, what is shown stays."""
        if page.rows or page.stopped == "limit":
            self._show_fresh(page)
        else:
            self._show_buttons()
            self.status.setText(tr("There are no newer messages yet."))

    # Following

    def _begin_tail(self, page: Page) -> None:
        self._beginning = False
        self._show_fresh(page)
        self._tail.status.show()
        self._tail.start()
        self._show_buttons()
        self.following.emit(True)

    def _read_tail(self) -> Callable[[], tuple[Page, int]]:
        page, choice, session = self._page, self._choice, self._session
        assert page is not None
        assert choice is not None
        cursor = Cursor(False, page.newer.offsets)
        return lambda: session.tail(cursor, TAIL_ROWS, choice.only)

    def _show_tail(self, answer: tuple[Page, int]) -> None:
        page, skipped = answer
        if not self.live:
            return
        self._page = page
        self._scanned += page.scanned
        self._skipped += skipped
        self.model.prepend(tuple(reversed(page.rows)))
        if self.model.rowCount():
            self._stack.setCurrentIndex(1)
        text = tr("Following; {0} messages shown.").format(number(self.model.rowCount()))
        if self._skipped:
            passed = tr("{0} went by too fast to be looked at.").format(number(self._skipped))
            text = f"{text} {passed}"
        self.status.setText(text)

    # The chosen message

    def _row_chosen(self) -> None:
        row = self.table.current_row()
        if row is None:
            self.detail.show_nothing()
            return
        if self._detail_ticket is not None:
            self._detail_ticket.cancel()
        partition, offset = row.partition, row.offset  # type: ignore[attr-defined]  # a browse.Row
        session, pack = self._session, self._context.desk.pack

        def read() -> MessageDetail:
            return describe(session.message(partition, offset), pack, time.time() * 1000)

        self._detail_ticket = self._context.door.ask(
            read, self.detail.show_message, self.detail.show_error, owner=self, lane=LANE
        )
