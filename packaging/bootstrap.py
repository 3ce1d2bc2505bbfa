"""Makes a checkout runnable: ``python3 packaging/bootstrap.py [--dev] [--quick]``.

Runs under whatever python3 the machine has, so it uses the standard library only. Each step
leaves a stamp (a hash of what it was made from) in the virtual environment; a step whose stamp is
right is skipped, so a second call does nothing and needs no network, and a call after an
interruption goes on where the last one stopped. Output is plain text: nothing is installed yet.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bootstrap_pip import AGAIN, PipListener, explain_pip, pip_environment

OLDEST_PYTHON = (3, 11)


class SetupError(Exception):
    """Set-up cannot go on; the text says why, and what to do."""


class SystemLibrary(NamedTuple):
    """A shared library that no Python package brings, and the Debian package that does."""

    soname: str
    package: str


SYSTEM_LIBRARIES: tuple[SystemLibrary, ...] = (
    SystemLibrary("libEGL.so.1", "libegl1"),
    SystemLibrary("libGL.so.1", "libgl1"),
    SystemLibrary("libdbus-1.so.3", "libdbus-1-3"),
    SystemLibrary("libfontconfig.so.1", "libfontconfig1"),
    SystemLibrary("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    SystemLibrary("libxcb-cursor.so.0", "libxcb-cursor0"),
    SystemLibrary("libxcb-icccm.so.4", "libxcb-icccm4"),
    SystemLibrary("libxcb-image.so.0", "libxcb-image0"),
    SystemLibrary("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    SystemLibrary("libxcb-randr.so.0", "libxcb-randr0"),
    SystemLibrary("libxcb-render-util.so.0", "libxcb-render-util0"),
    SystemLibrary("libxcb-shape.so.0", "libxcb-shape0"),
    SystemLibrary("libxcb-xinerama.so.0", "libxcb-xinerama0"),
)
"""What Qt's widgets and its X11 plugin load; all else comes with the Python packages."""

LOCKS = ("requirements-build.lock", "requirements.lock")
"""First what builds, then what runs: so that no build fetches anything without a hash."""

DEV_LOCK = "requirements-dev.lock"


@dataclass(frozen=True)
class Machine:
    """What set-up asks of the machine; tests put their own in."""

    version: tuple[int, int, int]
    python: str
    platform: str
    env: dict[str, str]
    is_root: bool
    has_module: Callable[[str], bool]
    which: Callable[[str], str | None]
    has_library: Callable[[str], bool]
    run: Callable[[Sequence[str], dict[str, str], Callable[[str], None]], int]
    say: Callable[[str], None]


# --------------------------------------------------------------------------------- the steps


def set_up(machine: Machine, root: Path, dev: bool = False, quick: bool = False) -> int:
    """All steps in order; returns the exit status. Raises SetupError."""
    check_python(machine)
    install_system_libraries(machine)
    if dev:
        install_virtual_display(machine)
    venv = Venv(root / ".venv", machine)
    venv.make()
    for lock in LOCKS + ((DEV_LOCK,) if dev else ()):
        install_lock(venv, root / lock)
    install_project(venv, root)
    return provision(venv, root, quick)


def check_python(machine: Machine) -> None:
    """Raises SetupError where this Python is too old."""
    if machine.version[:2] < OLDEST_PYTHON:
        wanted, have = _dotted(OLDEST_PYTHON), _dotted(machine.version)
        raise SetupError(
            f"RT-Lakehouse needs Python {wanted} or newer, and {machine.python} is {have}. "
            f"Install a newer Python and name it: `make setup PYTHON=python{wanted}`."
        )


def install_system_libraries(machine: Machine) -> None:
    """apt-get for the libraries that cannot be loaded. Raises SetupError where it may not."""
    if not machine.platform.startswith("linux"):
        return
    lacking = [item for item in SYSTEM_LIBRARIES if not machine.has_library(item.soname)]
    if lacking:
        packages = sorted({item.package for item in lacking})
        apt_install(machine, packages, f"{len(lacking)} system libraries are missing")


def install_virtual_display(machine: Machine) -> None:
    """Xvfb, on which the tests show the window. Raises SetupError where it may not be installed."""
    if machine.platform.startswith("linux") and not machine.which("Xvfb"):
        apt_install(machine, ["xvfb"], "The tests need a virtual display")


