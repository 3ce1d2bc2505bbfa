"""The folder the jars lie in: checked against the lock, mended where it differs.

A full check hashes 66 MB. A start makes the quick one: a jar whose size and time of change are
those noted at its last full check is not read again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.provision.errors import JarMismatch
from engine.provision.ivy import MIRROR_VARIABLE, Report
from engine.provision.jarlock import LockedJar
from engine.provision.marks import Mark, mark_of, read_marks, write_marks

Fetch = Callable[[Sequence[LockedJar], Path, Report], None]
"""Puts jars into a folder as ``<set>/<name>``; raises JarsNotFetched."""


@dataclass(frozen=True)
class JarProblem:
    """A jar that is not there, or is not the one that the lock names (``got`` is its hash)."""

    jar: LockedJar
    kind: Literal["missing", "corrupt"]
    got: str | None = None

    def __str__(self) -> str:
        if self.kind == "missing":
            return f"{self.jar.relative} is missing"
        return f"{self.jar.relative} is corrupt: expected {self.jar.sha256}, got {self.got}"


@dataclass(frozen=True)
class JarStore:
    """The jars of a lock in one folder."""

    folder: Path
    locked: tuple[LockedJar, ...]

    def paths(self, jar_set: str) -> tuple[Path, ...]:
        """The jars of a set in the lock's order, whether they are there or not."""
        return tuple(self.folder / jar.relative for jar in self.locked if jar.set == jar_set)

    def verify(self, quick: bool) -> list[JarProblem]:
        """Every jar that is missing or not what the lock says."""
        noted = read_marks(self.folder)
        trusted = noted if quick else {}
        marks: dict[str, Mark] = {}
        for jar in self.locked:
            mark = mark_of(self.folder / jar.relative, trusted.get(jar.relative))
            if mark is not None:
                marks[jar.relative] = mark
        good = {jar.relative: marks[jar.relative] for jar in self.locked if _fits(jar, marks)}
        if good != noted:
            write_marks(self.folder, good)
        return [_problem(jar, marks) for jar in self.locked if jar.relative not in good]

    def ensure(self, fetch: Fetch, drop_cache: Callable[[], None], report: Report) -> None:
        """Make the folder hold what the lock names: fetch what is not right, delete the rest.

        Raises JarsNotFetched, or JarMismatch for a jar that is wrong twice.
        """
        problems = self.verify(quick=True)
        if problems:
            self._fetch([problem.jar for problem in problems], fetch, report)
            wrong = self.verify(quick=True)
            if wrong:
                drop_cache()
                self._fetch([problem.jar for problem in wrong], fetch, report)
            _refuse(self.verify(quick=True))
            drop_cache()
        self._delete_strangers()

    def _fetch(self, jars: Sequence[LockedJar], fetch: Fetch, report: Report) -> None:
        # Beside the jars, so that the move is a rename and no half-written jar is ever in place.
        staging = self.folder / ".staging"
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        try:
            fetch(jars, staging, report)
            for jar in jars:
                target = self.folder / jar.relative
                target.parent.mkdir(exist_ok=True)
                (staging / jar.relative).replace(target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _delete_strangers(self) -> None:
        """Jars of an earlier version: they are on no class path and only take room."""
        known = {self.folder / jar.relative for jar in self.locked}
        for path in self.folder.glob("*/*.jar"):
            if path not in known:
                path.unlink()


def _fits(jar: LockedJar, marks: Mapping[str, Mark]) -> bool:
    mark = marks.get(jar.relative)
    return mark is not None and mark[0] == jar.sha256


def _problem(jar: LockedJar, marks: Mapping[str, Mark]) -> JarProblem:
    mark = marks.get(jar.relative)
    return JarProblem(jar, "corrupt", mark[0]) if mark else JarProblem(jar, "missing")


def _refuse(problems: Sequence[JarProblem]) -> None:
    if problems:
        raise JarMismatch(
            f"Jars were fetched twice and are still wrong: {'; '.join(map(str, problems))}.",
            "Remedy: something between this machine and the server changes files. Try another "
            f"network, or set {MIRROR_VARIABLE} to a Maven mirror you trust; do not edit the lock.",
        )
