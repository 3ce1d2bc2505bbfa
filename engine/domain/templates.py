"""Sentences of a pack with ``{names}`` to be filled in."""

from __future__ import annotations

import string
from collections.abc import Iterator

from engine.domain.document import Loc
from engine.domain.layout import Source


def placeholders(
    source: Source, place: Loc, what: str, text: str
) -> Iterator[tuple[str, str, str | None]]:
    """(name, style, conversion) of each; raises the source's error where a brace is open.

    ``what`` is how the error calls it: ``message``, ``answer``.
    """
    try:
        pieces = list(string.Formatter().parse(text))
    except ValueError as error:
        reason = f"the {what} cannot be filled in ({error})"
        raise source.error(place, reason, "Close each brace; write {{ for one itself.") from None
    for _, name, style, conversion in pieces:
        if name is not None:
            yield name, style or "", conversion
