"""The sentence around the figures of a verified answer."""

from __future__ import annotations

import math
import string
from collections.abc import Mapping
from typing import Any

from engine.assistant.telling.figures import MANIFOLD


def fill(template: str, row: Mapping[str, Any], rows: int) -> str:
    """The template with the first row's figures; what is NULL is ``–``.

    >>> fill("{n} worth {usd:usd}, {share:percent}", {"n": 1234, "usd": 5.5, "share": 0.031}, 1)
    '1,234 worth $5.50, 3.1 %'
    >>> fill("a change of {change:percent}", {"change": 13_537.0}, 1)
    'a change of ×13,538'
    """
    pieces = []
    for text, name, style, _ in string.Formatter().parse(template):
        pieces.append(text)
        if name is not None:
            pieces.append(_figure(rows if name == "rows" else row.get(name), style or ""))
    return "".join(pieces)


def _figure(value: Any, style: str) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, str):
        return value
    match style:
        case "usd":
            return f"−${-value:,.2f}" if value < 0 else f"${value:,.2f}"
        case "percent" if value > MANIFOLD:  # a change; a share is never more than all
            return f"×{value + 1:,.0f}"
        case "percent":
            return f"{value * 100:,.1f} %"
        case "ms":
            return f"{value:,.0f} ms" if value < 1000 else f"{value / 1000:,.1f} s"
    whole = not isinstance(value, float) or value.is_integer()
    return f"{value:,.0f}" if whole else f"{value:,.2f}"
