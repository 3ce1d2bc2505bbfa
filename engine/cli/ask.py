"""``ask``: a question about the lake in plain language."""

from __future__ import annotations

import argparse
import json
import os
from typing import TYPE_CHECKING, Any

from engine.paths import data_paths

if TYPE_CHECKING:
    from engine.contracts.assistant import Answer

FIELDS = (
    *("answer", "sql", "badge", "columns", "rows", "chart", "model", "repairs", "elapsed_ms"),
    *("conversation", "id", "question", "truncated", "suggestions", "notes", "source"),
)
SHOWN_ROWS = 20
"""Rows in a terminal; --json has up to 1,000."""


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("question", help='for example "How many orders in the last hour?"')
    parser.add_argument("--json", action="store_true", help="the whole answer as JSON")
    parser.add_argument("--conversation", metavar="ID", help="go on with an earlier conversation")


def run(options: argparse.Namespace) -> int:
    """Prints the answer; exit 0 also where it asks back or refuses."""
    answer = _ask(options.question, options.conversation)
    if options.json:
        print(json.dumps(_document(answer)))
    else:
        _print(answer)
    return 0


def _ask(question: str, conversation: str | None) -> Answer:
    """By the running lakehouse, else by the lake alone."""
    from engine.assistant.assistant import checked
    from engine.host import asking, control

    paths = data_paths()
    request = {"op": "ask", "question": checked(question), "conversation": conversation}
    try:
        return asking.answer_from(control.ask(paths, request))
    except control.NotRunning:
        with asking.assistant_alone(paths, os.environ) as assistant:
            return assistant.ask(question, conversation)


def _document(answer: Answer) -> dict[str, Any]:
    from engine.assistant.talks.record import document_of

    whole = document_of(answer)
    return {name: whole[name] for name in FIELDS}


def _print(answer: Answer) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    origin = f"{answer.badge}{', ' + answer.model if answer.model else ''}"
    console.print(escape(answer.answer))
    for text in answer.notes:
        console.print(f"[dim]{escape(text)}[/]")
    if len(answer.rows) > 1 or len(answer.columns) > 1:
        console.print(_grid(answer))
    for text in answer.suggestions:
        console.print(f"  • {escape(text)}")
    if answer.sql:
        console.print(f"[dim]{escape(answer.sql)}[/]")
    took = f"{origin}, {answer.elapsed_ms / 1000:.1f} s"
    console.print(f"[dim]{escape(took)}; go on with --conversation {answer.conversation}[/]")


def _grid(answer: Answer) -> Any:
    from rich.markup import escape
    from rich.table import Table as Grid

    grid = Grid(*(escape(column.name) for column in answer.columns))
    for row in answer.rows[:SHOWN_ROWS]:
        grid.add_row(*("" if value is None else escape(str(value)) for value in row))
    left = len(answer.rows) - SHOWN_ROWS
    if left > 0:
        grid.caption = f"{left:,} more rows: --json has them"
    return grid
