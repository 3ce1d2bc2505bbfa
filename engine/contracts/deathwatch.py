"""Start a program that cannot outlive the process that started it (Linux).

Run by path, as ``python -I -S deathwatch.py [--background] <pid of the starter> command…``: it
asks the kernel for SIGKILL when its parent ends and then becomes the command by exec, which keeps
both that request and the pid. What runs in the background yields the processor to everything else.
Doing this in the child of a fork instead (``preexec_fn``) can deadlock in a process with threads.
It lives among the contracts because the pipeline process protects its driver JVM the same way;
standard library only, and quick to import.

The signal comes when the *thread* that made the child ends: start children from a thread that
lives as long as they should.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_SIGKILL = 9
_NICENESS = 10
_BACKGROUND = "--background"
EXIT_ORPHANED = 125
"""The starter was gone before the protection stood."""
EXIT_NOT_STARTED = 127
"""The command could not be executed; the reason is on stderr."""


def launcher_prefix(python: str | None = None, background: bool = False) -> list[str]:
    """What to put before a command's argv; valid for children of the calling process only."""
    options = [_BACKGROUND] if background else []
    return [python or sys.executable, "-I", "-S", __file__, *options, str(os.getpid())]


def start_time(pid: int) -> str | None:
    """A token that tells this process from a later one of the same pid; None if there is none.

    The boot's id and the start in clock ticks since then: unlike a wall-clock time it does not
    move when the clock is set, and it never matches across a reboot.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None
    # The second field is the program's name in brackets and may itself hold spaces and brackets.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else f"{boot}:{fields[19]}"


def main(argv: list[str]) -> int:
    """Protect this process, then become the command."""
    import ctypes

    if argv[1] == _BACKGROUND:
        argv = argv[1:]
        _yield_processor()
    starter, command = int(argv[1]), argv[2:]
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0) != 0:
        sys.stderr.write(f"No protection against orphans: {os.strerror(ctypes.get_errno())}\n")
        return EXIT_NOT_STARTED
    if os.getppid() != starter:  # it died between the fork and the prctl: no signal will come
        return EXIT_ORPHANED
    try:
        os.execvp(command[0], command)  # noqa: S606 -- becoming the command is the point
    except OSError as err:
        sys.stderr.write(f"{command[0]} cannot be started: {err.strerror}.\n")
    return EXIT_NOT_STARTED


def _yield_processor() -> None:
    os.nice(_NICENESS)
    # Linux shares the processor among sessions first, where niceness alone counts within one.
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(_NICENESS), encoding="ascii")


if __name__ == "__main__":
    sys.exit(main(sys.argv))
