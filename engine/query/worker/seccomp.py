"""A process gives up, for good, what it does not need: the network, other programs, writing.

Linux on x86-64 and ARM64. A filter in the kernel (seccomp) answers the system calls below with
EACCES, whatever code makes them, for every thread of the process and all that it starts. It says
what is denied and lets the rest pass: a list of what Python, Arrow and DuckDB need would break with
each of their versions. Nothing is needed for it but ``prctl``; no library, no right.

* network: no socket is made, joined or bound; io_uring, which makes sockets without these calls,
  is closed too;
* processes: no fork, no exec, no signal to another process, no look into its memory. A thread is
  made by the same call as a process and is told by its flag. (RLIMIT_NPROC would not do: it counts
  threads, and not for root.)
* files: none is opened for writing, made, renamed, removed, or changed in its rights or times.

On macOS and Windows there is no such call: there the limits of :mod:`resource`, where they exist,
and DuckDB's own lock are what holds, until a later version puts the worker into their own sandboxes
(a sandbox profile, an AppContainer).
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys
from typing import Final, NamedTuple


class _Machine(NamedTuple):
    audit: int
    seccomp: int
    clone: int
    openings: tuple[tuple[int, int], ...]
    """Calls that open a file, and which of their arguments holds the flags."""
    unknown: tuple[int, ...]
    """Calls that are said not to exist: the C library then takes the older one, which is judged."""
    denied: tuple[int, ...]


_NEWER: Final = (424, 425, 426, 427, 434, 438, 452)
"""The same on all machines: pidfd_send_signal, io_uring (3), pidfd_open, pidfd_getfd, fchmodat2."""
_CLONE3, _OPENAT2 = 435, 437

_X86_64: Final = _Machine(
    audit=0xC000003E,
    seccomp=317,
    clone=56,
    openings=((2, 1), (257, 2)),
    unknown=(_CLONE3, _OPENAT2),
    denied=(
        *(41, 42, 43, 49, 50, 53, 288),  # socket, connect, accept, bind, listen, socketpair
        *(57, 58, 59, 322),  # fork, vfork, execve, execveat
        *(62, 101, 129, 200, 297, 310, 311),  # kill, ptrace, sigqueue, tkill, process_vm_*
        *(76, 77, 82, 83, 84, 85, 86, 87, 88),  # truncate … rename, mkdir, creat, link, unlink
        *(90, 91, 92, 93, 94, 132, 133, 235),  # chmod, chown, utime, mknod
        *(258, 259, 260, 261, 263, 264, 265, 266, 268, 280, 316),  # the same with a folder
        *(188, 189, 190, 197, 198, 199),  # extended attributes
        *(155, 161, 165, 166, 272, 308),  # mount, chroot, unshare, setns
        *(175, 246, 248, 249, 250, 298, 313, 319, 321, 323),  # modules, keys, perf, memfd, bpf
        *_NEWER,
    ),
)
_ARM64: Final = _Machine(
    audit=0xC00000B7,
    seccomp=277,
    clone=220,
    openings=((56, 2),),
    unknown=(_CLONE3, _OPENAT2),
    denied=(
        *(198, 199, 200, 201, 202, 203, 242),
        *(221, 281),
        *(117, 129, 130, 138, 240, 270, 271),
        *(33, 34, 35, 36, 37, 38, 45, 46, 52, 53, 54, 55, 88, 276),
        *(5, 6, 7, 14, 15, 16),
        *(39, 40, 41, 51, 97, 268),
        *(104, 105, 217, 218, 219, 241, 273, 279, 280, 282),
        *_NEWER,
    ),
)
_MACHINES: Final = {"x86_64": _X86_64, "aarch64": _ARM64}

_CLONE_THREAD: Final = 0x10000
_WRITES: Final = 0x1 | 0x2 | 0x40 | 0x200 | 0x400 | 0x400000
"""O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND, O_TMPFILE."""

_LOAD, _EQUAL, _FROM, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_X32: Final = 0x40000000
"""Numbers from here on are a second way to the same calls on x86-64."""


def deny() -> bool:
    """Puts the filter in place; False where this system has none. It cannot be taken away."""
    machine = _MACHINES.get(platform.machine())
    if not sys.platform.startswith("linux") or machine is None:
        return False
    program = _program(machine)
    code = ctypes.create_string_buffer(program, len(program))

    class _Filter(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))

    what = _Filter(len(program) // 8, ctypes.cast(code, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    no_new_rights, install, all_threads = 38, 1, 1
    if libc.prctl(no_new_rights, 1, 0, 0, 0) != 0:
        return False
    answer = libc.syscall(
        ctypes.c_long(machine.seccomp),
        ctypes.c_ulong(install),
        ctypes.c_ulong(all_threads),
        ctypes.byref(what),
    )
    return bool(answer == 0)


def _program(machine: _Machine) -> bytes:
    """The filter: steps of 8 bytes (code, jump if true, jump if false, number)."""
    refuse = _ERRNO | errno.EACCES
    steps = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, machine.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_FROM, 0, 1, _X32),
        (_RETURN, 0, 0, refuse),
    ]
    for number in machine.denied:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, refuse)]
    for number in machine.unknown:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]
    steps += _by_flag(machine.clone, 0, _CLONE_THREAD, if_set=_ALLOW, otherwise=refuse)
    for number, argument in machine.openings:
        steps += _by_flag(number, argument, _WRITES, if_set=refuse, otherwise=_ALLOW)
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _by_flag(
    number: int, argument: int, flags: int, *, if_set: int, otherwise: int
) -> list[tuple[int, int, int, int]]:
    """An answer that hangs on bits of an argument, whose lower half is looked at."""
    return [
        (_EQUAL, 0, 4, number),
        (_LOAD, 0, 0, 16 + 8 * argument),
        (_ANY_BIT, 0, 1, flags),
        (_RETURN, 0, 0, if_set),
        (_RETURN, 0, 0, otherwise),
    ]
