"""How a result is drawn: a closed description, never code."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

ChartKind = Literal["line", "bar", "stacked", "scatter", "histogram", "funnel", "heatmap", "number"]


class ChartSpec(BaseModel):
    """Names of the result's columns; which are used depends on ``kind``.

    ``line``: x a time or number, one line for each of ``y`` or for each value of ``series``, with
    a band between ``low`` and ``high`` where given. ``bar``: x a label. ``stacked``: bars of x
    divided by ``series``. ``scatter``: x and y numbers. ``histogram``: the distribution of x.
    ``funnel``: stages x in order with y. ``heatmap``: x and ``series`` labels, y the colour.
    ``number``: the first row's y, large.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ChartKind
    x: str = ""
    y: tuple[str, ...] = ()
    series: str | None = None
    low: str | None = None
    high: str | None = None
