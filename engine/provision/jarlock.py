"""The committed list of jars with their SHA-256: what may stand on a class path of ours."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from engine.provision.errors import JarLockBroken

JarSet = Literal["spark", "broker", "s3"]
"""``spark`` stands beside pyspark's own jars on the class path; ``broker`` is Kafka, complete;
``s3`` is for a lake in a bucket, and there only where it was asked for."""

OPTIONAL: Final[frozenset[JarSet]] = frozenset({"s3"})

_LINE = re.compile(r"(?P<sha256>[0-9a-f]{64})  (?P<set>[a-z0-9]+)/(?P<name>[A-Za-z0-9._+-]+\.jar)")
_CHUNK = 1 << 20


@dataclass(frozen=True)
class LockedJar:
    """One line of the lock: ``sha256  set/artifact-version.jar``."""

    sha256: str
    set: JarSet
    name: str

    @property
    def relative(self) -> str:
        """Where it lies below the jar folder."""
        return f"{self.set}/{self.name}"


def read_lock(path: Path) -> tuple[LockedJar, ...]:
    """All lines of the lock, in its order. Raises JarLockBroken, naming the line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as err:
        raise _broken(path, err.strerror or str(err)) from err
    jars = tuple(
        _parse(line, f"line {number}", path)
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.startswith("#")
    )
    if not jars:
        raise _broken(path, "it lists no jar")
    return jars


def sha256_of(path: Path) -> str:
    """Hex digest of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _parse(line: str, where: str, path: Path) -> LockedJar:
    found = _LINE.fullmatch(line.rstrip())
    if found is None:
        raise _broken(path, f"{where} is not `sha256  set/artifact-version.jar`")
    for known in get_args(JarSet):
        if found["set"] == known:
            return LockedJar(found["sha256"], known, found["name"])
    raise _broken(path, f"{where} names the unknown set {found['set']!r}")


def _broken(path: Path, reason: str) -> JarLockBroken:
    return JarLockBroken(
        f"The list of jars {path} cannot be used: {reason}.",
        "Put back the file that came with this version: `git checkout -- resources/jars`.",
    )
