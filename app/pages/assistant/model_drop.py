"""A model file that is dropped on the page or picked by hand: looked at, confirmed, put to use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QFileDialog, QWidget

from app.context import Context
from app.widgets.dialogs import confirm
from app.widgets.file_dialogs import ask_open
from app.words import tr
from engine.readings.model_file import ModelOffer, look_at_model, use_model

ENDING = ".gguf"
LANE = "models"


def model_in(data: QMimeData) -> Path | None:
    """The one GGUF file that is dragged; None where it is something else."""
    files = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
    found = [file for file in files if file.lower().endswith(ENDING)]
    return Path(found[0]) if len(files) == len(found) == 1 else None


def pick_model(page: QWidget, context: Context, done: Callable[[], None]) -> QFileDialog:
    """Asks for a file; returns at once."""
    return ask_open(
        page,
        tr("Choose a model file"),
        "GGUF (*.gguf)",
        lambda path: offer_model(page, context, path, done),
    )


def offer_model(page: QWidget, context: Context, path: Path, done: Callable[[], None]) -> None:
    """Looks at the file in the background; a person decides, then it is used."""
    desk = context.desk
    context.toast("info", tr("Looking at {0}").format(path.name))

    def looked(offer: ModelOffer) -> None:
        title = tr("Use {0} for the assistant?").format(offer.title)
        text = f"{offer.sentence}\n{tr('It replaces the present model on this computer.')}"
        if confirm(page, title, text, tr("Use this model")):
            context.door.ask(
                lambda: use_model(desk, offer.path), used, refused, owner=page, lane=LANE
            )

    def used(_: None) -> None:
        context.toast("good", tr("{0} is loaded at the next question").format(path.name))
        done()

    def refused(error: Exception) -> None:
        context.toast("error", str(error))

    context.door.ask(lambda: look_at_model(desk, path), looked, refused, owner=page, lane=LANE)
