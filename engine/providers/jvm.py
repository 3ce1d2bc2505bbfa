"""Starting a JVM small and quick: flags, class path, argument files, class-data archives."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import ProviderError
from engine.platform import write_private
from engine.providers.base import RunTool

SMALL_JVM = (
    "-Xms64m",
    "-XX:+UseSerialGC",
    # The quick compiler only: less memory and CPU at the start, where a laptop needs it.
    "-XX:TieredStopAtLevel=1",
    "-Xss256k",
    "-XX:MaxDirectMemorySize=64m",
    # A hung or broken JVM must end and be restarted, not linger.
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
)


def class_path(jars: Sequence[Path]) -> str:
    """For ``-cp``."""
    return ":".join(map(str, jars))


def check_jars(jars: Sequence[Path]) -> tuple[Path, ...]:
    """The jars, all of them there; ProviderError where one is missing."""
    missing = [jar.name for jar in jars if not jar.is_file()]
    if missing:
        raise ProviderError(
            f"{len(missing)} of {len(jars)} jars are missing, {missing[0]} for one.",
            "Run `make setup`.",
        )
    return tuple(jars)


def argument_file(path: Path, arguments: Sequence[str]) -> str:
    """Write a java argument file (0600) and return ``@path``.

    Unlike argv, which every user of the computer can read, its content stays private.
    """
    quoted = (a.replace("\\", "\\\\").replace('"', '\\"') for a in arguments)
    write_private(path, "".join(f'"{argument}"\n' for argument in quoted))
    return f"@{path}"


@dataclass(frozen=True)
class ClassArchive:
    """Class-data archives of one program: measured, 1.9 s to ready become 0.95 s.

    A runtime made by jlink has no base archive, so one is dumped first (0.7 s, once); the
    program's own classes are added at its first clean end. The JVM checks both against their
    checksums and its class path, and goes on without where they do not fit.
    """

    folder: Path
    java: Path
    jars: tuple[Path, ...]

    @property
    def _key(self) -> str:
        parts = [str(self.java), str(self.java.stat().st_mtime_ns), *map(str, self.jars)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    @property
    def _base(self) -> Path:
        return self.folder / f"base-{self._key}.jsa"

    @property
    def _top(self) -> Path:
        return self.folder / f"top-{self._key}.jsa"

    async def prepare(self, run: RunTool) -> None:
        """Dump the base archive where it is missing; a failure costs speed only."""
        if self._base.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        for stale in self.folder.glob("*.jsa"):
            stale.unlink(missing_ok=True)
        flags = (f"-XX:SharedArchiveFile={self._base}", "-XX:+UseSerialGC", "-Xmx256m")
        await run((str(self.java), "-Xshare:dump", *flags), self.folder)

    def flags(self) -> tuple[str, ...]:
        """What the program is started with."""
        if not self._base.exists():
            return ()
        if self._top.exists():
            return (f"-XX:SharedArchiveFile={self._base}:{self._top}", "-XX:+VerifySharedSpaces")
        return (
            f"-XX:SharedArchiveFile={self._base}",
            f"-XX:ArchiveClassesAtExit={self._top}",
            "-Xlog:cds=off",
            "-Xlog:cds+dynamic=off",
        )

    def discard(self) -> None:
        """Forget the archives: a start with them has failed, and they are the cheapest suspect."""
        for path in (self._base, self._top):
            path.unlink(missing_ok=True)
