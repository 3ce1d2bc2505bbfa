"""Types of options whose values have bounds."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable


def at_least(low: int) -> Callable[[str], int]:
    """A whole number from ``low`` on."""

    def read(text: str) -> int:
        value = int(text)
        if value < low:
            raise argparse.ArgumentTypeError(f"{text} is below {low}")
        return value

    read.__name__ = "whole number"
    return read


def between(low: float, high: float) -> Callable[[str], float]:
    """A number in [low, high]."""

    def read(text: str) -> float:
        value = float(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not between {low:g} and {high:g}")
        return value

    read.__name__ = "number"
    return read


def moment(text: str) -> dt.datetime:
    """A time such as 2026-01-31T12:00:00Z; without a zone it is UTC."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text} is no time; write it as 2026-01-31T12:00:00Z"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
