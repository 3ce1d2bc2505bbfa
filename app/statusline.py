"""The line at the bottom: state of all, rate, lag, latency; always there, always true."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.formats import duration_ms, number, rate
from app.service_names import demo_paused, service_title
from app.widgets.badge import StateBadge
from app.widgets.elided import ElidedLabel
from app.widgets.tone import set_tone
from app.words import tr
from engine.contracts.names import State
from engine.contracts.status import StatusReport, demo_stopped


class StatusLine(QWidget):
    """Shows a ``StatusReport``; ``None`` while nothing runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(16)
        self.state = StateBadge()
        self.detail = ElidedLabel()
        self.detail.setObjectName("small")
        self.rate = _figure(tr("Events that went through the pipeline, mean of 30 seconds"))
        self.lag = _figure(tr("Events in the broker that are not in gold yet"))
        self.latency = _figure(tr("From the broker to gold, median of 30 seconds"))
        row.addWidget(self.state)
        self.notices = _figure("")
        row.addWidget(self.detail, 1)
        for label in (self.notices, self.rate, self.lag, self.latency):
            row.addWidget(label)

    def show_report(self, report: StatusReport | None) -> None:
        """Brings all figures up to date."""
        if report is None:
            self.state.show_state(None)
            self.detail.say("")
            self._show_notices(())
            for label in (self.rate, self.lag, self.latency):
                label.setText("")
            return
        stream = report.pipeline
        self.state.show_state(report.state)
        self.detail.say(sentence(report))
        set_tone(self.detail, "bad" if report.state is State.FAILED else "")
        self._show_notices(report.notices)
        self.rate.setText(rate(stream.input_rate))
        self.lag.setText(tr("lag {0}").format(number(stream.kafka_lag)))
        self.latency.setText(tr("to gold {0}").format(duration_ms(stream.end_to_end_p50_ms)))

    def _show_notices(self, notices: tuple[str, ...]) -> None:
        """The newest first: a message over the window goes away before everybody has read it."""
        count = len(notices)
        self.notices.setText(tr("1 notice") if count == 1 else tr("{0} notices").format(count))
        self.notices.setToolTip("\n".join(reversed(notices)))
        self.notices.setAccessibleDescription(self.notices.toolTip())
        self.notices.setVisible(bool(notices))


def sentence(report: StatusReport) -> str:
    """What is not as it should be, by service; empty where all is."""
    words = []
    for service in report.services:
        title = service_title(service.name)
        if service.state is State.FAILED:
            words.append(tr("{0} failed: {1}").format(title, service.detail))
        elif service.state is State.BACKOFF:
            words.append(tr("{0} is about to start again").format(title))
        elif service.state is State.DEGRADED:
            words.append(f"{title}: {service.detail}")
        elif demo_paused(service):
            words.append(tr("Demo events are paused"))
        elif service.state is not State.READY and not demo_stopped(service):
            words.append(tr("{0} is {1}").format(title, service.state.value.lower()))
    return " · ".join(words)


def _figure(tooltip: str) -> QLabel:
    label = QLabel()
    label.setObjectName("small")
    label.setToolTip(tooltip)
    return label
