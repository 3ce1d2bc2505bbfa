"""A child with bad manners, chosen by its first argument; run by path, in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

SLEEPER = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"]


def say(**message: object) -> None:
    print(json.dumps(message), flush=True)


def listen() -> None:
    """Live until told to stop, or until the parent is gone."""
    for line in sys.stdin:
        if json.loads(line)["kind"] == "stop":
            sys.exit(0)


def good() -> None:
    say(kind="ready", detail="fine")
    listen()


def crash() -> None:
    print("about to crash", file=sys.stderr, flush=True)
    sys.exit(3)


def hang() -> None:
    time.sleep(600)


def stubborn() -> None:
    """Ready, but deaf: to stdin, to TERM and to INT."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    say(kind="ready")
    time.sleep(600)


def parent() -> None:
    """With a child in its group and one that has left it."""
    subprocess.Popen(SLEEPER)
    subprocess.Popen(SLEEPER, start_new_session=True)
    good()


def guarded() -> None:
    """With a child protected as the pipeline protects its JVM, in a group of its own."""
    from engine.contracts import deathwatch

    subprocess.Popen([*deathwatch.launcher_prefix(), *SLEEPER], start_new_session=True)
    good()


def fatal() -> None:
    say(kind="fatal", message="The pack is broken. Repair it.", retry=False)
    sys.exit(1)


def chatty() -> None:
    """Noise on both pipes, and a secret."""
    print("not JSON", flush=True)
    print(f"password={os.environ['TEST_SECRET']}", file=sys.stderr, flush=True)
    sys.stderr.write("x" * 300_000 + "\n")
    good()


if __name__ == "__main__":
    globals()[sys.argv[1]]()
