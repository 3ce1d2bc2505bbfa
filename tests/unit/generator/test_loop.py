"""The loop paces, obeys, reports and ends; clock, sender and parent are stand-ins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar, cast

import pytest

from engine.contracts.pack import PackSpec
from engine.contracts.protocol import (
    ChildCommand,
    Degraded,
    Incident,
    Message,
    Notice,
    Produced,
    Recovered,
    SetRate,
)
from engine.generator.loop import Limits, Loop
from engine.generator.pacing import Pacer
from engine.generator.sender import Sender
from engine.generator.stream import EventStream

pytestmark = pytest.mark.unit

START = 1_735_732_800_000.0

_M = TypeVar("_M", bound=Message)


class FakeSender:
    """Acknowledges everything at the next poll while ``answering``."""

    def __init__(self) -> None:
        self.sent = self.acknowledged = self.failed = 0
        self.fatal: str | None = None
        self.answering = True
        self.labels: list[bytes] = []

    @property
    def waiting(self) -> int:
        return self.sent - self.acknowledged - self.failed

    def send(self, key: bytes | None, value: bytes, keep_trying: Callable[[], bool]) -> bool:
        self.sent += 1
        return True

    def poll(self) -> None:
        if self.answering:
            self.acknowledged = self.sent


class FakeParent:
    """Time passes only while the loop waits; ``script`` maps seconds to what happens then."""

    def __init__(self, seconds: float, script: dict[float, Callable[[], object]]) -> None:
        self.now = START
        self.messages: list[Message] = []
        self.queue: list[ChildCommand] = []
        self._end = START + seconds * 1000
        self._script = dict(script)

    def wait(self, seconds: float) -> bool:
        self.now += seconds * 1000
        for at in [at for at in self._script if self.now >= START + at * 1000]:
            self._script.pop(at)()
        return self.now >= self._end

    def commands(self) -> Iterator[ChildCommand]:
        while self.queue:
            yield self.queue.pop(0)

    def send(self, message: Message) -> None:
        self.messages.append(message)

    def of(self, kind: type[_M]) -> list[_M]:
        return [message for message in self.messages if isinstance(message, kind)]


def _run(
    pack: PackSpec, parent: FakeParent, sender: FakeSender, limits: Limits, rate: float = 100
) -> None:
    stream = EventStream(pack, 1, int(START))
    pacer = Pacer(rate, START)
    loop = Loop(stream, pacer, cast(Sender, sender), parent, limits, clock=lambda: parent.now)
    loop.run()


def test_that_it_ends_at_the_count(pack: PackSpec) -> None:
    sender, parent = FakeSender(), FakeParent(60, {})
    _run(pack, parent, sender, Limits(count=250))
    assert sender.sent == 250
    assert parent.of(Produced)[-1].sent == 250


def test_that_it_ends_after_the_seconds(pack: PackSpec) -> None:
    sender = FakeSender()
    _run(pack, FakeParent(60, {}), sender, Limits(seconds=3), rate=200)
    assert sender.sent == 600


def test_that_totals_are_told_each_second(pack: PackSpec) -> None:
    parent = FakeParent(5.5, {})
    _run(pack, parent, FakeSender(), Limits(seconds=30))
    produced = parent.of(Produced)
    assert len(produced) == 6
    assert produced[2].rate == pytest.approx(100, rel=0.05)


def test_that_the_rate_can_be_changed(pack: PackSpec) -> None:
    sender = FakeSender()
    parent = FakeParent(2, {1: lambda: parent.queue.append(SetRate(rate=1000))})
    _run(pack, parent, sender, Limits(seconds=30))
    assert sender.sent == pytest.approx(1100, rel=0.1)


def test_that_an_incident_plays_and_ends(pack: PackSpec) -> None:
    sender = FakeSender()
    spike = Incident(name="traffic_spike", seconds=2)
    parent = FakeParent(4, {1: lambda: parent.queue.append(spike)})
    _run(pack, parent, sender, Limits(seconds=30))
    assert sender.sent == pytest.approx(100 + 1000 + 100, rel=0.1)
    incidents = [message.incident for message in parent.of(Produced)]
    assert "traffic_spike" in incidents
    assert incidents[-1] is None


def test_that_an_unknown_incident_is_named_and_ignored(pack: PackSpec) -> None:
    unknown = Incident(name="flood", seconds=2)
    parent = FakeParent(1, {0.5: lambda: parent.queue.append(unknown)})
    _run(pack, parent, FakeSender(), Limits())
    assert "checkout_outage" in parent.of(Notice)[0].message


def test_that_a_silent_broker_is_told_once_and_its_return_too(pack: PackSpec) -> None:
    sender = FakeSender()

    def answer(yes: bool) -> Callable[[], None]:
        return lambda: setattr(sender, "answering", yes)

    parent = FakeParent(12, {1: answer(False), 9: answer(True)})
    _run(pack, parent, sender, Limits())
    assert len(parent.of(Degraded)) == 1
    assert len(parent.of(Recovered)) == 1
    assert sender.waiting == 0


def test_that_a_fatal_error_of_the_producer_ends_the_loop(pack: PackSpec) -> None:
    sender = FakeSender()
    parent = FakeParent(60, {2: lambda: setattr(sender, "fatal", "out of order")})
    _run(pack, parent, sender, Limits())
    assert parent.now < START + 3000
