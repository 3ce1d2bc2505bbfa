"""What older releases wrote into ``settings.toml``, brought to the names of this one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final

from engine.errors import SettingsError

VERSION: Final = 1
VERSION_KEY: Final = "schema_version"
"""A file without it was written by hand, in today's names."""

Tree = MutableMapping[str, Any]
Step = Callable[[Tree], None]

STEPS: Final[Mapping[int, Step]] = {}
"""From version to the change that makes the next one of it; it works in place, so that a file's
comments survive. Version 1 is the first, so there is none yet."""


def migrate(tree: Tree, steps: Mapping[int, Step] = STEPS, current: int = VERSION) -> None:
    """Brings a file's content, and the version in it, to ``current``.

    Raises SettingsError for a file that a newer release wrote.
    """
    version = tree.get(VERSION_KEY, current)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise SettingsError(
            f"The settings file says {VERSION_KEY} = {version!r}, which is no version.",
            f"Write {VERSION_KEY} = {current}, or delete the line.",
        )
    if version > current:
        raise SettingsError(
            f"The settings file is of version {version}; this release knows up to {current}.",
            "Use the newer release, or move settings.toml away to begin with the defaults.",
        )
    for number in range(version, current):
        steps[number](tree)
    tree[VERSION_KEY] = current
