"""``produce``: demo events, or a file's lines, sent while somebody looks on."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from engine.contracts.job import GeneratorConfig
from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.pack import PackSpec
from engine.contracts.protocol import ChildCommand, Message, Produced
from engine.generator.lines import check_readable, key_of, read_lines
from engine.generator.loop import Limits, Loop, wall_ms
from engine.generator.pacing import Pacer
from engine.generator.sender import Sender
from engine.generator.stream import EventStream, Fractions

Progress = Callable[[Produced], None]

PATIENCE_S = 60.0
"""How long a person at a terminal waits for a record: the broker may be restarting."""
HANDSHAKE_S = 10.0
STOPPED_S = 5.0
"""How long what is under way is waited for after a person ended the sending."""
PROGRESS_LINES = 2_000


@dataclass(frozen=True)
class ProduceResult:
    """What became of the records; ``failed`` were sent and not acknowledged.

    ``refused_lines`` of a file were too long for the broker, ``empty_lines`` held nothing,
    ``left_out`` were not wanted. ``stopped`` is True where somebody ended it before the file's end.
    """

    sent: int
    acknowledged: int
    failed: int
    refused_lines: int = 0
    empty_lines: int = 0
    left_out: int = 0
    stopped: bool = False


class _Onlooker:
    """A Control without a parent: it passes totals on and ends when ``stop`` is set."""

    def __init__(self, on_progress: Progress, stop: threading.Event) -> None:
        self._on_progress = on_progress
        self._stop = stop

    def wait(self, seconds: float) -> bool:
        return self._stop.wait(seconds)

    def commands(self) -> Iterator[ChildCommand]:
        return iter(())

    def send(self, message: Message) -> None:
        if isinstance(message, Produced):
            self._on_progress(message)


def make_stream(config: GeneratorConfig, start_ms: float) -> EventStream:
    """The stream that ``config`` asks for."""
    return EventStream(
        config.pack,
        config.seed,
        int(start_ms),
        fractions=Fractions(config.bad, config.duplicates, config.late),
        countries=config.countries,
        currencies=config.currencies,
    )


def produce_demo(
    config: GeneratorConfig, on_progress: Progress, stop: threading.Event | None = None
) -> ProduceResult:
    """Sends demo events until ``config``'s count or seconds, or ``stop``; totals once a second.

    BrokerUnreachable when the broker does not answer; what it did not acknowledge within a
    minute counts as failed.
    """
    control = _Onlooker(on_progress, stop or threading.Event())
    sender = Sender(config.kafka, PATIENCE_S)
    start = wall_ms()
    stream = make_stream(config, start)
    sender.handshake(HANDSHAKE_S, lambda: control.wait(0))
    limits = Limits(config.count, config.seconds)
    loop = Loop(stream, Pacer(config.rate, wall_ms()), sender, control, limits)
    loop.run()
    return _finish(sender, loop.report)


def produce_file(
    endpoint: KafkaEndpoint,
    pack: PackSpec,
    path: Path,
    on_progress: Progress,
    *,
    wanted: Callable[[bytes], bool] = lambda _line: True,
    stop: threading.Event | None = None,
) -> ProduceResult:
    """Sends each line of a JSONL file as it stands; the key is the user's id where one is found.

    Lines that are not JSON are sent too, unless ``wanted`` says no: it is the pipeline that judges
    them. After ``stop`` no more is sent; what was sent is still waited for. UnreadableFile,
    BrokerUnreachable.
    """
    check_readable(path)
    ended = stop or threading.Event()
    sender = Sender(endpoint, PATIENCE_S)
    sender.handshake(HANDSHAKE_S, ended.is_set)
    empty = refused = left_out = 0
    stopped = False
    for number, line in enumerate(read_lines(path), 1):
        if ended.is_set():
            stopped = True
            break
        if line is None:
            refused += 1
        elif not line.strip():
            empty += 1
        elif not wanted(line):
            left_out += 1
        elif not sender.send(key_of(line, pack.roles.user), line, lambda: not ended.is_set()):
            refused += not ended.is_set()
        sender.poll()
        if number % PROGRESS_LINES == 0:
            _report(sender, on_progress)
    report = functools.partial(_report, sender, on_progress)
    result = _finish(sender, report, STOPPED_S if stopped else PATIENCE_S + 5)
    return replace(
        result, refused_lines=refused, empty_lines=empty, left_out=left_out, stopped=stopped
    )


def _totals(sender: Sender) -> Produced:
    return Produced(
        sent=sender.sent, acknowledged=sender.acknowledged, failed=sender.failed, rate=0.0
    )


def _report(sender: Sender, on_progress: Progress) -> None:
    on_progress(_totals(sender))


def _finish(
    sender: Sender, report: Callable[[], None], patience_s: float = PATIENCE_S + 5
) -> ProduceResult:
    left = sender.flush(patience_s)
    report()
    return ProduceResult(sender.sent, sender.acknowledged, sender.failed + left)
