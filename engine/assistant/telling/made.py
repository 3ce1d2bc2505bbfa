"""Rows that were made of others, and what analyses say alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from engine.assistant.running import MOST_ROWS, Rows
from engine.assistant.telling.fields import Field
from engine.contracts.assistant import AnswerColumn

TIME: Final = "TIMESTAMP WITH TIME ZONE"


def made(columns: Sequence[tuple[str, str]], rows: Sequence[tuple[Any, ...]]) -> Rows:
    """A result of ours: names with DuckDB types, and the rows."""
    return Rows(
        tuple(AnswerColumn(*column) for column in columns),
        tuple(rows[:MOST_ROWS]),
        len(rows) > MOST_ROWS,
    )


def counted(value: float | None, field: Field) -> float | int | None:
    """Things are counted in whole numbers, also the expected ones."""
    things = field.unit == "number" and field.additive
    return round(value) if value is not None and things else value


def too_little(what: str, have: int, least: int, grain: str = "minute") -> str:
    """That there is not enough to say something, and how much there is."""
    return f"There is too little history for {what}: {have:,} {grain}s, and {least} are needed."
