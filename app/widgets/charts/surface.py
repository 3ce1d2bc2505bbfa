"""A view box with axes beside it: what a chart needs of pyqtgraph's PlotWidget.

A PlotWidget also makes some forty widgets for menus that are not wanted here; a page has many
charts, and each of those widgets costs time at the start and at every change of the theme.
"""

from __future__ import annotations

import pyqtgraph as pg


class Surface(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph has no types
    """Ranges are set by the chart; nothing moves by itself."""

    def __init__(self, left: pg.AxisItem, bottom: pg.AxisItem | None = None) -> None:
        super().__init__()
        self.box = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0)
        self.box.disableAutoRange()
        middle = pg.GraphicsWidget()
        grid = pg.QtWidgets.QGraphicsGridLayout()
        grid.setContentsMargins(0, 6, 8, 0)
        grid.setSpacing(0)
        middle.setLayout(grid)
        for row, column, item in ((0, 0, left), (0, 1, self.box), (1, 1, bottom)):
            if item is not None:
                grid.addItem(item, row, column)
        for axis in (left, bottom):
            if axis is not None:
                axis.linkToView(self.box)
                axis.setZValue(-1000)
        self.box.setZValue(-100)
        grid.setRowStretchFactor(0, 100)
        grid.setColumnStretchFactor(1, 100)
        self.setCentralItem(middle)
