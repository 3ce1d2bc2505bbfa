"""API keys and passwords: in the system keyring, or in memory for this session. Never in a file.

Every method but ``held`` may wait: a keyring that is locked asks a person for its password.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Literal, Protocol

from engine.paths import DataPaths

log = logging.getLogger(__name__)

SERVICE: Final = "rt-lakehouse"
RECOMMENDED: Final = 1.0
"""Backends below this priority are none, or write a file (``keyring``'s own scale)."""

Place = Literal["keyring", "session"]


class Keyring(Protocol):
    """What is needed of a backend of the ``keyring`` package."""

    def get_password(self, service: str, username: str) -> str | None:
        """The stored value."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Stores it."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Removes it; raises where there is none."""
        ...


def system_keyring() -> Keyring | None:
    """The desktop's keyring; None where there is none that keeps secrets well."""
    # Imported here: it looks through every installed package for backends, which takes 0.1 s.
    import keyring

    backend = keyring.get_keyring()
    return backend if backend.priority >= RECOMMENDED else None


class SecretStore:
    """The secrets of one data folder. Any thread may call it."""

    def __init__(self, folder: Path, find: Callable[[], Keyring | None] | None = None) -> None:
        self._folder = folder
        self._find = find or system_keyring
        self._session: dict[str, str] = {}
        self._seen: dict[str, str] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"SecretStore({str(self._folder)!r})"

    def held(self) -> Mapping[str, str]:
        """Secrets kept for this session only, by the setting's dotted name."""
        return dict(self._session)

    def stored(self, path: str) -> str | None:
        """The keyring's value; None where there is none, or the keyring does not hand it out."""
        with self._lock:
            if path not in self._seen:
                backend = self._backend()
                value = None if backend is None else self._ask(backend, path)
                if value is None:
                    return None
                self._seen[path] = value
            return self._seen[path]

    def usable(self) -> bool:
        """Whether there is a keyring that keeps secrets."""
        with self._lock:
            return self._backend() is not None

    def hold(self, path: str, value: str) -> None:
        """Keeps it for this session only; a keyring is left as it is."""
        with self._lock:
            self._session[path] = value

    def put(self, path: str, value: str) -> Place:
        """Keeps it in the keyring, else for this session; says where."""
        with self._lock:
            backend = self._backend()
            if backend is not None:
                try:
                    backend.set_password(SERVICE, self._name(path), value)
                except Exception as error:  # noqa: BLE001 -- each backend has errors of its own
                    log.warning("the keyring did not take a secret: %s", type(error).__name__)
                else:
                    self._session.pop(path, None)
                    self._seen[path] = value
                    return "keyring"
            self._session[path] = value
            return "session"

    def remove(self, path: str, *, in_keyring: bool) -> None:
        """Forgets it; the keyring is asked only if it has it."""
        with self._lock:
            self._session.pop(path, None)
            self._seen.pop(path, None)
            backend = self._backend() if in_keyring else None
            if backend is None:
                return
            try:
                backend.delete_password(SERVICE, self._name(path))
            except Exception as error:  # noqa: BLE001 -- each backend has errors of its own
                log.warning("the keyring did not remove a secret: %s", type(error).__name__)

    def _ask(self, backend: Keyring, path: str) -> str | None:
        try:
            return backend.get_password(SERVICE, self._name(path))
        except Exception as error:  # noqa: BLE001 -- each backend has errors of its own
            log.warning("the keyring did not hand out a secret: %s", type(error).__name__)
            return None

    def _name(self, path: str) -> str:
        return f"{path} of {self._folder}"

    def _backend(self) -> Keyring | None:
        try:
            return self._find()
        except Exception as error:  # noqa: BLE001 -- a keyring that cannot be loaded is none
            log.warning("no keyring can be used: %s", type(error).__name__)
            return None


_stores: dict[Path, SecretStore] = {}


def secret_store(paths: DataPaths) -> SecretStore:
    """The one store of a data folder: what is kept for the session is there for all of it."""
    return _stores.setdefault(paths.root, SecretStore(paths.root))
