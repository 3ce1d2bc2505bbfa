"""A box of the picture: a button that is drawn as a small card."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.pages.pipeline.words import BoxContent
from app.theme import Theme

PAD = 12
RADIUS = 8.0
LINE = 17
HEAD = 58
"""Title, figure, and the room between."""


class LayerBox(QAbstractButton):
    """Click, Space or Enter: ``clicked``."""

    def __init__(self, theme: Theme, colour: str, lines: int, parent: QWidget) -> None:
        """``colour`` is a name in ``Colours``; ``lines`` is how many small lines it has."""
        super().__init__(parent)
        self._theme = theme
        self._colour = colour
        self._lines = lines
        self._content: BoxContent | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_content(self, content: BoxContent) -> None:
        """Repaints only where something changed."""
        if content != self._content:
            self._content = content
            self.setAccessibleName(f"{content.title}: {content.state}")
            self.setAccessibleDescription(f"{content.described()}. {content.about}")
            self.setToolTip(content.about)
            self.update()

    @property
    def content(self) -> BoxContent | None:
        """What is shown."""
        return self._content

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Its height is fixed by its lines."""
        return QSize(190, HEAD + 2 * PAD + LINE * self._lines - 8)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Narrower, its lines would be cut."""
        return QSize(150, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 -- Qt's name
        """Enter does what Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 -- Qt's name
        """Frame, coloured edge, texts."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._frame(painter)
        if self._content is not None:
            self._texts(painter, self._content)
        painter.end()

    def _frame(self, painter: QPainter) -> None:
        colours = self._theme.colours
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        edge, width = (colours.accent, 2.0) if self.hasFocus() else (colours.border, 1.0)
        painter.setPen(QPen(QColor(edge), width))
        painter.setBrush(QColor(colours.hover if self.underMouse() else colours.surface))
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.qcolor(self._colour))
        painter.drawRoundedRect(QRectF(PAD, 6, self.width() - 2 * PAD, 3), 1.5, 1.5)

    def _texts(self, painter: QPainter, content: BoxContent) -> None:
        colours = self._theme.colours
        inside = QRectF(PAD, PAD + 2, self.width() - 2 * PAD, 20)
        title = self._font(10, QFont.Weight.DemiBold)
        small = self._font(9)
        _write(painter, inside, content.title, title, colours.text)
        self._state(painter, inside, content, small, QFontMetricsF(title))
        figure = self._font(16, QFont.Weight.DemiBold)
        row = QRectF(PAD, PAD + 24, inside.width(), 28)
        taken = _write(painter, row, content.figure, figure, colours.text)
        unit = row.adjusted(taken + 6, 5, 0, 0)
        _write(painter, unit, content.unit, small, colours.muted)
        for place, line in enumerate(content.lines):
            at = QRectF(PAD, HEAD + PAD - 8 + place * LINE, inside.width(), LINE)
            _write(painter, at, line, small, colours.muted)

    def _state(
        self,
        painter: QPainter,
        row: QRectF,
        content: BoxContent,
        font: QFont,
        title: QFontMetricsF,
    ) -> None:
        """A dot and its word at the right: never the colour alone."""
        colour = self._theme.qcolor(content.tone)
        taken = title.horizontalAdvance(content.title) + 18
        room = row.adjusted(taken, 0, 0, 0)
        width = min(QFontMetricsF(font).horizontalAdvance(content.state), room.width())
        _write(painter, room, content.state, font, colour.name(), right=True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(QRectF(row.right() - width - 13, row.center().y() - 4, 8, 8))

    def _font(self, points: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        font = QFont(self.font())
        font.setPointSize(points)
        font.setWeight(weight)
        return font


def _write(
    painter: QPainter, box: QRectF, text: str, font: QFont, colour: str, right: bool = False
) -> float:
    """One line, with an ellipsis where it does not fit; its width."""
    metrics = QFontMetricsF(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.setFont(font)
    painter.setPen(QColor(colour))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, shown)
    return metrics.horizontalAdvance(shown)
