"""What the parent is told of the sending: totals each second, and a broker that fell silent."""

from __future__ import annotations

from collections.abc import Callable

from engine.child.channel import Control
from engine.contracts.protocol import Degraded, Produced, Recovered
from engine.generator.sender import Sender

REPORT_MS = 1_000
SILENCE_MS = 5_000
"""Without a delivery report for this long while records wait, the broker counts as away."""


class Watch:
    """Looks at a sender's counts by the clock; times are milliseconds."""

    def __init__(self, sender: Sender, control: Control, clock: Callable[[], float]) -> None:
        self._sender = sender
        self._control = control
        self._clock = clock
        self._reported = (0, clock())
        self._heard = (0, clock())
        self._away = False

    def look(self, incident: str | None) -> None:
        """Tells what is due; call many times a second."""
        now = self._clock()
        if abs(now - self._reported[1]) >= REPORT_MS:
            self.report(incident)
        settled = self._sender.acknowledged + self._sender.failed
        if settled != self._heard[0] or not self._sender.waiting:
            self._heard = (settled, now)
        self._tell_silence(now - self._heard[1] >= SILENCE_MS)

    def report(self, incident: str | None) -> None:
        """Totals, and the rate since the last report."""
        now = self._clock()
        sent, since = self._reported
        sender = self._sender
        rate = (sender.sent - sent) * 1000 / max(now - since, 1.0)
        self._reported = (sender.sent, now)
        self._control.send(
            Produced(
                sent=sender.sent,
                acknowledged=sender.acknowledged,
                failed=sender.failed,
                rate=round(rate, 1),
                incident=incident,
            )
        )

    def _tell_silence(self, away: bool) -> None:
        if away == self._away:
            return
        self._away = away
        if away:
            detail = (
                f"The broker does not answer; {self._sender.waiting} events wait and are sent"
                " when it is back. Restart the broker if this lasts."
            )
            self._control.send(Degraded(detail=detail))
        else:
            self._control.send(Recovered(detail="The broker answers again."))
