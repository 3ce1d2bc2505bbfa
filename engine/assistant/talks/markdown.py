"""A conversation as Markdown, to be mailed or kept elsewhere."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, Final

from engine.assistant.telling.figures import DASH
from engine.contracts.assistant import Answer

MOST_ROWS: Final = 50
"""Rows of a table; a reader of more wants the CSV."""
_SIGNS: Final = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown(turns: Sequence[Answer]) -> str:
    """Each turn: the question as a heading, the answer, its rows and its SQL."""
    if not turns:
        return ""
    title = f"# {_plain(turns[0].question)}\n"
    return "\n".join([title, *(_turn(answer) for answer in turns)])


def _turn(answer: Answer) -> str:
    parts = [f"## {_plain(answer.question)}", f"{_plain(answer.answer)} *({_origin(answer)})*"]
    parts += [f"- {_plain(note)}" for note in answer.notes]
    if answer.rows:
        parts.append(_table(answer))
    if answer.sql:
        fence = "`" * (max(map(len, re.findall("`+", answer.sql)), default=0) + 3)
        parts.append(f"{fence}sql\n{answer.sql.strip()}\n{fence}")
    if answer.suggestions:
        parts.append("\n".join(f"- {_plain(text)}" for text in answer.suggestions))
    return "\n\n".join(parts) + "\n"


def _origin(answer: Answer) -> str:
    model = f", {_plain(answer.model)}" if answer.model else ""
    return f"{answer.badge}{model}, {answer.elapsed_ms / 1000:.1f} s"


def _table(answer: Answer) -> str:
    names = [_plain(column.name) for column in answer.columns]
    lines = [_line(names), _line(["---"] * len(names))]
    lines += [_line([_cell(value) for value in row]) for row in answer.rows[:MOST_ROWS]]
    left = len(answer.rows) - MOST_ROWS
    text = "\n".join(lines)
    more = " at least" if answer.truncated else ""
    return f"{text}\n\n{left:,} more rows{more}." if left > 0 else text


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: Any) -> str:
    if value is None:
        return DASH
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
    return _plain(str(value))


def _plain(text: str) -> str:
    """Text that means nothing in Markdown or HTML: values of events are anybody's."""
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))
