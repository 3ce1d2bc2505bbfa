"""The icon in the system's tray, desktop notifications, and what closing the window means.

Without a tray (some desktops have none) everything else works: closing the window then quits.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QBrush, QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QMenu, QMessageBox, QSystemTrayIcon, QWidget

from app.context import Context
from app.formats import number
from app.icons import icon
from app.service_names import demo_paused, service_title
from app.widgets.badge import TONES, WORDS
from app.widgets.front import bring_forward
from app.words import tr
from engine.contracts.alerts import AlertRaised
from engine.contracts.names import Service, State
from engine.contracts.status import ServiceSnapshot, StateChange, StatusReport, demo_stopped
from engine.errors import LakehouseError
from engine.settings.save import save_settings

EVERY_MS = 2_000
SHOWN_MS = 10_000
KEPT = "settings"
"""The lane in which ``settings.toml`` is written."""
RESUMABLE = (State.STOPPED, State.FAILED)


class Tray(QObject):
    """Shows the state of all; a person opens, pauses or quits from its menu."""

    open_requested = Signal()
    quit_requested = Signal()

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._looks: tuple[State, bool] | None = None
        self.icon = QSystemTrayIcon(self)
        self.menu = QMenu()
        self.open_action = self._action(tr("Open RT-Lakehouse"), self.open_requested.emit)
        self.pause_action = self._action(tr("Pause demo events"), self.pause_or_resume)
        self.menu.addSeparator()
        self.quit_action = self._action(tr("Quit"), self.quit_requested.emit)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        self.icon.messageClicked.connect(self.open_requested)
        context.door.notified.connect(self.hear)
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.refresh)
        self.refresh()

    @staticmethod
    def available() -> bool:
        """Whether this desktop has a tray."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show(self) -> None:
        """Puts the icon into the tray, where there is one."""
        if self.available():
            self.icon.show()
            self._timer.start()

    def hide(self) -> None:
        """Takes it away."""
        self._timer.stop()
        self.icon.hide()

    def refresh(self) -> None:
        """Brings icon, tooltip and menu up to date."""
        report = self._context.desk.snapshot()
        state = shown_state(report)
        generator = _generator(report)
        self.icon.setToolTip(tooltip(report))
        # Where the settings keep them off, one click must not fill the topic of somebody's Kafka.
        off = generator is None or (demo_stopped(generator) and not demo_paused(generator))
        self.pause_action.setVisible(not off)
        paused = generator is not None and generator.state in RESUMABLE
        self.pause_action.setText(tr("Resume demo events") if paused else tr("Pause demo events"))
        stopping = generator is not None and generator.state is State.STOPPING
        self.pause_action.setEnabled(not stopping)
        looks = (state, self._context.theme.dark)
        if looks != self._looks:
            self._looks = looks
            self.icon.setIcon(state_icon(self._context, state))

    def hear(self, _service: str, message: object) -> None:
        """Tells of a service that gave up and of a raised alert, also while no window is shown."""
        if isinstance(message, StateChange):
            if message.new is State.FAILED and message.old is not State.FAILED:
                title = tr("{0} has failed").format(service_title(message.service))
                self.notify(title, message.detail, "error")
            self.refresh()
        elif isinstance(message, AlertRaised) and not message.quiet:
            self.notify(message.title, message.row.message, message.row.severity)

    def notify(self, title: str, text: str, severity: str) -> None:
        """A desktop notification; where there is no tray, a message in the window."""
        kinds = {
            "info": QSystemTrayIcon.MessageIcon.Information,
            "warning": QSystemTrayIcon.MessageIcon.Warning,
        }
        if not self.icon.isVisible():
            tone = severity if severity in kinds else "error"
            self._context.toast(tone, f"{title}: {text}" if text else title)
        elif self._context.desk.settings.window.notifications:
            kind = kinds.get(severity, QSystemTrayIcon.MessageIcon.Critical)
            self.icon.showMessage(title, text, kind, SHOWN_MS)

    def pause_or_resume(self) -> None:
        """Stops the demo events, or starts them again."""
        desk, name = self._context.desk, Service.GENERATOR.value
        generator = _generator(desk.snapshot())
        paused = generator is not None and generator.state in RESUMABLE
        act = desk.start_service if paused else desk.stop_service
        self._context.door.ask(
            lambda: act(name), lambda _: self.refresh(), owner=self, lane="services"
        )

    def _action(self, text: str, run: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        action.triggered.connect(lambda _checked: run())
        self.menu.addAction(action)
        return action

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (
            QSystemTrayIcon.ActivationReason.Trigger,
            QSystemTrayIcon.ActivationReason.DoubleClick,
        ):
            self.open_requested.emit()


class CloseBehaviour(QObject):
    """What happens when somebody closes the window: hide in the tray, or quit; asked once."""

    quit_requested = Signal()

    def __init__(self, context: Context, window: QWidget, tray: Tray) -> None:
        super().__init__(window)
        self._context = context
        self._window = window
        self._tray = tray
        self._box: QMessageBox | None = None
        tray.open_requested.connect(self.bring_back)
        tray.quit_requested.connect(self.quit_requested)

    def close(self) -> None:
        """The window was closed by its cross or by a key."""
        if not self._tray.available() or not self._tray.icon.isVisible():
            self.quit_requested.emit()
        elif self._context.desk.settings.window.keep_in_tray == "ask":
            self._ask()
        else:
            self._carry_out(self._context.desk.settings.window.keep_in_tray == "yes")

    def _keep_answer(self, keep: bool) -> None:
        """From now on: the Settings page shows it and changes it."""
        desk = self._context.desk

        def work() -> None:
            save_settings(desk.paths, {"window.keep_in_tray": "yes" if keep else "no"})
            desk.reload_settings()

        self._context.door.ask(work, lambda _: None, self._not_kept, owner=self, lane=KEPT)

    def bring_back(self) -> None:
        """Shows the window again, in front."""
        bring_forward(self._window)

    def _ask(self) -> None:
        """Without waiting for the answer: the window goes on being alive behind the question."""
        if self._box is not None:
            self._box.raise_()
            return
        box = QMessageBox(self._window)
        box.setObjectName("closeQuestion")
        box.setWindowTitle(tr("Close the window"))
        box.setText(tr("Keep the lakehouse running in the tray?"))
        box.setInformativeText(
            tr(
                "In the tray it goes on taking in events and tells of alerts. Quit stops every "
                "service. Your answer is kept; Settings changes it."
            )
        )
        keep = box.addButton(tr("Keep running"), QMessageBox.ButtonRole.AcceptRole)
        leave = box.addButton(tr("Quit"), QMessageBox.ButtonRole.DestructiveRole)
        cancel = box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(cancel)
        box.buttonClicked.connect(lambda button: self._answered(button is keep, button is leave))
        box.finished.connect(self._forget_box)
        self._box = box
        box.open()

    def _answered(self, keep: bool, leave: bool) -> None:
        if keep or leave:
            self._keep_answer(keep)
            self._carry_out(keep)

    def _forget_box(self) -> None:
        if self._box is not None:
            self._box.deleteLater()
            self._box = None

    def _carry_out(self, keep: bool) -> None:
        if keep:
            self._window.hide()
        else:
            self.quit_requested.emit()

    def _not_kept(self, error: LakehouseError) -> None:
        self._context.toast("warning", str(error))


def shown_state(report: StatusReport | None) -> State:
    """As the report says."""
    return State.STOPPED if report is None else report.state


def tooltip(report: StatusReport | None) -> str:
    """State and lag."""
    state = tr(WORDS[shown_state(report)])
    lines = [tr("RT-Lakehouse: {0}").format(state)]
    if report is not None and report.pipeline.kafka_lag is not None:
        lines.append(tr("Lag {0} events").format(number(report.pipeline.kafka_lag)))
    generator = _generator(report)
    if generator is not None and demo_paused(generator):
        lines.append(tr("Demo events are paused"))
    return "\n".join(lines)


def state_icon(context: Context, state: State) -> QIcon:
    """The program's icon with a dot of the state's colour at its lower right."""
    colour = {"good": "good", "warning": "warning", "bad": "bad", "info": "info"}.get(
        TONES[state], "muted"
    )
    made = QIcon()
    for size in (16, 22, 32, 64):
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        icon("app", context.theme.colours.accent).paint(painter, 0, 0, size, size)
        radius = size * 0.22
        painter.setPen(QPen(QColor(context.theme.colours.window), max(size / 16, 1.0)))
        painter.setBrush(QBrush(context.theme.qcolor(colour)))
        centre = size - radius - size / 16
        painter.drawEllipse(QPointF(centre, centre), radius, radius)
        painter.end()
        made.addPixmap(pixmap)
    return made


def _generator(report: StatusReport | None) -> ServiceSnapshot | None:
    services = report.services if report else ()
    return next((each for each in services if each.name == Service.GENERATOR.value), None)
