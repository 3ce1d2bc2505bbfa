"""Why a statement is not run."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Refused(Exception):
    """The statement is not run: one sentence why, and one what to do.

    ``position`` is the character it is about, from 0, where that is known.
    """

    def __init__(
        self,
        message: str,
        remedy: str = "Begin it with SELECT, WITH or FROM.",
        position: int | None = None,
    ) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.position = position


def nearest(name: str, names: Iterable[str], cutoff: float = 0.6) -> str:
    """`` Did you mean gold_kpis?`` where a name is near, else nothing."""
    by_lower = {known.lower(): known for known in names}
    near = difflib.get_close_matches(name.lower(), by_lower, 1, cutoff)
    return f" Did you mean {by_lower[near[0]]}?" if near else ""
