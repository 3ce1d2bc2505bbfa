"""The support bundle: one zip that tells somebody else what is going on here, without secrets."""

from __future__ import annotations

import dataclasses
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.contracts.names import Table
from engine.contracts.status import StatusReport
from engine.errors import LakehouseError
from engine.host.checks import examine
from engine.host.folders import lake_reader
from engine.host.secrets_hunt import Cleaner, known_secrets
from engine.host.versions import installed_parts, system_facts
from engine.lake import LakeReader
from engine.lake.commits import read_commits
from engine.paths import DataPaths
from engine.settings import ENVIRONMENT, Settings, load_settings

VERSIONS_SHOWN = 20
_TITLES = {
    "status.json": "state of each service and of the stream",
    "doctor.json": "checks of this computer",
    "settings.json": "settings in use, and which variables set them",
    "settings.toml": "the settings file",
    "tables.json": "rows, files and newest versions of each table",
    "versions.json": "versions of the program, its parts and the system",
}


class BundleNotWritten(LakehouseError):
    """The zip cannot be put where it was asked for."""


@dataclass(frozen=True)
class Bundle:
    """What was written; ``entries`` are the names in the zip."""

    path: Path
    bytes: int
    entries: tuple[str, ...]


def write_bundle(
    target: Path,
    paths: DataPaths,
    report: StatusReport | None,
    env: Mapping[str, str] | None = None,
    home: Path | None = None,
) -> Bundle:
    """Writes the zip whole or not at all, for this user only; blocks for some seconds.

    ``report`` is None where nothing runs. The name of the home folder becomes ``~``.
    Raises BundleNotWritten.
    """
    env = os.environ if env is None else env
    clean = Cleaner(known_secrets(paths, env), home or Path.home())
    texts = {name: clean(text) for name, text in _texts(paths, report, env).items()}
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with (
            os.fdopen(descriptor, "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped,
        ):
            zipped.writestr("README.txt", _read_me(texts))
            for name, text in texts.items():
                zipped.writestr(name, text)
            _add_logs(zipped, paths, clean)
            entries = tuple(zipped.namelist())
        unfinished.replace(target)
        size = target.stat().st_size
    except OSError as error:
        raise BundleNotWritten(
            f"The support bundle {target} cannot be written: {error.strerror}.",
            "Choose a folder that you can write to, with some space left.",
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return Bundle(target, size, entries)


def bundle_name(now: datetime | None = None) -> str:
    """A name for the file, with the time of day so that two can lie side by side."""
    return f"rt-lakehouse-support-{now or datetime.now(UTC):%Y%m%d-%H%M%S}.zip"


def _texts(paths: DataPaths, report: StatusReport | None, env: Mapping[str, str]) -> dict[str, str]:
    """Each part by itself: what cannot be read says so in its place."""
    makers: dict[str, Callable[[], Any]] = {
        "status.json": lambda: report.model_dump(mode="json") if report else {"state": "STOPPED"},
        "doctor.json": lambda: [dataclasses.asdict(finding) for finding in examine(paths)],
        "settings.json": lambda: _settings(paths, env),
        "tables.json": lambda: _tables(paths, env),
        "versions.json": lambda: _versions(paths),
    }
    texts = {}
    for name, make in makers.items():
        try:
            content = make()
        except Exception as error:  # noqa: BLE001 -- a bundle is made where things are broken
            content = {"error": str(error) or repr(error)}
        texts[name] = json.dumps(content, indent=2, default=str, ensure_ascii=False)
    try:
        texts["settings.toml"] = paths.settings_file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        pass
    except OSError as error:
        texts["settings.toml"] = f"# It cannot be read: {error.strerror}.\n"
    return texts


def _settings(paths: DataPaths, env: Mapping[str, str]) -> dict[str, Any]:
    settings: Settings = load_settings(env, paths.root)
    return {
        # SecretStr writes itself as asterisks.
        "settings": settings.model_dump(mode="json"),
        "set by the environment": sorted(name for name in ENVIRONMENT if env.get(name)),
    }


def _tables(paths: DataPaths, env: Mapping[str, str]) -> dict[str, Any]:
    lake = lake_reader(paths, load_settings(env, paths.root))
    return {table.value: _table(lake, table) for table in lake.tables()}


def _table(lake: LakeReader, table: Table) -> dict[str, Any]:
    try:
        commits = read_commits(lake, table, limit=VERSIONS_SHOWN).commits
        return {
            **dataclasses.asdict(lake.info(table)),
            "history": [dataclasses.asdict(commit) for commit in commits],
        }
    except LakehouseError as error:
        return {"error": str(error)}


def _versions(paths: DataPaths) -> dict[str, Any]:
    packages = {part.name: part.version for part in installed_parts()}
    return {**system_facts(paths), "packages": packages}


def _add_logs(zipped: zipfile.ZipFile, paths: DataPaths, clean: Cleaner) -> None:
    """Line by line: three files of 5 MB for each service need no memory."""
    for log in sorted(paths.logs.glob("*.log*")):
        if not log.is_file():
            continue
        try:
            # Not strict: a computer whose clock was at 1970 once wrote logs then.
            info = zipfile.ZipInfo.from_file(log, f"logs/{log.name}", strict_timestamps=False)
            lines = log.open(encoding="utf-8", errors="replace")
        except (FileNotFoundError, PermissionError):
            continue  # rotated away at this moment, or somebody else's
        info.compress_type = zipfile.ZIP_DEFLATED
        with lines, zipped.open(info, "w") as entry:
            for line in lines:
                entry.write(clean(line).encode("utf-8"))


def _read_me(texts: Mapping[str, str]) -> str:
    listed = [f"{name}: {title}" for name, title in _TITLES.items() if name in texts]
    return "\n".join(
        [
            "Support bundle of RT-Lakehouse.",
            "",
            "Passwords, keys and tokens were replaced by [hidden], the home folder by ~.",
            "No event and no row of a table is in it, apart from what a log line may quote.",
            "Look through it before you pass it on.",
            "",
            *listed,
            "logs/: the logs of the services",
            "",
        ]
    )
