"""``python -m app``: opens the window on the data folder that the environment names."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from types import TracebackType
from typing import NoReturn

from PySide6.QtWidgets import QApplication

from app.program import Program
from app.scale import choose_before, start_again_if_tiny
from app.words import tr
from engine.host.crash import keep_crash_traces
from engine.host.forward import bring_forward
from engine.paths import data_paths

log = logging.getLogger("app")


def main(argv: list[str] | None = None) -> NoReturn:
    """Runs until the window is closed, and ends the process."""
    parser = argparse.ArgumentParser(prog="rt-lakehouse", description="Opens the window.")
    parser.add_argument("--no-demo", action="store_true", help="without demo events")
    options = parser.parse_args(argv)
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    if bring_forward(data_paths()):
        print(tr("The window that is open already was brought to the front."))
        sys.exit(0)
    choose_before(data_paths().settings_file)
    app = QApplication(sys.argv[:1])
    start_again_if_tiny(app.primaryScreen())
    keep_crash_traces(data_paths())
    app.setApplicationName("RT-Lakehouse")
    app.setQuitOnLastWindowClosed(False)
    program = Program(app, data_paths(), demo=not options.no_demo)
    _end_on_signals(program)
    _report_defects(program)
    program.start()
    leave(program, app.exec())


def leave(program: Program, code: int) -> NoReturn:
    """Ends the process on the spot, once everything has stopped.

    Threads of DuckDB, Delta and Qt that still wait for something would be torn down one by one in
    no good order, which now and then ends in an abort; all that matters is written.
    """
    program.lanes.close()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _end_on_signals(program: Program) -> None:
    # Python's handlers run between two of its instructions: the status line's clock brings some
    # twice a second, so nothing else is needed to be heard inside Qt's loop.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: program.quit())


def _report_defects(program: Program) -> None:
    """An error that nobody caught is shown and logged; the window stays."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("not caught", exc_info=(kind, error, trace))
        if threading.current_thread() is threading.main_thread():
            text = tr("Something unexpected went wrong: {0}. The details are in the log.")
            program.context.toast("error", text.format(f"{kind.__name__}: {error}"))

    sys.excepthook = hook


if __name__ == "__main__":
    main()
