"""The worker's refusals as errors a person can act on."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from engine.contracts.query import Failure, Limits
from engine.errors import LakehouseError
from engine.lake.errors import file_gone
from engine.query.errors import Cancelled, NoResult, StatementFailed, StatementRefused
from engine.query.sources import AsOf

_NO_TABLE = re.compile(r"Table with name (\S+) does not exist!")

_NO_COLUMN = re.compile(
    r'^Referenced column "([^"]+)" (?:was )?not found in FROM clause!'
    r"(?: Candidate bindings: (.*))?$"
)


def error_of(
    failure: Failure, tables: Sequence[str], limits: Limits, as_of: AsOf = None
) -> LakehouseError:
    """``tables`` are those that could have been named."""
    match failure.reason:
        case "cancelled":
            return Cancelled("The statement was cancelled.", "Run it again.")
        case "no_result":
            return NoResult("There is no result yet.", "Run a statement first.")
        case "file":
            return file_gone(" ".join(failure.message.split()), as_of)
        case "memory":
            return StatementFailed(
                f"The statement needs more memory than it may use ({limits.memory_mb:,} MB).",
                "Ask for fewer rows or columns, or raise the memory for queries in the settings.",
            )
        case "refused":
            return StatementRefused(failure.message, failure.remedy, failure.position)
    return _wrong(failure, tables)


def _wrong(failure: Failure, tables: Sequence[str]) -> StatementFailed:
    message = " ".join(failure.message.split())
    there_are = f"The tables are: {', '.join(tables) or 'none yet'}."
    missing = _NO_TABLE.search(message)
    if missing:
        near = difflib.get_close_matches(missing.group(1).lower(), tables, 1, 0.6)
        hint = f" Did you mean {near[0]}?" if near else ""
        message = f"There is no table {missing.group(1)}.{hint}"
        return StatementFailed(message, there_are, failure.position)
    column = _NO_COLUMN.search(message)
    if column:
        return _no_column(column.group(1), column.group(2) or "", failure.position)
    if failure.type == "Permission":
        return StatementFailed(
            "A statement can read the lake's tables and no other file or address.", there_are
        )
    message = message[:1].upper() + message[1:]
    if not message.endswith((".", "!", "?")):
        message += "."
    return StatementFailed(message, "Correct the statement and run it again.", failure.position)


def _no_column(name: str, candidates: str, position: int | None) -> StatementFailed:
    """DuckDB's nearest names, of which the first is meant when it is near."""
    names = re.findall(r'"([^"]+)"', candidates)
    near = difflib.get_close_matches(name.lower(), [n.lower() for n in names], 1, 0.6)
    hint = f" Did you mean {near[0]}?" if near else ""
    remedy = f"The nearest are: {', '.join(names)}." if names else "Name a column of its tables."
    return StatementFailed(f"There is no column {name}.{hint}", remedy, position)
