"""The operating system, behind a small protocol.

Linux is :mod:`engine.platform.posix`. The two others are planned to fit the same protocol:

*Windows*: ``spawn`` makes one Job Object for each service with JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
and assigns the child to it while it is still suspended, so that neither it nor its own children
can outlive our handle; the group operations act on the job, ``members`` asks it for its process
list, ``start_time`` is the process's creation time, ``lock`` is LockFileEx; what runs in the
background has BELOW_NORMAL_PRIORITY_CLASS.

*macOS*: there is no signal on a parent's death. A guardian process, started first and holding the
read end of a pipe whose write end only we hold, learns each group's id over its stdin and kills
the groups when the pipe closes. ``start_time`` comes from ``proc_pidinfo``.

A frozen build has no Python interpreter to run :mod:`engine.contracts.deathwatch` with; its
bundle carries one, and passes its path to :func:`launcher_prefix`.
"""

from __future__ import annotations

import sys

from engine.contracts.deathwatch import launcher_prefix
from engine.errors import UnsupportedPlatform
from engine.platform.base import ChildProcess, FileLock, Platform
from engine.platform.files import write_private

__all__ = [
    "ChildProcess",
    "FileLock",
    "Platform",
    "current_platform",
    "launcher_prefix",
    "write_private",
]


def current_platform() -> Platform:
    """The platform this runs on; UnsupportedPlatform where children could be orphaned."""
    if sys.platform != "linux":
        raise UnsupportedPlatform(
            f"Services cannot be run on {sys.platform} yet.", "Use Linux for now."
        )
    from engine.platform.posix import PosixPlatform

    return PosixPlatform()
