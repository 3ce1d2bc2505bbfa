"""Short messages at the lower right that go away by themselves."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.icons import icon
from app.widgets.plain import plain_label
from app.words import tr

SHOWN_MS = {"info": 5_000, "good": 4_000, "warning": 9_000, "error": 15_000}
MOST = 4
WIDTH = 380
ABOVE_FOOT_PX = 104
"""The status line, a page's margin and the buttons at the foot of its list stay free."""


class Toasts(QWidget):
    """The stack of messages over a window; the oldest gives way to a fifth."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._toasts: list[QFrame] = []
        parent.installEventFilter(self)
        self.hide()

    def say(self, tone: str, text: str) -> None:
        """Shows a message; the same text twice is shown once."""
        for toast in self._toasts:
            if toast.accessibleName() == text:
                return
        while len(self._toasts) >= MOST:
            self._remove(self._toasts[0])
        toast, close = _toast(tone, text)
        close.clicked.connect(lambda: self._remove(toast))
        timer = QTimer(toast)
        timer.setSingleShot(True)
        timer.timeout.connect(lambda: self._remove(toast))
        timer.start(SHOWN_MS.get(tone, 6_000))
        self._toasts.append(toast)
        self._layout.addWidget(toast)
        self.show()
        self._place()

    def texts(self) -> list[str]:
        """What is shown now, oldest first."""
        return [toast.accessibleName() for toast in self._toasts]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 -- Qt's name
        """Keeps its corner as the window is resized."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _remove(self, toast: QFrame) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
            self._layout.removeWidget(toast)
            toast.deleteLater()
            self.setVisible(bool(self._toasts))
            self._place()

    def _place(self) -> None:
        parent = self._over
        self.adjustSize()
        top = parent.height() - ABOVE_FOOT_PX - self.height()
        self.move(parent.width() - self.width() - 20, max(top, 0))
        self.raise_()


def _toast(tone: str, text: str) -> tuple[QFrame, QToolButton]:
    frame = QFrame()
    frame.setObjectName("toast")
    frame.setProperty("tone", tone)
    frame.setAccessibleName(text)
    frame.setFixedWidth(WIDTH)
    row = QHBoxLayout(frame)
    row.setContentsMargins(14, 10, 8, 10)
    label = plain_label(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    close = QToolButton()
    close.setObjectName("flat")
    close.setIcon(icon("x"))
    close.setToolTip(tr("Close"))
    close.setAccessibleName(tr("Close this message"))
    row.addWidget(label, 1)
    row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
    return frame, close
