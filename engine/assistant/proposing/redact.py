"""A database's error without values of the lake, for a model that may not see any."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_QUOTED: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
LONGEST: Final = 600


def redacted(error: str, ours: Iterable[str]) -> str:
    """What stands in quotes and is not among ``ours`` (names and the statement) becomes ``…``.

    DuckDB quotes the value that it cannot convert.

    >>> redacted("Could not convert string 'SECRET' to INT32 in column \\"price\\"", ["price"])
    'Could not convert string … to INT32 in column "price"'
    """
    known = " ".join(ours)

    def keep(found: re.Match[str]) -> str:
        return found[0] if found[0][1:-1] in known else "…"

    return _QUOTED.sub(keep, error)[:LONGEST]
