"""One message, prepared for the detail pane."""

from __future__ import annotations

from dataclasses import dataclass

from engine.contracts.pack import PackSpec
from engine.topic.judge import Judgement, judge
from engine.topic.payload import Shown, as_text, one_line, show
from engine.topic.source import Record


@dataclass(frozen=True)
class MessageDetail:
    """``copy`` is the whole value for the clipboard; ``verdict`` is the rules' on the record alone.

    ``editable`` is the value as text to send again, None where it is null or no text.
    """

    partition: int
    offset: int
    time_ms: int | None
    appended: bool
    key: str | None
    size: int | None
    shown: Shown
    headers: tuple[tuple[str, str], ...]
    copy: str
    verdict: Judgement
    editable: str | None


def describe(record: Record, pack: PackSpec, now_ms: float) -> MessageDetail:
    """Judged as of its arrival where the broker noted that."""
    shown = show(record.value)
    arrived = record.time_ms if record.appended and record.time_ms is not None else now_ms
    readable = shown.kind in ("json", "text", "empty")
    copy = as_text(record.value)
    return MessageDetail(
        partition=record.partition,
        offset=record.offset,
        time_ms=record.time_ms,
        appended=record.appended,
        key=None if record.key is None else one_line(record.key),
        size=record.size,
        shown=shown,
        headers=tuple((name, one_line(value)) for name, value in record.headers),
        copy=copy,
        verdict=judge(record.value, pack, arrived),
        editable=copy if readable else None,
    )