def install_lock(venv: Venv, lock: Path) -> None:
    """The packages of a lock file, each checked against its hash."""
    key = venv.key(lock)
    if venv.is_done(lock.stem, key):
        return
    total = sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())
    venv.machine.say(f"Installing up to {total} packages of {lock.name} ...")
    venv.pip(
        # No build isolation: what builds is installed and locked already.
        ["install", "--require-hashes", "--no-build-isolation", "-r", str(lock)],
        f"The packages of {lock.name} could not be installed",
    )
    venv.mark_done(lock.stem, key)


def install_project(venv: Venv, root: Path) -> None:
    """The ``rt-lakehouse`` command, running this checkout's own files. Needs no network."""
    key = venv.key(root / "pyproject.toml")
    if venv.is_done("project", key) and venv.script("rt-lakehouse").exists():
        return
    venv.machine.say("Installing the rt-lakehouse command ...")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--force-reinstall"]
    venv.pip(
        ["install", *options, "--editable", str(root)],
        "The rt-lakehouse command could not be installed",
    )
    venv.mark_done("project", key)


def provision(venv: Venv, root: Path, quick: bool) -> int:
    """Java, jars and models: the installed packages do that. Returns its exit status."""
    command = [str(venv.python), "-m", "engine.provision", *(["--quick"] if quick else [])]
    # Inherits the terminal, so that its progress bar is one.
    status = subprocess.call(command, cwd=str(root))
    if status == 0:
        prepare_vectors(venv, root)
    return status


def prepare_vectors(venv: Venv, root: Path) -> None:
    """The packs' texts as vectors; without them the first start takes some seconds longer."""
    packs = sorted((root / "resources" / "domains").glob("**/*.*"))
    key = venv.key(root / "resources" / "models" / "models.toml", *packs)
    if venv.is_done("vectors", key):
        return
    command = [str(venv.python), "-m", "engine.knowledge.prepare"]
    if subprocess.call(command, cwd=str(root)) == 0:
        venv.mark_done("vectors", key)


# ------------------------------------------------------------------- the virtual environment


class Venv:
    """The checkout's virtual environment and the stamps in it."""

    def __init__(self, folder: Path, machine: Machine) -> None:
        self.folder = folder
        self.machine = machine
        self.bin = folder / ("Scripts" if machine.platform == "win32" else "bin")
        self.stamps = folder / "share" / "rt-lakehouse" / "setup"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.script("python")

    def script(self, name: str) -> Path:
        """A command in it."""
        return self.bin / (name + (".exe" if self.machine.platform == "win32" else ""))

    def make(self) -> None:
        """Create it, or create it anew where it cannot be used. Raises SetupError."""
        if self.is_done("venv", self.key()):
            return
        if self._answers() and not (self.stamps / "venv").exists():
            # Made by hand, or by a set-up that was stopped right after: what is in it counts.
            self.mark_done("venv", self.key())
            return
        self._require_venv_module()
        self.machine.say(
            f"Making {self.folder.name} with Python {_dotted(self.machine.version)} ..."
        )
        command = [self.machine.python, "-m", "venv", "--clear", str(self.folder)]
        output: list[str] = []
        if self.machine.run(command, self.machine.env, output.append):
            shutil.rmtree(str(self.folder), ignore_errors=True)
            said = output[-1] if output else "it said nothing"
            raise SetupError(
                f"The virtual environment {self.folder} could not be made ({said}). Check that "
                f"the disk has room and the folder is yours, and {AGAIN}."
            )
        self.mark_done("venv", self.key())

    def pip(self, arguments: Sequence[str], what: str) -> None:
        """Run its pip. Raises SetupError that begins with ``what``."""
        env = pip_environment(self.machine.env)
        tail: deque[str] = deque(maxlen=400)
        listener = PipListener(tail, self.machine.say)
        command = [str(self.python), "-m", "pip", "--no-input", "--retries", "3", *arguments]
        if self.machine.run(command, env, listener.take):
            raise SetupError(f"{what}: {explain_pip(list(tail))}.")

    def key(self, *files: Path) -> str:
        """Hash of the files and of this environment: its place, its interpreter, its version.

        The place counts because scripts name it: a checkout that was moved is installed anew.
        """
        digest = hashlib.sha256(str(self.folder.absolute()).encode())
        digest.update(str(self.python.resolve()).encode())
        config = self.folder / "pyvenv.cfg"
        for file in (config, *files):
            digest.update(file.read_bytes() if file.exists() else b"-")
        return digest.hexdigest()

    def is_done(self, step: str, key: str) -> bool:
        """Whether a step's stamp is there and holds the key."""
        try:
            stamp = (self.stamps / step).read_text(encoding="ascii")
        except OSError:
            return False
        return stamp == key and self.python.exists()

    def mark_done(self, step: str, key: str) -> None:
        """Write the stamp: only ever after the step succeeded."""
        self.stamps.mkdir(parents=True, exist_ok=True)
        (self.stamps / step).write_text(key, encoding="ascii")

    def _answers(self) -> bool:
        """Whether an environment is there whose pip runs under a Python that is new enough."""
        if not self.python.exists():
            return False
        test = f"import sys, pip; sys.exit(sys.version_info < {OLDEST_PYTHON})"
        return not self.machine.run([str(self.python), "-c", test], self.machine.env, _ignore)

    def _require_venv_module(self) -> None:
        """Debian splits venv from Python: install it, or say which line to type."""
        machine = self.machine
        if machine.has_module("venv") and machine.has_module("ensurepip"):
            return
        package = f"python{_dotted(machine.version[:2])}-venv"
        if machine.which("apt-get") is None:
            raise SetupError(
                f"{machine.python} lacks the modules venv and ensurepip. Install them with your "
                f"system's package manager (Debian calls the package {package}) and {AGAIN}."
            )
        apt_install(machine, [package], "Python's venv module is missing")


