"""The page: picture above, charts below, rebuild and backfill as commands to the pipeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QWidget
from PySide6.QtWidgets import QVBoxLayout as Column

from app.context import Context
from app.page import Page, PageCommand
from app.pages.pipeline.audit import AuditCard
from app.pages.pipeline.charts import LEAST_HEIGHT, Charted, PipelineCharts
from app.pages.pipeline.dialogs import BackfillDialog, RebuildDialog, asked
from app.pages.pipeline.flow import FlowPicture
from app.pages.pipeline.operation import OPERATION, OperationStrip
from app.pages.pipeline.words import problem_sentence
from app.refresh import Refresher
from app.widgets.segmented import Segmented
from app.widgets.strip import Strip
from app.widgets.tone import set_tone
from app.words import tr
from engine.contracts.names import Service, State
from engine.contracts.protocol import Rebuild
from engine.host.desk import Desk
from engine.host.monitor import StreamRecord
from engine.readings.batches import lag_series, read_batches
from engine.readings.pipeline import REMEMBERED_S, TABLES, Layer, PipelineReading, read_pipeline

SPACING = 12

WINDOWS: tuple[tuple[str, object], ...] = (
    ("15 min", 900.0),
    ("1 h", 3_600.0),
    ("6 h", 21_600.0),
    ("24 h", 86_400.0),
)


class PipelinePage(Page):
    """Broker to gold, as it is now and as it was."""

    key = "pipeline"
    title = "Pipeline"
    icon = "flow"

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._reading: PipelineReading | None = None
        self.picture = FlowPicture(context)
        self.picture.opened.connect(self._open)
        self.charts = PipelineCharts(context)
        self.operation = OperationStrip(context)
        self.operation.busy.connect(lambda _busy: self._allow())
        self.banner = Banner(lambda: context.go("services", None))
        self.audit = AuditCard(context)
        self.window_choice = Segmented([(tr(text), value) for text, value in WINDOWS])
        self.window_choice.setAccessibleName(tr("Time shown in the charts"))
        self.window_choice.chosen.connect(lambda _value: self._other_window())
        self.refresher = Refresher(context, self, self._read, self._show, self._every_s)
        self._fill_header()
        self._fill_body()
        self._allow()

    def _fill_header(self) -> None:
        self.rebuild_button = QPushButton(tr("Rebuild…"))
        self.rebuild_button.setObjectName("rebuild")
        self.rebuild_button.clicked.connect(self.ask_rebuild)
        self.backfill_button = QPushButton(tr("Backfill…"))
        self.backfill_button.setObjectName("backfill")
        self.backfill_button.clicked.connect(self.ask_backfill)
        for widget in (
            self.refresher.status,
            self.window_choice,
            self.backfill_button,
            self.rebuild_button,
        ):
            self.header_row.addWidget(widget)

    def _fill_body(self) -> None:
        inside = QWidget()
        column = Column(inside)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(SPACING)
        column.addWidget(self.picture)
        column.addWidget(self.charts)
        scroll = _Scroll(self.picture, self.charts)
        scroll.setWidget(inside)
        for widget in (self.banner, self.operation, self.audit):
            self.body.addWidget(widget)
        self.body.addWidget(scroll, 1)

    def shown(self) -> None:
        self.refresher.start()

    def hidden(self) -> None:
        self.refresher.stop()

    def commands(self) -> list[PageCommand]:
        return [
            PageCommand(tr("Rebuild silver or gold…"), self.ask_rebuild),
            PageCommand(tr("Backfill gold for a range of time…"), self.ask_backfill),
        ]

    # Reading

    def _every_s(self) -> float:
        return self.context.desk.settings.auto_refresh_interval

    def _read(self) -> Callable[[], tuple[PipelineReading, Charted]]:
        desk, window_s = self.context.desk, float(str(self.window_choice.value()))

        def read() -> tuple[PipelineReading, Charted]:
            now = dt.datetime.now(dt.UTC)
            report, record = desk.snapshot(), _record(desk)
            services = report.services if report else ()
            reading = read_pipeline(desk.lake, services, record, now)
            batches = read_batches(desk.lake, window_s, now)
            lag = lag_series(batches, record, window_s)
            end = now.timestamp()
            return reading, Charted(end - window_s, end, batches, lag)

        return read

    def _show(self, both: tuple[PipelineReading, Charted]) -> None:
        reading, charted = both
        first, self._reading = self._reading is None, reading
        self.picture.show_reading(reading)
        self.banner.show_sentences([problem_sentence(each) for each in reading.problems])
        self.charts.show_charted(charted)
        step = reading.step
        if first and step is not None and step.operation.split()[0] == OPERATION:
            # Begun before this page was made: by a command, or by the pipeline's own start.
            self.operation.show_step(step)
        self._allow()

    def _other_window(self) -> None:
        for chart in self.charts.all():
            chart.reset_view()
        self.refresher.now()

    # Intents

    def _open(self, layer: Layer) -> None:
        if layer is Layer.BROKER:
            self.context.go("topic", None)
        elif layer is Layer.QUARANTINE:
            self.context.go("quality", None)
        else:
            self.context.go("data", TABLES[layer][0])

    def ask_rebuild(self) -> None:
        """Asks what to rebuild, and does it."""
        layers = self._reading.layers if self._reading else {}
        rows = [layers[each].rows if each in layers else None for each in _SOURCES]
        dialog = RebuildDialog(rows[0], rows[1], self)
        if asked(dialog):
            self._run(dialog.command())

    def ask_backfill(self) -> None:
        """Asks for a range of time, and computes it anew."""
        dialog = BackfillDialog(self)
        if asked(dialog):
            self._run(dialog.command())

    def _run(self, command: Rebuild) -> None:
        if not self.operation.running:
            self.operation.start(command)

    def _allow(self) -> None:
        """The buttons work where the pipeline can take a command."""
        report = self.context.desk.snapshot()
        states = {s.name: s.state for s in report.services} if report else {}
        up = states.get(Service.PIPELINE.value) in (State.READY, State.DEGRADED)
        hint = "" if up else tr("The pipeline is not running.")
        if self.operation.running:
            hint = tr("A rebuild is under way.")
        for button in (self.rebuild_button, self.backfill_button):
            button.setEnabled(up and not self.operation.running)
        self.rebuild_button.setToolTip(hint or tr("Computes silver and gold anew from bronze"))
        self.backfill_button.setToolTip(hint or tr("Computes gold anew for a range of time"))


_SOURCES = (Layer.BRONZE, Layer.SILVER)


class _Scroll(QScrollArea):
    """Gives the charts the height that is left, and scrolls where that is too little."""

    def __init__(self, above: QWidget, charts: QWidget) -> None:
        super().__init__()
        self._above, self._charts = above, charts
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(720)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 -- Qt's name
        """Left to itself, Qt would give charts the height that their width suggests."""
        super().resizeEvent(event)
        left = self.viewport().height() - self._above.sizeHint().height() - SPACING
        self._charts.setFixedHeight(max(2 * LEAST_HEIGHT + SPACING, left))


def _record(desk: Desk) -> StreamRecord | None:
    running = desk.running
    return running.monitor.stream(REMEMBERED_S) if running else None


class Banner(Strip):
    """What is wrong and what to do, with the way to the Services page; hidden while all is well."""

    def __init__(self, open_services: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QLabel()
        self.text.setObjectName("problem")
        self.text.setWordWrap(True)
        self.button = QPushButton(tr("Open Services"))
        self.button.clicked.connect(open_services)
        self.row.addWidget(self.text, 1)
        self.row.addWidget(self.button)

    def show_sentences(self, sentences: list[tuple[str, str]]) -> None:
        """(text, tone) of each problem; none hides it."""
        tones = [tone for _, tone in sentences]
        worst = next((tone for tone in ("bad", "warning", "info") if tone in tones), "")
        self.text.setText("\n".join(text for text, _ in sentences))
        set_tone(self.text, worst)
        self.setVisible(bool(sentences))
