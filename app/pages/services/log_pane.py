"""A service's log: which one, from which level, search, follow, copy."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.breath import breathe
from app.context import Context
from app.formats import number
from app.icons import icon
from app.models.log_model import LogModel
from app.pages.services.log_view import LogView
from app.refresh import Refresher
from app.service_names import service_title
from app.widgets.placeholder import Placeholder
from app.widgets.search import SearchField
from app.words import tr
from engine.readings.log_lines import LogLevel
from engine.readings.log_tail import LogPage, LogTail, logs_in

EVERY_S = 1.0
LANE = "logs"
LEVELS = (
    ("All levels", LogLevel.DEBUG),
    ("Info and worse", LogLevel.INFO),
    ("Warnings and worse", LogLevel.WARNING),
    ("Errors only", LogLevel.ERROR),
)
Read = tuple[tuple[str, ...], LogPage]


class LogPane(QWidget):
    """Follows one log while it is visible."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        breathe()
        super().__init__(parent)
        self._context = context
        self._folder = context.desk.paths.logs
        self._tail: LogTail | None = None
        self._older_left = False
        self._asking_older = False
        self._found: list[int] = []
        self.model = LogModel(self)
        self.view = LogView(self.model, context.theme)
        self._build()
        self._connect()
        self.refresher = Refresher(context, self, self._read, self._show, EVERY_S, LANE)
        self.foot.addWidget(self.refresher.status)
        self._search_again()
        self._show_counts()

    def start(self) -> None:
        """Begins to follow."""
        self.refresher.start()

    def stop(self) -> None:
        """Ends to follow; what is shown stays."""
        self.refresher.stop()

    def choose(self, service: str) -> None:
        """Shows a service's log, also before it has written a line."""
        if self.services.findData(service) < 0:
            self.services.addItem(service_title(service), service)
        self.services.setCurrentIndex(self.services.findData(service))

    def offer(self, names: tuple[str, ...]) -> None:
        """The logs to choose from; the first one is shown at first. The chosen one stays."""
        chosen = self.chosen
        if chosen is not None and chosen not in names:
            names = (*names, chosen)
        if names == tuple(self.services.itemData(n) for n in range(self.services.count())):
            return
        self.services.blockSignals(True)
        self.services.clear()
        for name in names:
            self.services.addItem(service_title(name), name)
        self.services.setCurrentIndex(max(self.services.findData(chosen), 0) if names else -1)
        self.services.blockSignals(False)
        if self.chosen != chosen:
            self._switch()

    @property
    def chosen(self) -> str | None:
        """The service whose log is shown; None before there is any."""
        name = self.services.currentData()
        return name if isinstance(name, str) else None

    def _build(self) -> None:
        self.services = QComboBox()
        self.services.setObjectName("logService")
        self.services.setAccessibleName(tr("Service whose log is shown"))
        self.services.setMinimumContentsLength(10)
        self.levels = QComboBox()
        self.levels.setObjectName("logLevel")
        self.levels.setAccessibleName(tr("Least bad level that is shown"))
        for text, level in LEVELS:
            self.levels.addItem(tr(text), level)
        self.search = SearchField(tr("Search in the log"))
        self.search.setObjectName("logSearch")
        self.count = QLabel()
        self.count.setObjectName("small")
        self.previous = _button("chevron-left", tr("Previous match (Shift+F3)"), "logPrevious")
        self.next = _button("chevron-right", tr("Next match (F3)"), "logNext")
        self.follow = _button("follow", tr("Stay at the newest line"), "logFollow")
        self.follow.setText(tr("Follow"))
        self.follow.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.follow.setCheckable(True)
        self.follow.setChecked(True)
        self.older = _button("older", tr("Load older lines"), "logOlder")
        self.copy = _button("copy", tr("Copy the selected lines, or all"), "logCopy")
        self.path = _button("folder", tr("Copy the path of the folder with the logs"), "logPath")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.services)
        row.addWidget(self.levels)
        row.addWidget(self.search, 1)
        row.addWidget(self.count)
        for button in (self.previous, self.next, self.follow, self.older, self.copy, self.path):
            row.addWidget(button)
        self.empty = Placeholder()
        self.empty.show_state("empty", tr("No line yet"), "")
        self.total = QLabel()
        self.total.setObjectName("small")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.view, 1)
        column.addWidget(self.empty, 1)
        self.foot = QHBoxLayout()
        self.foot.addWidget(self.total)
        self.foot.addStretch(1)
        column.addLayout(self.foot)

    def _connect(self) -> None:
        self.services.currentIndexChanged.connect(lambda _place: self._switch())
        self.levels.currentIndexChanged.connect(self._filter)
        self.search.searched.connect(self._search)
        self.search.returnPressed.connect(self.find_next)
        self.next.clicked.connect(self.find_next)
        self.previous.clicked.connect(self.find_previous)
        self.follow.toggled.connect(self.view.set_follow)
        self.view.followed.connect(self._followed)
        self.older.clicked.connect(self._ask_older)
        self.copy.clicked.connect(self._copy)
        self.path.clicked.connect(self._copy_path)
        keys: tuple[tuple[QKeySequence, Callable[[], None]], ...] = (
            (QKeySequence("F3"), self.find_next),
            (QKeySequence("Shift+F3"), self.find_previous),
            (QKeySequence(QKeySequence.StandardKey.Find), self._focus_search),
        )
        for key, run in keys:
            shortcut = QShortcut(key, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)

    def _switch(self) -> None:
        """A log of its own place: what still comes from the one before is dropped."""
        service = self.chosen
        self._tail = LogTail(self._folder, service) if service else None
        self.model.replace(())
        self._older_left = False
        self.follow.setChecked(True)
        self._show_counts()
        if self.refresher.running:
            self.refresher.now()

    def _read(self) -> Callable[[], Read]:
        tail, folder = self._tail, self._folder

        def read() -> Read:
            return logs_in(folder), tail.more() if tail else LogPage((), complete=True)

        return read

    def _show(self, read: Read) -> None:
        names, page = read
        first = self._tail is None
        self.offer(names)
        if first:
            return  # nothing was read yet: the log has been chosen just now
        if page.fresh:
            self.model.replace(page.lines)
            self._older_left = not page.complete
        elif page.lines and self.model.append(page.lines):
            self._older_left = False  # between those and what is shown a piece would be missing
        if page.fresh or page.lines:
            self._search_again()
        self._show_counts()

    def _show_counts(self) -> None:
        rows, total = self.model.rowCount(), self.model.total
        self.view.setVisible(rows > 0)
        self.empty.setVisible(rows == 0)
        if rows == 0:
            hint = tr("Choose another level to see its lines.") if total else ""
            title = tr("No line of this level") if total else tr("No line yet")
            self.empty.show_state("empty", title, hint)
        shown = tr("{0} lines").format(number(rows))
        if rows != total:
            shown = tr("{0} of {1} lines").format(number(rows), number(total))
        self.total.setText(shown)
        self.older.setEnabled(self._older_left and not self.model.full and not self._asking_older)

    def _filter(self) -> None:
        self.model.set_level(self.levels.currentData())
        self._search_again()
        self._show_counts()
        self.view.set_follow(self.follow.isChecked())

    def _search(self, text: str) -> None:
        self.view.mark(text)
        self._search_again()
        if self._found:
            self._go(len(self._found) - 1)  # the newest match first: a log is read from its end

    def _search_again(self) -> None:
        text = self.search.text().strip()
        self._found = self.model.find(text)
        self._show_place(self._place())
        for button in (self.previous, self.next):
            button.setEnabled(bool(self._found))
        self.count.setVisible(bool(text))

    def _place(self) -> int | None:
        """Which match the cursor stands on."""
        row = self.view.currentIndex().row()
        return self._found.index(row) if row in self._found else None

    def _show_place(self, place: int | None) -> None:
        if not self._found:
            self.count.setText(tr("no match"))
        elif place is None:
            self.count.setText(tr("{0} matches").format(number(len(self._found))))
        else:
            text = tr("{0} of {1}").format(number(place + 1), number(len(self._found)))
            self.count.setText(text)

    def find_next(self) -> None:
        """The match after the cursor; after the last comes the first."""
        row = self.view.currentIndex().row()
        if self._found:
            self._go(next((n for n, found in enumerate(self._found) if found > row), 0))

    def find_previous(self) -> None:
        """The match before the cursor; before the first comes the last."""
        row = self.view.currentIndex().row()
        if self._found:
            earlier = [n for n, found in enumerate(self._found) if found < row]
            self._go(earlier[-1] if earlier else len(self._found) - 1)

    def _go(self, place: int) -> None:
        self.follow.setChecked(False)
        self.view.go_to(self._found[place])
        self._show_place(place)

    def _followed(self, at_end: bool) -> None:
        self.follow.setChecked(at_end)

    def _ask_older(self) -> None:
        tail = self._tail
        if tail is None:
            return
        self._asking_older = True
        self.follow.setChecked(False)
        self._show_counts()
        self._context.door.ask(
            tail.older,
            lambda page: self._show_older(tail, page),
            self._older_failed,
            owner=self,
            lane=LANE,
        )

    def _show_older(self, tail: LogTail, page: LogPage) -> None:
        self._asking_older = False
        if tail is self._tail:
            before = self.model.rowCount()
            self.model.prepend(page.lines)
            self._older_left = not page.complete
            self._search_again()
            self.view.go_to(max(self.model.rowCount() - before - 1, 0))
        self._show_counts()

    def _older_failed(self, error: Exception) -> None:
        self._asking_older = False
        self._show_counts()
        self._context.toast("error", str(error))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.view.selected_text())
        self._context.toast("info", tr("The lines are in the clipboard."))

    def _copy_path(self) -> None:
        QGuiApplication.clipboard().setText(str(self._folder))
        text = tr("The path is in the clipboard: {0}").format(self._folder)
        self._context.toast("info", text)

    def _focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()


def _button(name: str, hint: str, key: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(key)
    button.setIcon(icon(name))
    button.setToolTip(hint)
    button.setAccessibleName(hint)
    return button
