"""A virtual environment for each peer that needs packages which the product does not have."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

from tests.e2e.lakehouse import CHECKOUT
from tests.performance.peers.catalogue import Peer

FOLDER = CHECKOUT / "build" / "peers"
INSTALL_TIMEOUT_S = 900.0
DONE = "installed.txt"


class CannotInstall(Exception):
    """pip could not install a peer; the message is pip's own last word, for the table.

    Remedy: give pip a way to PyPI (PIP_INDEX_URL, a proxy), then run the bench again.
    """


def python_for(peer: Peer) -> Path:
    """The interpreter to start the peer with; made at first use, kept under ``build/``."""
    if not peer.requirements:
        return Path(sys.executable)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{peer.name}.lock").open("w") as lock:
        # Two benches at once would clear each other's.
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _made(peer)


def _made(peer: Peer) -> Path:
    home = FOLDER / peer.name
    python = home / "bin" / "python"
    wanted = "\n".join(peer.requirements)
    mark = home / DONE
    if not (mark.exists() and mark.read_text(encoding="utf-8") == wanted):
        _must([sys.executable, "-m", "venv", "--clear", str(home)])
        _must([str(python), "-m", "pip", "install", "--quiet", *peer.requirements])
        mark.write_text(wanted, encoding="utf-8")
    return python


def _must(command: list[str]) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise CannotInstall(f"pip took longer than {INSTALL_TIMEOUT_S:.0f} s") from None
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise CannotInstall(said[-1] if said else f"pip ended with {done.returncode}")