# ----------------------------------------------------------------------------------------- apt


def apt_install(machine: Machine, packages: Sequence[str], why: str) -> None:
    """apt-get install as root or with a sudo that asks nothing; else say what to type."""
    typed = "sudo apt-get install " + " ".join(packages)
    prefix = _privilege(machine)
    if prefix is None or machine.which("apt-get") is None:
        raise SetupError(f"{why}. Type this line, then {AGAIN}:\n  {typed}")
    machine.say(f"{why}: installing {', '.join(packages)} ...")
    env = {**machine.env, "DEBIAN_FRONTEND": "noninteractive"}
    install = [*prefix, "apt-get", "install", "-y", "--no-install-recommends", *packages]
    if machine.run(install, env, _ignore) == 0:
        return
    # A fresh system has no package lists yet.
    machine.run([*prefix, "apt-get", "update"], env, _ignore)
    if machine.run(install, env, _ignore):
        raise SetupError(
            f"{why}, and apt-get could not install it. Connect to the network or look at what "
            f"apt-get says, with this line, then {AGAIN}:\n  {typed}"
        )


def _privilege(machine: Machine) -> list[str] | None:
    """What to put before apt-get; None where only a person can type a password."""
    if machine.is_root:
        return []
    if machine.which("sudo") and machine.run(["sudo", "-n", "true"], machine.env, _ignore) == 0:
        return ["sudo", "-n"]
    return None


# --------------------------------------------------------------------------- the real machine


def this_machine() -> Machine:
    """The machine this runs on."""
    return Machine(
        version=(sys.version_info[0], sys.version_info[1], sys.version_info[2]),
        python=sys.executable,
        platform=sys.platform,
        env=dict(os.environ),
        is_root=hasattr(os, "geteuid") and os.geteuid() == 0,
        has_module=lambda name: importlib.util.find_spec(name) is not None,
        which=shutil.which,
        has_library=_can_load,
        run=_run_lines,
        say=lambda text: print(text, flush=True),
    )


def _can_load(soname: str) -> bool:
    import ctypes  # only where there is a library to look for

    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def _run_lines(command: Sequence[str], env: dict[str, str], take: Callable[[str], None]) -> int:
    """Run a command, hand on its output line by line, return its exit status."""
    with subprocess.Popen(
        list(command),
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        errors="replace",
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            take(line.rstrip())
    return child.returncode


def _ignore(_line: str) -> None:
    pass


def _dotted(version: Sequence[int]) -> str:
    return ".".join(map(str, version))


def main() -> int:
    parser = argparse.ArgumentParser(description="Make this checkout runnable.")
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    parser.add_argument("--quick", action="store_true", help="hash only files that have changed")
    options = parser.parse_args()
    try:
        root = Path(__file__).resolve().parent.parent
        status = set_up(this_machine(), root, dev=options.dev, quick=options.quick)
    except SetupError as err:
        print(err, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"Interrupted: {AGAIN}, and it goes on from here.", file=sys.stderr)
        return 130
    if status == 0 and not options.quick:
        print("Set-up is complete.")
    return status


if __name__ == "__main__":
    sys.exit(main())
