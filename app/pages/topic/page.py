"""The page: its tabs, the live tail's switch, and the dialogs that send."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QTimer
from PySide6.QtWidgets import QLabel, QPushButton, QTabWidget, QWidget

from app.context import Context
from app.icons import icon
from app.page import Page, PageCommand
from app.pages.topic.composer import Composer
from app.pages.topic.file_dialog import FileDialog
from app.pages.topic.messages import LANE, MessagesView
from app.pages.topic.readers import ReadersView
from app.widgets.file_dialogs import ask_open
from app.words import tr
from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.names import Service, State
from engine.contracts.status import StateChange
from engine.topic.detail import MessageDetail
from engine.topic.errors import TopicUnavailable
from engine.topic.session import IDLE_S, TopicSession


class TopicPage(Page):
    """Messages, partitions and consumers of the lakehouse's topic."""

    key = "topic"
    title = "Topic"
    icon = "topic"

    def __init__(
        self, context: Context, parent: QWidget | None = None, session: TopicSession | None = None
    ) -> None:
        super().__init__(context, parent)
        self.session = session or TopicSession(self.endpoint, context.desk.pack.roles.event_type)
        self._visible = False
        self.messages = MessagesView(context, self.session)
        self.readers = ReadersView(context, self.session)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("tabs")
        self.tabs.addTab(self.messages, tr("Messages"))
        self.tabs.addTab(self.readers, tr("Partitions and consumers"))
        self.tabs.currentChanged.connect(lambda _place: self._run_visible())
        self.body.addWidget(self.tabs)
        self._fill_header()
        self.messages.following.connect(self._show_following)
        self.messages.detail.send_again.connect(self.compose)
        self._idle = QTimer(self)
        self._idle.setInterval(int(IDLE_S * 1000))
        self._idle.timeout.connect(self._let_go)
        context.door.notified.connect(self._heard)

    def _fill_header(self) -> None:
        name = QLabel(self.context.desk.pack.topic)
        name.setObjectName("muted")
        self.follow = QPushButton(tr("Follow"))
        self.follow.setObjectName("follow")
        self.follow.setCheckable(True)
        self.follow.setToolTip(tr("Show each new message as it comes, the newest on top"))
        self.follow.toggled.connect(self._follow_toggled)
        write = QPushButton(tr("Send message…"))
        write.setObjectName("compose")
        write.clicked.connect(self.compose_new)
        file = QPushButton(tr("Send file…"))
        file.setObjectName("sendFile")
        file.clicked.connect(self.choose_file)
        self.header_row.insertWidget(1, name)
        for button in (self.follow, write, file):
            self.header_row.addWidget(button)
        self._show_follow_icon()

    def endpoint(self) -> KafkaEndpoint:
        """How the broker is reached; TopicUnavailable while there is none."""
        running = self.context.desk.running
        if running is None:
            raise TopicUnavailable(
                "The lakehouse is not running, so there is no topic to read.",
                "Wait until it has started; the Services page shows how far it is.",
            )
        return running.instance.endpoint()

    def shown(self) -> None:
        """See Page."""
        self._visible = True
        self._idle.stop()
        self._run_visible()

    def hidden(self) -> None:
        """See Page; the connection is let go when the page stays hidden."""
        self._visible = False
        self.messages.stop_following()
        self.readers.stop()
        self._idle.start()

    def commands(self) -> list[PageCommand]:
        """See Page."""
        return [
            PageCommand(tr("Newest messages"), self._newest),
            PageCommand(tr("Follow new messages"), lambda: self.follow.setChecked(True)),
            PageCommand(tr("Send a message"), self.compose_new),
            PageCommand(tr("Send a file"), self.choose_file),
        ]

    def compose_new(self) -> None:
        """Opens the composer with the first template."""
        self.compose()

    def compose(self, detail: MessageDetail | None = None) -> Composer:
        """Opens the composer, with an earlier message where one is given."""
        dialog = Composer(self.context, self.endpoint, self)
        if detail is not None:
            dialog.show_message(detail)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def choose_file(self) -> None:
        """Asks for a file of JSON lines."""
        kinds = tr("JSON lines (*.jsonl *.ndjson *.json);;All files (*)")
        ask_open(self, tr("Send a file"), kinds, self.send_file)

    def send_file(self, path: Path) -> FileDialog:
        """Opens the dialog that looks through the file and sends it."""
        dialog = FileDialog(self.context, self.endpoint, path, self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _newest(self) -> None:
        self.tabs.setCurrentWidget(self.messages)
        self.messages.controls.look_at_newest()
        self.messages.refresh()

    def _run_visible(self) -> None:
        """The tab in view reads; the other one rests."""
        reading = self._visible and self.tabs.currentWidget() is self.readers
        if reading:
            self.messages.stop_following()
            self.readers.start()
        else:
            self.readers.stop()
        if self._visible and not reading and not self.messages.loaded:
            self.messages.refresh()

    def _follow_toggled(self, on: bool) -> None:
        if on:
            self.tabs.setCurrentWidget(self.messages)
            self.messages.follow()
        else:
            self.messages.stop_following()

    def _show_following(self, on: bool) -> None:
        with QSignalBlocker(self.follow):
            self.follow.setChecked(on)
        self.follow.setText(tr("Following") if on else tr("Follow"))
        self._show_follow_icon()

    def _show_follow_icon(self) -> None:
        self.follow.setIcon(icon("pause" if self.follow.isChecked() else "play"))

    def _heard(self, service: str, what: object) -> None:
        """A broker that came up is read, where the page waits for it."""
        up = isinstance(what, StateChange) and what.new is State.READY
        if up and service == Service.BROKER.value and not self.messages.loaded:
            self._run_visible()

    def _let_go(self) -> None:
        self._idle.stop()
        self.context.door.ask(self.session.close_if_idle, lambda _: None, owner=self, lane=LANE)
