"""Which tables a statement names, and the files they are made of at this moment."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterable
from typing import Protocol

from engine.contracts.names import Table
from engine.contracts.query import Source
from engine.errors import LakehouseError
from engine.lake.reader import LiveFiles

AsOf = int | dt.datetime | None
"""A version, a moment, or None for now."""


class BadMoment(LakehouseError):
    """What was given as a version or moment is neither."""

    exit_code = 2


_CATALOGUE = re.compile(r"^[\s(]*(show|desc|describe)\b|\bshow\s+(all\s+)?tables\b", re.IGNORECASE)
"""How a statement begins that asks what tables there are."""


def parse_as_of(text: str | None) -> AsOf:
    """A version or an ISO-8601 moment (without a zone: UTC); None for nothing.

    Raises BadMoment. ``parse_as_of("2026-01-31")`` is the beginning of that day.
    """
    text = (text or "").strip()
    if not text:
        return None
    if text.isdecimal() and len(text) < 19:
        return int(text)
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise BadMoment(
            f"{text} is neither a version nor a time.",
            "Give a number from `rt-lakehouse history TABLE`, or 2026-01-31T12:00:00Z.",
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


class Lake(Protocol):
    """What is needed of :class:`engine.lake.LakeReader`."""

    def tables(self) -> tuple[Table, ...]: ...
    def live(self, table: Table, as_of: AsOf = None) -> LiveFiles: ...


def sources(lake: Lake, sql: str, as_of: AsOf = None) -> dict[str, Source]:
    """The named tables, each at one version. Raises LakeReadError.

    A name within a string counts too: that costs a look at a log, and a parser would cost more.
    """
    return {table.value: _source(lake.live(table, as_of)) for table in _named(lake.tables(), sql)}


def table_columns(lake: Lake) -> dict[str, dict[str, str]]:
    """Every table's columns with their DuckDB types; a table that cannot be read has none."""
    found: dict[str, dict[str, str]] = {}
    for table in lake.tables():
        found[table.value] = {}
        with contextlib.suppress(LakehouseError):
            found[table.value] = lake.live(table).columns
    return found


def _named(tables: Iterable[Table], sql: str) -> list[Table]:
    words = set(re.findall(r"[a-z_][a-z_0-9]*", sql.lower()))
    everything = _CATALOGUE.search(sql) is not None
    return [table for table in tables if everything or table.value in words]


def _source(live: LiveFiles) -> Source:
    return Source(files=live.files, columns=live.columns)
