"""Naming what somebody probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A clause to append to a reason, or nothing when no known word is near.

    >>> did_you_mean("requird", ["required", "name"])
    " (did you mean 'required'?)"
    >>> did_you_mean("zzz", ["required", "name"])
    ''
    """
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""
