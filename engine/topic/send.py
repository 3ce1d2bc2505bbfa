"""A message of one's own, and a file of them: looked through first, then sent.

Sending is the generator's ``Sender`` and ``produce_file``, the same that ``rt-lakehouse produce``
uses; here is what a window needs around them: a look at the file before, progress, and an end.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.names import Reason
from engine.contracts.pack import PackSpec
from engine.contracts.protocol import Produced
from engine.generator.lines import check_readable, read_lines
from engine.generator.loop import wall_ms
from engine.generator.produce import ProduceResult, produce_file
from engine.generator.sender import Sender
from engine.topic.errors import NotSent
from engine.topic.judge import judge
from engine.topic.payload import one_line

ONE_S: Final = 10.0
"""How long a person waits for one message to be acknowledged."""
LISTED: Final = 200
"""Bad lines named one by one; the others are counted."""
LOOK_EVERY: Final = 500


@dataclass(frozen=True)
class OneMessage:
    """A message to send; ``value`` None is a null (a tombstone)."""

    key: str
    value: str | None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Placed:
    """Where the broker put it."""

    partition: int
    offset: int


def send_one(endpoint: KafkaEndpoint, message: OneMessage) -> Placed:
    """Sends and waits for the acknowledgement; BrokerUnreachable, NotSent."""
    sender = Sender(endpoint, ONE_S, {"log_level": 0})
    sender.handshake(ONE_S, lambda: False)
    value = None if message.value is None else message.value.encode()
    headers = [(name, text.encode()) for name, text in message.headers]
    queued = sender.send(message.key.encode() or None, value, lambda: False, headers)
    sender.flush(ONE_S + 1)
    if not queued or sender.last_place is None:
        reason = sender.last_error or "no acknowledgement in time"
        raise NotSent(
            f"The message was not taken by the broker: {reason}.",
            "Check on the Services page that the broker is ready, then send it again.",
        )
    return Placed(*sender.last_place)


@dataclass(frozen=True)
class BadLine:
    """A line that the pipeline would refuse; ``number`` counts from 1."""

    number: int
    reason: Reason
    detail: str
    text: str


@dataclass(frozen=True)
class FileReport:
    """What a file holds. ``reasons`` counts all bad lines, ``bad`` lists the first LISTED.

    ``judged_all`` is False where looking was ended before the end of the file.
    """

    path: Path
    lines: int
    empty: int
    good: int
    reasons: Mapping[Reason, int]
    bad: tuple[BadLine, ...]
    judged_all: bool = True

    @property
    def bad_lines(self) -> int:
        """Lines that the pipeline would refuse."""
        return sum(self.reasons.values())


def look_through(
    path: Path,
    pack: PackSpec,
    on_lines: Callable[[int], None] = lambda _lines: None,
    stop: threading.Event | None = None,
    clock_ms: Callable[[], float] = wall_ms,
) -> FileReport:
    """Counts and judges each line; ``on_lines`` hears the count now and then. UnreadableFile."""
    check_readable(path)
    now_ms = clock_ms()
    reasons: Counter[Reason] = Counter()
    bad: list[BadLine] = []
    lines = empty = 0
    for line in read_lines(path):
        if lines % LOOK_EVERY == 0:
            on_lines(lines)
            if stop is not None and stop.is_set():
                return _report(path, lines, empty, reasons, bad, judged_all=False)
        lines += 1
        if line is not None and not line.strip():
            empty += 1
            continue
        found = _fault(line, pack, now_ms)
        if found is not None:
            reason, detail = found
            reasons[reason] += 1
            if len(bad) < LISTED:
                bad.append(BadLine(lines, reason, detail, one_line(line or b"")))
    on_lines(lines)
    return _report(path, lines, empty, reasons, bad, judged_all=True)


def _report(
    path: Path,
    lines: int,
    empty: int,
    reasons: Counter[Reason],
    bad: Sequence[BadLine],
    *,
    judged_all: bool,
) -> FileReport:
    good = lines - empty - reasons.total()
    return FileReport(path, lines, empty, good, dict(reasons.most_common()), tuple(bad), judged_all)


def _fault(line: bytes | None, pack: PackSpec, now_ms: float) -> tuple[Reason, str] | None:
    if line is None:
        return Reason.TOO_LARGE, "longer than the broker takes; it cannot be sent"
    found = judge(line, pack, now_ms)
    return None if found.reason is None else (found.reason, found.detail)


class FileTask:
    """Looking through or sending one file: runs on a worker, watched and ended from elsewhere."""

    def __init__(self, path: Path, pack: PackSpec) -> None:
        self.path = path
        self.looked_at = 0
        """Lines looked at so far."""
        self.progress: Produced | None = None
        """Totals of the sending so far."""
        self._pack = pack
        self._stop = threading.Event()

    def cancel(self) -> None:
        """Ends it soon; what was sent stays sent."""
        self._stop.set()

    def look(self) -> FileReport:
        """See ``look_through``."""
        return look_through(self.path, self._pack, self._note_lines, self._stop)

    def send(self, endpoint: Callable[[], KafkaEndpoint], *, bad_too: bool) -> ProduceResult:
        """Sends the file, without the lines that would be refused unless ``bad_too``."""

        def accepted(line: bytes) -> bool:
            return judge(line, self._pack, wall_ms()).accepted

        return produce_file(
            endpoint(),
            self._pack,
            self.path,
            self._note,
            wanted=(lambda _line: True) if bad_too else accepted,
            stop=self._stop,
        )

    def _note_lines(self, lines: int) -> None:
        self.looked_at = lines

    def _note(self, totals: Produced) -> None:
        self.progress = totals
