"""Seconds since 1970 as moments."""

from __future__ import annotations

import datetime as dt


def moment(seconds: float) -> dt.datetime:
    """In UTC; also of a numpy number."""
    return dt.datetime.fromtimestamp(float(seconds), dt.UTC)
