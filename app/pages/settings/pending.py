"""Changes that do not count yet, because what they concern has not been restarted since."""

from __future__ import annotations

from dataclasses import dataclass

from engine.settings.describe import SettingInfo
from engine.settings.fields import Restart


@dataclass(frozen=True)
class _Change:
    before: object
    secret: bool
    restart: Restart


class PendingRestarts:
    """Counts changed settings by what needs a restart; one that is changed back is none."""

    def __init__(self) -> None:
        self._changes: dict[str, _Change] = {}

    def note(self, before: SettingInfo, after: SettingInfo) -> None:
        """A setting was saved."""
        if not after.needs_restart:
            return
        change = self._changes.setdefault(
            after.path, _Change(before.value, after.secret, after.needs_restart)
        )
        if not change.secret and change.before == after.value:
            del self._changes[after.path]

    def started(self, service: str) -> None:
        """A service starts: from now on it goes by the new values."""
        self._changes = {
            path: change for path, change in self._changes.items() if service not in change.restart
        }

    @property
    def services(self) -> tuple[str, ...]:
        """Services to restart, in a stable order."""
        return tuple(
            sorted({name for change in self._changes.values() for name in change.restart} - {"all"})
        )

    @property
    def waiting(self) -> int:
        """Changes that wait for a restart of services."""
        return sum("all" not in change.restart for change in self._changes.values())

    @property
    def waiting_for_program(self) -> int:
        """Changes that wait for a restart of the whole program."""
        return sum("all" in change.restart for change in self._changes.values())
