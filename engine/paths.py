"""Where things lie: the data folder's layout, and the resources shipped with the program."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from engine.errors import DataFolderError

DATA_DIR_VARIABLE = "RTLAKEHOUSE_DATA_DIR"
APP_NAME = "rt-lakehouse"


@dataclass(frozen=True)
class DataPaths:
    """The folders and files below one data folder; nothing is made until :meth:`create`."""

    root: Path

    @property
    def lake(self) -> Path:
        """Delta tables, one folder each."""
        return self.root / "lake"

    @property
    def checkpoints(self) -> Path:
        """Spark's streaming checkpoints."""
        return self.root / "checkpoints"

    @property
    def logs(self) -> Path:
        """One rotating log for each service."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """What belongs to the running instance: lock, pid records, configs with secrets."""
        return self.root / "run"

    @property
    def broker(self) -> Path:
        """The embedded broker's records and its credentials."""
        return self.root / "broker"

    @property
    def knowledge(self) -> Path:
        """What the assistant knows, where this computer keeps it: the vector store's files."""
        return self.root / "knowledge"

    @property
    def scratch(self) -> Path:
        """Anything that may be deleted while the program is stopped: archives, temp files."""
        return self.root / "scratch"

    @property
    def settings_file(self) -> Path:
        """Settings that the environment does not give."""
        return self.root / "settings.toml"

    @property
    def endpoints_file(self) -> Path:
        """What ``rt-lakehouse endpoints`` prints; holds the broker's password (0600)."""
        return self.run / "endpoints.json"

    @property
    def control_file(self) -> Path:
        """Port and key of the control port, written 0600 while running."""
        return self.run / "control.json"

    @property
    def lock_file(self) -> Path:
        """Held by the one instance that uses this folder."""
        return self.run / "lock"

    def _is_ours(self) -> bool:
        """Whether to close it to other users: a home or /tmp, given by mistake, stays as it is.

        What must be private lies in folders of ours, which are closed in any case.
        """
        found = {entry.name for entry in self.root.iterdir()}
        return not found or bool(found & _OURS)

    def create(self) -> DataPaths:
        """Make the folders that are missing, for this user only; returns itself.

        Raises DataFolderError where that cannot be done.
        """
        check_name(self.root)
        folders = (
            *(self.lake, self.checkpoints, self.logs, self.run),
            *(self.broker, self.knowledge, self.scratch),
        )
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._is_ours():
                # mkdir's mode is cut by the umask and does nothing for a folder that was there.
                self.root.chmod(0o700)
            for folder in folders:
                folder.mkdir(exist_ok=True, mode=0o700)
            _probe_write(self.run)
        except OSError as err:
            raise _unwritable(self.root, err) from err
        return self


def check_name(folder: Path) -> None:
    """Raises DataFolderError where the name has signs that the libraries of tables take otherwise.

    Delta's ends the process at some, reads %20 as a space and a backslash as two folders; DuckDB
    takes * and ? for any file. Spaces, umlauts and the like are fine.
    """
    found = _MISREAD.search(folder.as_posix())
    if found is not None:
        raise DataFolderError(
            f"The folder {folder} cannot hold tables, because of the {found[0]} in its name.",
            f"Choose one without it; {DATA_DIR_VARIABLE} and DELTA_PATH name other folders.",
        )


_MISREAD = re.compile(r"[\[\]^|*?\\]|%[0-9A-Fa-f]{2}")
_OURS = {
    *("lake", "checkpoints", "logs", "run", "broker", "knowledge", "scratch"),
    *("domains", "settings.toml"),
}


def default_data_dir() -> Path:
    """The platform's own place for this program's data."""
    return Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))


def data_paths(env: Mapping[str, str] | None = None) -> DataPaths:
    """The data folder that the environment names, else the platform's own."""
    chosen = (os.environ if env is None else env).get(DATA_DIR_VARIABLE, "").strip()
    root = Path(chosen).expanduser() if chosen else default_data_dir()
    return DataPaths(root.absolute())


def resources_dir() -> Path:
    """Domain packs, icons, SQL, model cards and the jar lock, as shipped."""
    return Path(__file__).resolve().parent.parent / "resources"


def _probe_write(folder: Path) -> None:
    """Write and delete a file: a read-only mount lets mkdir(exist_ok) pass."""
    probe = folder / f".probe-{os.getpid()}"
    probe.write_bytes(b"x")
    probe.unlink()


def _unwritable(root: Path, err: OSError) -> DataFolderError:
    reason = err.strerror or str(err)
    return DataFolderError(
        f"The data folder {root} cannot be used: {reason} ({err.filename or root}).",
        f"Make it a folder you own and can write to, or set {DATA_DIR_VARIABLE} to another one.",
    )
