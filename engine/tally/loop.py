"""The process's one loop: read, count, tell four times a second, look at the lake now and then."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from engine.child.channel import Control
from engine.contracts.protocol import Audited, Degraded, Notice, Recovered, Tallied
from engine.contracts.tally import AuditReport
from engine.tally.audit import Auditor
from engine.tally.chunk import make_chunk
from engine.tally.errors import RecordsGone
from engine.tally.feed import Feed
from engine.tally.live import Live
from engine.tally.measures import Measures

log = logging.getLogger(__name__)

REST_S = 1.0
"""How long it waits for a first record; it is woken by one at once."""
SAVE_EVERY_S = 60.0
MOST_PENDING = 400_000
"""With so many records the pipeline has not finished, no more are read until it has."""


class Loop:
    """Runs until the parent says stop."""

    def __init__(
        self,
        control: Control,
        feed: Feed,
        auditor: Auditor,
        measures: Measures,
        *,
        report_every_s: float,
        audit_every_s: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._control = control
        self._feed = feed
        self._auditor = auditor
        self._measures = measures
        self._live = Live(measures)
        self._report_every_s = report_every_s
        self._audit_every_s = audit_every_s
        self._clock = clock
        self._audited_s = self._due_s = 0.0
        self._saved_s = clock()
        self._told: AuditReport | None = None
        self._paused = False

    def run(self) -> None:
        """Until a stop; keeps what was counted at the end.

        Records gather between two rounds: taken one at a time they would cost ten times as much.
        """
        while not self._control.wait(self._until_due()):
            for _ in self._control.commands():
                pass  # none is meant for it
            self._read()
            now = self._clock()
            self._tell(now)
            if now - self._audited_s >= self._audit_every_s or self._catching_up(now):
                self._look()
                self._audited_s = self._clock()
            if now - self._saved_s >= SAVE_EVERY_S:
                self._saved_s = now
                self._auditor.save()
        self._auditor.save()

    def _until_due(self) -> float:
        """Seconds to the next round; what the last one took is part of them."""
        now = self._clock()
        # A clock that was set back must not make it wait for longer than a round.
        left = min(self._due_s - now, self._report_every_s)
        self._due_s = now + max(0.0, left) + self._report_every_s
        return max(0.0, left)

    def _read(self) -> None:
        counted = self._auditor.counted
        if counted is None or self._is_full(counted.pending_rows):
            return
        try:
            taken = self._feed.read(REST_S)
        except RecordsGone as error:
            self._auditor.begin_anew(error)
            return
        if not taken:
            return
        chunk = make_chunk(taken, self._measures)
        counted.take(chunk)
        self._live.heard(chunk, self._clock())

    def _is_full(self, pending: int) -> bool:
        """Tells once when no more is read, and once when it goes on."""
        # Of what a whole batch still lacks there is always room: without it nothing is settled.
        full = pending >= MOST_PENDING and not self._auditor.lacks_records
        if full and not self._paused:
            text = (
                f"{pending:,} records wait for the pipeline; the live figures stand still until "
                "it goes on. See the Pipeline page."
            )
            self._control.send(Degraded(detail=text))
        elif self._paused and not full:
            self._control.send(Recovered())
        self._paused = full
        return full

    def _catching_up(self, now: float) -> bool:
        return self._auditor.counted is None and now - self._audited_s >= 1.0

    def _tell(self, now: float) -> None:
        counted = self._auditor.counted
        figures = None if counted is None else self._live.figures(counted, now)
        if figures is not None:
            self._control.send(Tallied(figures=figures))

    def _look(self) -> None:
        report = self._auditor.look()
        before, self._told = self._told, report
        self._control.send(Audited(report=report))
        known = {each.text for each in before.differences} if before else set()
        for each in report.differences:
            if each.text not in known:
                log.warning("%s", each.text)
        if report.differences and not known:
            text = f"The lake is not as it was counted. {report.differences[0].text}"
            self._control.send(Notice(level="error", message=text))
