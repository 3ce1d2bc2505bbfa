"""What went wrong, in the words of the contract."""

from __future__ import annotations

import json

import duckdb

from engine.contracts.query import Asked, Execute, Failure
from engine.query.worker.result import WRAP


def failure(question: Asked, error: BaseException) -> Failure:
    """DuckDB's error without its wrapping; a position only where it is one in the statement."""
    kind, message, position = _read(error)
    if isinstance(error, duckdb.InterruptException):
        return Failure(id=question.id, reason="cancelled", message="Cancelled.")
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        return Failure(id=question.id, reason="memory", message=message)
    if isinstance(error, duckdb.IOException):
        return Failure(id=question.id, reason="file", message=message, type=kind)
    at = None
    if isinstance(question, Execute) and position is not None:
        at = _place(question.sql, position, isinstance(error, duckdb.ParserException))
    return Failure(id=question.id, reason="statement", message=message, type=kind, position=at)


def _read(error: BaseException) -> tuple[str, str, int | None]:
    """Kind, message and position; what is no JSON of DuckDB's is taken as it is."""
    text = str(error).strip()
    kind, _, rest = text.partition(": ")
    try:
        found = json.loads(rest)
        message = str(found["exception_message"])
        position = int(found["position"]) if "position" in found else None
        return str(found.get("exception_type", "")), message, position
    except (ValueError, KeyError, TypeError):
        return kind.removesuffix(" Error"), text.split("\n\nLINE ")[0], None


def _place(sql: str, position: int, parsed_alone: bool) -> int | None:
    """DuckDB counts bytes, from the beginning of what was run."""
    at = position if parsed_alone else position - len(WRAP)
    encoded = sql.encode()
    if not 0 <= at <= len(encoded):
        return None
    return len(encoded[:at].decode(errors="ignore"))
