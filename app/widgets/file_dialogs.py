"""Where a file goes, or which one is meant: asked and written without holding the window up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePath

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from app.context import Context
from app.words import tr

Chosen = Callable[[Path], object]


def ask_save(parent: QWidget, title: str, name: str, kinds: str, chosen: Chosen) -> QFileDialog:
    """Proposes ``name`` among the documents, and its ending for a name without one."""
    documents = QStandardPaths.StandardLocation.DocumentsLocation
    proposal = Path(QStandardPaths.writableLocation(documents)) / name
    dialog = QFileDialog(parent, title, str(proposal), kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(PurePath(name).suffix.removeprefix("."))
    return _opened(dialog, chosen)


def ask_open(parent: QWidget, title: str, kinds: str, chosen: Chosen) -> QFileDialog:
    """Asks for one file that exists."""
    dialog = QFileDialog(parent, title, "", kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _opened(dialog, chosen)


def write_file(context: Context, path: Path, work: Callable[[], object], *, owner: QObject) -> None:
    """Runs ``work``, which writes the file, and says where it is or why it is not there."""
    context.door.ask(
        work,
        lambda _: context.toast("good", tr("Saved {0}").format(path)),
        lambda error: context.toast("error", str(error)),
        owner=owner,
        lane="export",
    )


def _opened(dialog: QFileDialog, chosen: Chosen) -> QFileDialog:
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
