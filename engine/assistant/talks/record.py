"""An answer as JSON text, and back to the very same values."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from engine.contracts.assistant import Answer


@functools.cache
def _adapter() -> TypeAdapter[Answer]:
    """Made at the first use: building it takes some milliseconds."""
    return TypeAdapter(Answer)


def text_of(answer: Answer) -> str:
    """The whole answer, its rows included."""
    return _adapter().dump_json(answer).decode()


def document_of(answer: Answer) -> dict[str, Any]:
    """The answer as JSON values; times as ISO-8601 in UTC."""
    found: dict[str, Any] = _adapter().dump_python(answer, mode="json")
    return found


def answer_of(text: str) -> Answer:
    """What was kept. Raises ValueError where it is none."""
    kept = _adapter().validate_json(text)
    readers = [_reader(column.type) for column in kept.columns]
    return replace(kept, rows=tuple(_row(row, readers) for row in kept.rows))


def _row(row: Sequence[Any], readers: list[Callable[[str], Any]]) -> tuple[Any, ...]:
    return tuple(
        read(value) if isinstance(value, str) else value
        for value, read in zip(row, readers, strict=True)
    )


def _reader(kind: str) -> Callable[[str], Any]:
    """JSON has no times; what a column's type says they were, they become again."""
    if kind.startswith("TIMESTAMP"):
        return dt.datetime.fromisoformat
    return dt.date.fromisoformat if kind == "DATE" else str
