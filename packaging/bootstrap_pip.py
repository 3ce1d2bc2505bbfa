"""What set-up tells pip, and what it makes of pip's answer. Standard library only."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

AGAIN = "run `make setup` again"

PIP_FAILURES: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("DO NOT MATCH THE HASHES",),
        (
            "a downloaded package is not the one that the lock file names. "
            f"Delete pip's cache (`python3 -m pip cache purge`) and {AGAIN}; if it stays, "
            "something between this machine and the server changes files"
        ),
    ),
    (
        ("CERTIFICATE_VERIFY_FAILED", "SSLError"),
        (
            "the server's certificate is not trusted. Behind a company proxy, set SSL_CERT_FILE to "
            f"the file with its certificate and {AGAIN}"
        ),
    ),
    (
        (
            "NewConnectionError",
            "NameResolutionError",
            "Failed to establish a new connection",
            "Connection refused",
            "ConnectTimeout",
            "ReadTimeout",
            "ProxyError",
            "Network is unreachable",
            "Temporary failure in name resolution",
        ),
        (
            "the package server cannot be reached. The first set-up needs a network connection: "
            f"connect (behind a proxy, set HTTPS_PROXY) and {AGAIN}"
        ),
    ),
    (
        ("No space left on device",),
        f"the disk is full. Set-up needs about 3 GB: free some and {AGAIN}",
    ),
    (
        ("No matching distribution found", "from versions: none"),
        (
            "a package cannot be had for this machine from the package server that pip uses. Check "
            f"the network, pip's settings (`python3 -m pip config list`), and {AGAIN}"
        ),
    ),
)
"""What pip prints, and what it means; the first that matches is said."""


class PipListener:
    """Keeps pip's last lines, and shows what a person waits for."""

    def __init__(self, tail: deque[str], say: Callable[[str], None]) -> None:
        self.tail = tail
        self.say = say

    def take(self, line: str) -> None:
        """One line of pip's output."""
        self.tail.append(line)
        line = line.strip()
        if line.startswith(("Downloading ", "Using cached ")):
            self.say(f"  {line}")
        elif line.startswith("Building wheel for ") and line.endswith("started"):
            self.say(f"  Building {line.split()[3]}")
        elif line.startswith("Installing collected packages"):
            self.say("  Unpacking")


def pip_environment(env: dict[str, str]) -> dict[str, str]:
    """The environment for pip: as it is, plus what older pips do not read themselves."""
    chosen = dict(env)
    chosen["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    named = env.get("SSL_CERT_FILE")
    if named and not any(env.get(name) for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE")):
        chosen["PIP_CERT"] = named
    return chosen


def explain_pip(output: Sequence[str]) -> str:
    """What went wrong and what to do, from pip's last lines."""
    text = "\n".join(output)
    for signs, meaning in PIP_FAILURES:
        if any(sign in text for sign in signs):
            return meaning
    errors = [line.strip() for line in output if line.lstrip().startswith("ERROR:")]
    said = errors[-1] if errors else (output[-1].strip() if output else "pip said nothing")
    return f"{said.rstrip('.')}. Mend that and {AGAIN}"
