"""The page: totals, charts and reasons above; the refused records below."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QWidget

from app.context import Context
from app.door import Ticket
from app.page import Page, PageCommand
from app.pages.quality.detail import RecordPane
from app.pages.quality.overview import Extent, Overview, Totals
from app.pages.quality.reasons import ReasonBars
from app.pages.quality.records import RecordList
from app.refresh import Refresher
from app.widgets.card import Card
from app.widgets.placeholder import Placeholder
from app.widgets.segmented import Segmented
from app.words import tr
from engine.errors import LakehouseError
from engine.readings.quality import QualityReading, read_quality
from engine.readings.quarantine import (
    RecordCount,
    RecordFilter,
    RefusedRecord,
    count_records,
    read_record,
)

REFRESH_S = 5.0
"""The figures are by the minute: more often would show the same."""

OVERVIEW_PX = 218

WINDOWS: tuple[tuple[str, object], ...] = (
    ("1 h", 3_600.0),
    ("6 h", 21_600.0),
    ("24 h", 86_400.0),
    ("7 days", 604_800.0),
)


@dataclass(frozen=True)
class _Shown:
    reading: QualityReading
    extent: Extent
    records: RecordCount
    wanted: RecordFilter
    """What the list showed as they were counted."""
    counted: RecordFilter
    """What the records were counted by: another window once the list's has passed."""


class QualityPage(Page):
    """What was accepted and what was not, and why."""

    key = "quality"
    title = "Quality"
    icon = "shield"

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._reading_record: Ticket | None = None
        self._counted: _Shown | None = None
        self._window_end: dt.datetime | None = None
        self.window_choice = Segmented([(tr(text), value) for text, value in WINDOWS])
        self.window_choice.setAccessibleName(tr("Time shown"))
        self.window_choice.chosen.connect(lambda _value: self._other_window())
        self.totals = Totals()
        self.overview = Overview(context)
        self.overview.zoomed.connect(self._zoomed)
        self.records = RecordList(context)
        self.reasons = ReasonBars(context.theme)
        self.reasons.chosen.connect(lambda reason: self.records.narrow(reason=reason))
        self.records.chosen.connect(self._choose)
        self.records.cleared.connect(self._clear)
        self.records.newest_wanted.connect(self._show_newest)
        self.detail = RecordPane(context)
        self.refresher = Refresher(
            context, self, self._read, self._show, REFRESH_S, failed=self._show_nothing
        )
        for widget in (self.refresher.status, self.window_choice):
            self.header_row.addWidget(widget)
        self._fill_body()

    def _fill_body(self) -> None:
        self.no_reasons = Placeholder()
        self.reason_stack = QStackedWidget()
        for widget in (self.no_reasons, self.reasons):
            self.reason_stack.addWidget(widget)
        ranked = Card(tr("Reasons"))
        ranked.body.addWidget(self.reason_stack)
        ranked.setMinimumWidth(240)
        above = QWidget()
        row = QHBoxLayout(above)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.overview, 3)
        row.addWidget(ranked, 1)
        above.setFixedHeight(OVERVIEW_PX)
        below = Card()
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.records)
        split.addWidget(self.detail)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setSizes([640, 400])
        below.body.addWidget(split)
        self.body.addWidget(self.totals)
        self.body.addWidget(above)
        self.body.addWidget(below, 1)

    def shown(self) -> None:
        if self._window_end is not None and not self._zoomed_in:
            self._from_now()  # what was listed as the page was left is no longer the window
        self.refresher.start()

    def hidden(self) -> None:
        self.refresher.stop()

    def receive(self, argument: object) -> None:
        """The code of a reason: shows its records."""
        if isinstance(argument, str):
            self.reasons.choose(argument)

    def commands(self) -> list[PageCommand]:
        return [
            PageCommand(tr("Read the refused records again"), self._from_now),
            PageCommand(tr("Find in refused records"), self.records.search.setFocus),
        ]

    # Reading

    def _read(self) -> Callable[[], _Shown]:
        lake, wanted = self.context.desk.lake, self.records.wanted
        window_s, counted = self._window_s(), self._counted_now()
        last = self._counted
        known = last.records if last is not None and last.counted == counted else None

        def read() -> _Shown:
            now = dt.datetime.now(dt.UTC)
            reading = read_quality(lake, window_s, now)
            extent = Extent(now.timestamp() - window_s, now.timestamp())
            count = count_records(lake, counted, known)
            return _Shown(reading, extent, count, wanted, counted)

        return read

    def _counted_now(self) -> RecordFilter:
        """The list's filter, while its window and the one that ends now overlap: all that came
        since then lies in both. Later the whole new window is what the list has not.
        """
        wanted = self.records.wanted
        start = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=self._window_s())
        if self._zoomed_in or self._window_end is None or start < self._window_end:
            return wanted
        return replace(wanted, since=start)

    def _show(self, shown: _Shown) -> None:
        self._counted = shown
        if self._window_end is None:
            self._from_now()
        elif shown.wanted == self.records.wanted:  # else another list is on its way
            known = self.records.listed if shown.counted == shown.wanted else 0
            self.records.show_more(shown.records.records - known)
        self.totals.show_reading(shown.reading)
        self.overview.show_reading(shown.reading, shown.extent)
        self.reasons.show_reasons(shown.reading.reasons)
        self.reason_stack.setCurrentIndex(1 if shown.reading.reasons else 0)
        text = tr("No record was refused in this window.")
        self.no_reasons.show_state("empty", tr("Nothing was refused"), text)

    def _show_nothing(self, error: LakehouseError) -> None:
        for place in (self.no_reasons, self.records.nothing):
            place.show_error(error, self.refresher.now)

    def _window_s(self) -> float:
        return float(str(self.window_choice.value()))

    def _from_now(self) -> None:
        """The records of the window that ends now, and of later."""
        self._window_end = dt.datetime.now(dt.UTC)
        since = self._window_end - dt.timedelta(seconds=self._window_s())
        self.records.narrow(span=(since, None))

    @property
    def _zoomed_in(self) -> bool:
        return self.records.wanted.until is not None

    def _show_newest(self) -> None:
        """The window that ends now; a stretch that a chart was zoomed to stays."""
        if self._zoomed_in:
            self.records.load()
        else:
            self._from_now()

    def _other_window(self) -> None:
        self.overview.reset_view()
        self._from_now()
        self.refresher.now()

    def _zoomed(self, span: object) -> None:
        """What a chart shows is what is listed."""
        if isinstance(span, tuple):
            low, high = (dt.datetime.fromtimestamp(float(at), dt.UTC) for at in span)
            self.records.narrow(span=(low, high))
        else:
            self._from_now()

    def _clear(self) -> None:
        self.reasons.choose("")
        self.overview.reset_view()
        self._from_now()

    def _choose(self, record: object) -> None:
        if self._reading_record is not None:
            self._reading_record.cancel()
            self._reading_record = None
        if not isinstance(record, RefusedRecord):
            self.detail.show_nothing()
            return
        desk = self.context.desk
        lake, pack = desk.lake, desk.pack
        self._reading_record = self.context.door.ask(
            lambda: read_record(lake, pack, record),
            self.detail.show_detail,
            self.detail.show_error,
            owner=self,
            lane="record",
        )
