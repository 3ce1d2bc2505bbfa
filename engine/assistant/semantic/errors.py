"""What can keep a question in the layer's terms from becoming SQL."""

from __future__ import annotations

from engine.errors import LakehouseError


class UnknownName(LakehouseError):
    """A metric or dimension that the pack's semantic layer does not have.

    Raised by ``compile_query``; the remedy names the nearest ones.
    """


class CannotCombine(LakehouseError):
    """No table has all that is asked for together.

    Raised by ``compile_query``: ask for less at once, or by what the remedy names.
    """


class NeedsPeriod(LakehouseError):
    """A comparison with the time before needs a time that it is before of.

    Raised by ``compile_query``: name a period, such as today.
    """
