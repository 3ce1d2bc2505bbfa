"""A pack that was tried once is not tried again while its files stay as they are.

Reading and trying some hundreds of questions takes half a second of processor time, and every
command of the command line needs the pack. What came of it is kept under a digest of the files, of
the code that judges them and of DuckDB's version: where any of these is another, all is tried anew.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import duckdb
from pydantic import ValidationError

from engine.contracts.pack import PackSpec
from engine.domain.loader import load_pack
from engine.platform.files import write_private

KEPT: Final = ".tried"
_ENGINE: Final = Path(__file__).parents[1]
_JUDGES: Final = (_ENGINE / "contracts", _ENGINE / "domain", _ENGINE / "generator")


def tried_pack(folder: Path, domains: Path) -> PackSpec:
    """``load_pack`` of ``folder``, or what it gave for the same files before.

    ``domains`` is the data folder's part where that is kept. Raises PackError.
    """
    digest = _digest(folder)
    keeper = domains / KEPT / f"{folder.name}.json"
    spec = _kept(keeper, digest)
    if spec is None:
        spec = load_pack(folder)
        if digest == _digest(folder):  # nobody wrote to it meanwhile
            _keep(keeper, digest, spec)
    return spec


def _kept(keeper: Path, digest: str) -> PackSpec | None:
    try:
        first, _, body = keeper.read_bytes().partition(b"\n")
        return PackSpec.model_validate_json(body) if first == digest.encode() else None
    except (OSError, ValidationError):
        return None


def _keep(keeper: Path, digest: str, spec: PackSpec) -> None:
    """Where it cannot be kept it is tried again the next time; the data folder is not made here."""
    data = keeper.parents[2]
    if not data.is_dir():
        return
    try:
        for folder in (keeper.parents[1], keeper.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        write_private(keeper, f"{digest}\n{spec.model_dump_json()}")
    except OSError:
        return


def _digest(folder: Path) -> str:
    found = hashlib.sha256(f"{folder} {duckdb.__version__}".encode())
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".yaml", ".md"):
            found.update(f"\0{path.relative_to(folder)}\0".encode())
            found.update(_bytes(path))
    for part in _judges():
        found.update(part)
    return found.hexdigest()


def _bytes(path: Path) -> bytes:
    """A file that cannot be read is for ``load_pack`` to complain about."""
    try:
        return path.read_bytes()
    except OSError as error:
        return str(error).encode()


def _judges() -> Iterator[bytes]:
    """The code's own files, or the one program that it is packed into."""
    for package in _JUDGES:
        for path in sorted(package.glob("*.py")):
            yield _bytes(path)
    if getattr(sys, "frozen", False):
        state = Path(sys.executable).stat()
        yield f"{state.st_mtime_ns} {state.st_size}".encode()
