"""The loop that sends demo events in small slices until it is told to end."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from engine.child.channel import Control
from engine.contracts.protocol import ChildCommand, Incident, Notice, SetRate
from engine.generator.pacing import Pacer
from engine.generator.sender import Sender
from engine.generator.stream import CALM, EventStream
from engine.generator.watch import Watch

SLICE_S = 0.04
"""Short beside the second in which an event shall reach gold, long enough to cost little CPU."""


def wall_ms() -> float:
    """Milliseconds since the epoch."""
    return time.time() * 1000


@dataclass(frozen=True)
class Limits:
    """When to end by oneself. Without a limit the day curve moves the rate."""

    count: int | None = None
    seconds: float | None = None

    @property
    def live(self) -> bool:
        """No limit."""
        return self.count is None and self.seconds is None


class Loop:
    """Pacer → stream → sender, and word of it to the parent."""

    def __init__(
        self,
        stream: EventStream,
        pacer: Pacer,
        sender: Sender,
        control: Control,
        limits: Limits,
        *,
        clock: Callable[[], float] = wall_ms,
    ) -> None:
        self._stream = stream
        self._pacer = pacer
        self._sender = sender
        self._control = control
        self._limits = limits
        self._clock = clock
        self._incident: tuple[str, float] | None = None
        self._stopped = False
        self._watch = Watch(sender, control, clock)

    def run(self) -> None:
        """Sends until a stop, a limit or a fatal error of the producer (``sender.fatal``)."""
        seconds = self._limits.seconds
        start = self._clock()
        self._pacer.begin(start)
        end = math.inf if seconds is None else start + seconds * 1000
        while not (self._stopped or self._sender.fatal):
            for command in self._control.commands():
                self._obey(command)
            now = self._clock()
            self._send_slice(min(now, end - 0.01))  # an event at the very end is one too many
            self._sender.poll()
            self._look_around()
            if now >= end or self._enough():
                break
            if self._control.wait(SLICE_S):
                self._stopped = True
        self.report()

    def report(self) -> None:
        """Totals to the parent."""
        self._watch.report(self._incident[0] if self._incident else None)

    def _enough(self) -> bool:
        return self._limits.count is not None and self._sender.sent >= self._limits.count

    def _send_slice(self, now: float) -> None:
        factor = self._stream.rate_factor
        if self._limits.live:
            factor *= self._stream.day.rate_factor(now)
        for at in self._pacer.due(now, factor):
            if self._enough():
                return
            record = self._stream.next(at)
            if not self._sender.send(record.key, record.value, self._patient):
                return

    def _patient(self) -> bool:
        """Asked every 0.1 s while the producer's queue is full."""
        self._look_around()
        self._stopped = self._stopped or self._control.wait(0)
        return not self._stopped

    def _look_around(self) -> None:
        """What is due by the clock."""
        if self._incident and self._clock() >= self._incident[1]:
            self._incident = None
            self._stream.play(CALM)
        self._watch.look(self._incident[0] if self._incident else None)

    def _obey(self, command: ChildCommand) -> None:
        if isinstance(command, SetRate):
            self._pacer.rate = command.rate
        elif isinstance(command, Incident):
            self._start_incident(command)

    def _start_incident(self, command: Incident) -> None:
        spec = self._stream.incidents.get(command.name)
        if spec is None:
            known = ", ".join(self._stream.incidents) or "none"
            text = f"There is no incident '{command.name}'. This pack's incidents: {known}."
            self._control.send(Notice(level="warning", message=text))
            return
        self._incident = (command.name, self._clock() + command.seconds * 1000)
        self._stream.play(spec)
