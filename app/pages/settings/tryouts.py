"""Buttons that really ask: an external Kafka for its topics, a model service for its models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app.context import Context
from app.formats import duration_ms, number
from app.widgets.tone import set_tone
from app.words import tr
from engine.errors import LakehouseError
from engine.providers.tryout import BrokerAnswer
from engine.readings.models import ModelsAnswer

LANE = "tryout"
"""Of its own: an address that does not answer takes five seconds."""


class Tryout(QWidget):
    """A button and what came of pressing it."""

    def __init__(
        self,
        context: Context,
        title: str,
        work: Callable[[], Any],
        answer: Callable[[Any], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._work = work
        self._answer = answer
        self._allowed = True
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 8)
        row.setSpacing(12)
        self.button = QPushButton(title)
        self.button.clicked.connect(self.ask)
        self.result = QLabel()
        self.result.setWordWrap(True)
        row.addWidget(self.button)
        row.addWidget(self.result, 1)

    def allow(self, *, allowed: bool, hint: str) -> None:
        """Whether there is something to ask; else what is missing."""
        if allowed != self._allowed:
            self._allowed = allowed
            self.button.setEnabled(allowed)
            self._say("" if allowed else hint, "")

    def ask(self) -> None:
        """Asks once."""
        self.button.setEnabled(False)
        self._say(tr("Asking…"), "")
        self._context.door.ask(self._work, self._done, self._failed, owner=self, lane=LANE)

    def _done(self, value: object) -> None:
        self.button.setEnabled(True)
        self._say(self._answer(value), "good")

    def _failed(self, error: LakehouseError) -> None:
        self.button.setEnabled(True)
        self._say(str(error), "bad")

    def _say(self, text: str, tone: str) -> None:
        self.result.setText(text)
        self.result.setAccessibleName(text)
        set_tone(self.result, tone)


def broker_sentence(answer: BrokerAnswer) -> str:
    """What an external Kafka said."""
    there = (
        tr("the topic {0} is there.")
        if answer.has_topic
        else tr("the topic {0} is not there yet and will be made.")
    ).format(answer.topic)
    return tr("Answered in {0}: {1} brokers, {2} topics; {3}").format(
        duration_ms(answer.elapsed_ms), number(answer.brokers), number(answer.topics), there
    )


def models_sentence(answer: ModelsAnswer) -> str:
    """What a model service said."""
    return tr("Answered in {0}: {1} models. Their names are suggested above.").format(
        duration_ms(answer.elapsed_ms), number(len(answer.names))
    )
