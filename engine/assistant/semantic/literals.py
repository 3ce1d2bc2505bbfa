"""Values and names as SQL text."""

from __future__ import annotations

import datetime as dt
import re

from engine.contracts.semantic import Grain

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


def text_literal(value: str) -> str:
    """A text in quotes; control characters, which no value of ours has, are dropped.

    >>> text_literal("it's")
    "'it''s'"
    """
    clean = "".join(c for c in value if c.isprintable())
    return "'" + clean.replace("'", "''") + "'"


def moment_literal(moment: dt.datetime) -> str:
    """A TIMESTAMPTZ, in UTC.

    >>> moment_literal(dt.datetime(2026, 11, 25, 9, 30, tzinfo=dt.UTC))
    "TIMESTAMPTZ '2026-11-25 09:30:00+00'"
    """
    utc = moment.astimezone(dt.UTC)
    places = "microseconds" if utc.microsecond else "seconds"
    return f"TIMESTAMPTZ '{utc.replace(tzinfo=None).isoformat(' ', places)}+00'"


def number_literal(value: float) -> str:
    """A number without an exponent where it has none."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def name(identifier: str) -> str:
    """A column or table; quoted where SQL would read it as something else."""
    return identifier if _PLAIN.fullmatch(identifier) else '"' + identifier.replace('"', '""') + '"'


def seconds_of(grain: Grain) -> int:
    """The length of a grain; a month has 30 days here."""
    return {"minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800, "month": 2_592_000}[grain]
