"""``run``: supervises everything; headless as JSON lines, on a terminal as a live view."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import NoReturn

from engine.contracts.alerts import AlertCleared, AlertRaised
from engine.contracts.names import State
from engine.contracts.protocol import Notice
from engine.contracts.status import StateChange
from engine.host.running import Running
from engine.paths import data_paths
from engine.supervisor.fleet import Notification


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--headless", action="store_true", help="no window; one JSON line if ready")
    parser.add_argument("--no-demo", action="store_true", help="without demo events")
    parser.add_argument("--seconds", type=float, metavar="S", help="stop S seconds after ready")


def run(options: argparse.Namespace) -> int:
    """Runs until a signal, the given time, or a failure at the start (exit 1)."""
    if not options.headless and options.seconds is None and _has_display():
        _become_window(options)
    live = not options.headless and sys.stdout.isatty()
    with Running(data_paths(), demo=not options.no_demo, listen=_quiet if live else _tell) as it:
        it.end_on_signals()
        for notice in it.instance.pack.notices:
            print(notice, file=sys.stderr)
        if live:
            from engine.cli.live import show

            return show(it, options.seconds)
        return _headless(it, options.seconds, as_json=options.headless)


def _has_display() -> bool:
    """Whether a window can be shown; elsewhere the terminal shows what is going on."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _become_window(options: argparse.Namespace) -> NoReturn:
    """The engine never imports the window, so this process becomes it."""
    words = [sys.executable, "-m", "app", *(["--no-demo"] if options.no_demo else [])]
    sys.stdout.flush()
    os.execv(sys.executable, words)  # noqa: S606 -- our own interpreter and module


def _headless(it: Running, seconds: float | None, as_json: bool) -> int:
    state = it.wait_ready()
    if state is State.FAILED:
        return 1
    if state is State.READY:
        _say_ready(it, as_json)
        it.ended.wait(seconds)
    return 0


def _say_ready(it: Running, as_json: bool) -> None:
    services = {s.name: s.provider for s in it.instance.supervisor.snapshot()}
    if as_json:
        line = {
            "event": "ready",
            "seconds": it.seconds(),
            "services": services,
            "data": str(it.instance.paths.root),
        }
        print(json.dumps(line), flush=True)
        return
    print(f"Ready after {it.seconds()} s. Ctrl+C stops everything.", flush=True)


def _quiet(_service: str, _what: Notification) -> None:
    return


def _tell(service: str, what: Notification) -> None:
    """Changes and notices on stderr, for logs and for people without a terminal."""
    stamp = time.strftime("%H:%M:%S")
    if isinstance(what, StateChange):
        text = f"{stamp} {service}: {what.new.value}"
        print(f"{text} · {what.detail}" if what.detail else text, file=sys.stderr, flush=True)
    elif isinstance(what, Notice):
        print(f"{stamp} {service}: {what.message}", file=sys.stderr, flush=True)
    elif isinstance(what, AlertRaised | AlertCleared):
        word = "alert" if isinstance(what, AlertRaised) else "over"
        print(f"{stamp} {word}: {what.title}. {what.row.message}", file=sys.stderr, flush=True)
