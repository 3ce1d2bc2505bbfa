"""The frozen lake's clock: everything in it, and every question, is about this moment."""

from __future__ import annotations

import datetime as dt
from typing import Final

NOW: Final = dt.datetime(2026, 3, 18, 14, 30, tzinfo=dt.UTC)
"""A Wednesday. A whole minute, so that silver's seconds and gold's minutes end together."""
HOURS: Final = 26
"""From 12:30 of the day before."""
START: Final = NOW - dt.timedelta(hours=HOURS)


def micros(moment: dt.datetime) -> int:
    """Microseconds since 1970.

    >>> micros(dt.datetime(1970, 1, 1, 0, 0, 1, tzinfo=dt.UTC))
    1000000
    """
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
