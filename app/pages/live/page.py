"""The page: what it reads how often, what a person chooses, and its empty and stale states."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QLabel, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from app.context import Context
from app.formats import ago, local_time, utc_tooltip
from app.icons import icon
from app.page import Page, PageCommand
from app.pages.live.charts import LiveCharts
from app.pages.live.tiles import Tiles
from app.pages.live.words import waiting
from app.refresh import Refresher
from app.widgets.charts.chart import Export
from app.widgets.charts.saving import save
from app.widgets.elided import ElidedLabel
from app.widgets.placeholder import Placeholder
from app.widgets.segmented import Segmented
from app.widgets.tone import set_tone
from app.words import tr
from engine.contracts.names import Service, State
from engine.contracts.protocol import Tallied
from engine.contracts.status import StateChange
from engine.errors import LakehouseError
from engine.readings.live import LiveReader, LiveReading, live_csv
from engine.readings.live_hours import HoursReader, HoursReading
from engine.readings.live_kpis import kpi_specs

WINDOWS: tuple[tuple[str, object], ...] = (
    ("15 min", 900.0),
    ("1 h", 3600.0),
    ("3 h", 10_800.0),
    ("6 h", 21_600.0),
    ("24 h", 86_400.0),
)
DEFAULT_WINDOW = 3600.0
HOURS_EVERY_S = 5.0
"""Answered from memory but for once a minute: often enough to notice the new minute."""
BEHIND_S = 30.0
"""Older data are said to be old."""


class LivePage(Page):
    """KPIs and charts, refreshed by themselves."""

    key = "live"
    title = "Live"
    icon = "activity"

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        desk = context.desk
        self._reading: LiveReading | None = None
        self._hours: HoursReading | None = None
        self._visible = False
        self.paused = False
        self._live = LiveReader(desk.lake, desk.pack)
        self._slow = HoursReader(desk.lake, desk.pack)
        self.tiles = Tiles(kpi_specs(desk.pack))
        self.charts = LiveCharts(context, desk.pack)
        self.refresher = Refresher(
            context, self, self._read, self._show, self._every_s, "live", self._show_nothing
        )
        self.hours_refresher = Refresher(
            context, self, self._read_hours, self._show_hours, HOURS_EVERY_S, "live-hours"
        )
        self.hours_refresher.status.hide()
        for refresher in (self.refresher, self.hours_refresher):
            refresher.status.told.connect(self._show_trouble)
        context.door.notified.connect(self._hear)
        self.charts.dimension_chosen.connect(lambda _: self.refresher.now())
        self._fill_header()
        self._fill_body()
        self._show_buttons()

    def _fill_header(self) -> None:
        self.through = QLabel()
        self.through.setObjectName("small")
        self.hours_trouble = ElidedLabel()
        self.hours_trouble.setObjectName("small")
        self.hours_trouble.hide()
        self.window_choice = Segmented([(tr(text), value) for text, value in WINDOWS])
        self.window_choice.setAccessibleName(tr("Time shown"))
        self.window_choice.choose(DEFAULT_WINDOW)
        self.window_choice.chosen.connect(lambda _: self._other_window())
        self.pause_button = QToolButton()
        self.pause_button.setAccessibleName(tr("Pause or resume"))
        self.pause_button.clicked.connect(self.toggle_pause)
        self.csv_button = QToolButton()
        self.csv_button.setAccessibleName(tr("Save what is shown as CSV"))
        self.csv_button.setToolTip(tr("Save what is shown as CSV: one row a minute"))
        self.csv_button.clicked.connect(self.save_csv)
        for widget in (
            self.through,
            self.refresher.status,
            self.hours_trouble,
            self.window_choice,
            self.pause_button,
            self.csv_button,
        ):
            self.header_row.addWidget(widget)

    def _fill_body(self) -> None:
        figures = QWidget()
        column = QVBoxLayout(figures)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.tiles)
        column.addWidget(self.charts, 1)
        self.placeholder = Placeholder()
        self.placeholder.show_state("loading", tr("Loading…"), "")
        self.stack = QStackedLayout()
        self.stack.addWidget(self.placeholder)
        self.stack.addWidget(figures)
        self.body.addLayout(self.stack, 1)

    def shown(self) -> None:
        self._visible = True
        self._run()

    def hidden(self) -> None:
        self._visible = False
        self._run()

    def commands(self) -> list[PageCommand]:
        chosen = [
            PageCommand(tr("Show {0}").format(tr(text)), partial(self.choose, value))
            for text, value in WINDOWS
        ]
        pause = tr("Resume") if self.paused else tr("Pause")
        return [
            *chosen,
            PageCommand(pause, self.toggle_pause),
            PageCommand(tr("Save what is shown as CSV…"), self.save_csv),
        ]

    # Choices

    def choose(self, window_s: object) -> None:
        """Shows another window."""
        self.window_choice.choose(window_s)
        self._other_window()

    def toggle_pause(self) -> None:
        """Holds the figures still, or goes on."""
        self.paused = not self.paused
        self._show_buttons()
        self._run()

    def save_csv(self) -> None:
        """Asks where to; what is zoomed into is what is written."""
        if self._reading is None:
            self.context.toast("info", tr("There is nothing to save yet."))
            return
        text = live_csv(self._reading, self.charts.span())
        save(self.context, self.charts.events, Export("live.csv", "csv", text.encode()))

    def _other_window(self) -> None:
        self.charts.reset_views()
        self.refresher.now()
        self.hours_refresher.now()

    def _run(self) -> None:
        for refresher in (self.refresher, self.hours_refresher):
            if self._visible and not self.paused:
                refresher.start()
            else:
                refresher.stop()

    def _every_s(self) -> float:
        return self.context.desk.settings.auto_refresh_interval

    def _window_s(self) -> float:
        return float(str(self.window_choice.value()))

    # Reading

    def _read(self) -> Callable[[], LiveReading | None]:
        window_s, dimension = self._window_s(), self.charts.dimension_name()
        return lambda: self._live.read(window_s, dimension)

    def _read_hours(self) -> Callable[[], HoursReading | None]:
        window_s = self._window_s()
        return lambda: self._slow.read(window_s)

    def _show(self, reading: LiveReading | None) -> None:
        self._reading = reading
        if reading is None:
            self._show_waiting()
            return
        self.charts.show_reading(reading)
        self._show_tiles()
        self._show_through(reading.through, time.time())
        self.stack.setCurrentIndex(1)

    def _show_nothing(self, error: LakehouseError) -> None:
        self.placeholder.show_error(error, self.refresher.now)

    def _show_trouble(self) -> None:
        """The figures of the hour are read by themselves: that they are old is said beside."""
        hours = self.hours_refresher.status
        # Where nothing at all can be read, once is enough.
        alone = hours.troubled and not self.refresher.status.troubled
        self.hours_trouble.setVisible(alone)
        if alone:
            text = tr("Figures of the hour: {0}").format(hours.text())
            self.hours_trouble.say(text, hours.more)
            set_tone(self.hours_trouble, str(hours.property("tone")))

    def _show_hours(self, hours: HoursReading | None) -> None:
        self._hours = hours
        if hours is not None:
            self.charts.show_funnel(hours)
            self._show_tiles()

    def _show_tiles(self) -> None:
        if self._reading is not None:
            self.tiles.show_reading(self._reading, self._hours.hours if self._hours else None)

    def _show_waiting(self) -> None:
        report = self.context.desk.snapshot()
        self.placeholder.show_state(
            "empty",
            tr("Waiting for the first events"),
            waiting(report.services if report else ()),
            (tr("Show the services"), lambda: self.context.go("services", None)),
        )
        self.stack.setCurrentIndex(0)
        self.through.clear()

    def _hear(self, service: str, what: object) -> None:
        """Figures of open minutes come by themselves, several times a second."""
        if service != Service.TALLY.value:
            return
        if isinstance(what, StateChange) and what.new is not State.READY:
            self.tiles.forget_open()
            self.charts.show_open(None)
        if isinstance(what, Tallied) and self._visible and not self.paused:
            self.tiles.show_open(what.figures)
            self.charts.show_open(what.figures)

    def _show_through(self, moment: dt.datetime, now: float) -> None:
        age = max(0.0, now - moment.timestamp())
        text = tr("Data through {0}").format(local_time(moment))
        if age > BEHIND_S:
            text += f", {ago(age)}"
        self.through.setText(text)
        set_tone(self.through, "warning" if age > BEHIND_S else "")
        hint = tr("Newest event that the figures know: {0}.").format(utc_tooltip(moment))
        if age > BEHIND_S:
            hint += "\n" + tr(
                "Nothing newer has arrived: nobody sends, or the pipeline works off a backlog. "
                "The Pipeline page shows which."
            )
        self.through.setToolTip(hint)

    def _show_buttons(self) -> None:
        self.pause_button.setIcon(icon("play" if self.paused else "pause"))
        self.pause_button.setToolTip(tr("Resume") if self.paused else tr("Pause"))
        self.csv_button.setIcon(icon("download"))
