"""What this program and this computer are: for About, and for a support bundle."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata

import psutil

from engine.errors import LakehouseError
from engine.paths import DataPaths
from engine.provision.java import find_java

DISTRIBUTION = "rt-lakehouse"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def program_version() -> str:
    """Of this installation."""
    return metadata.version(DISTRIBUTION)


def installed_parts(root: str = DISTRIBUTION) -> tuple[metadata.Distribution, ...]:
    """The Python packages that the program needs, directly or not, by name; without itself.

    What is installed for tests and checks only is not among them.
    """
    found: dict[str, metadata.Distribution] = {}
    waiting = list(_needs(metadata.distribution(root)))
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            part = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another platform or an older Python
        found[name] = part
        waiting.extend(_needs(part))
    return tuple(found[name] for name in sorted(found))


def system_facts(paths: DataPaths) -> dict[str, str]:
    """Program, Python, Java, system, processor, memory, disk: a title and a value each."""
    memory = psutil.virtual_memory()
    facts = {
        "RT-Lakehouse": program_version(),
        "Python": sys.version.split()[0],
        "Java": _java(),
        "System": platform.platform(),
        "Processor": f"{platform.machine()}, {psutil.cpu_count() or 1} cores",
        "Memory": f"{memory.total / 1e9:.1f} GB, {memory.available / 1e9:.1f} GB available",
    }
    if paths.root.exists():
        disk = shutil.disk_usage(paths.root)
        facts["Disk"] = f"{disk.total / 1e9:,.0f} GB, {disk.free / 1e9:,.1f} GB free"
    facts["Data folder"] = str(paths.root)
    return facts


def _java() -> str:
    try:
        java = find_java(os.environ)
    except LakehouseError as error:
        return error.message
    return f"{java.version} ({java.source})"


def _needs(part: metadata.Distribution) -> Iterator[str]:
    for line in part.requires or ():
        requirement, _, condition = line.partition(";")
        named = _NAME.match(requirement.strip())
        if named and "extra" not in condition:
            yield re.sub(r"[-_.]+", "-", named[0]).lower()
