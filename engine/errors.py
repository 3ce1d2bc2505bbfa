"""The tree of errors a person may meet; each message ends in what to do about it.

A bug is an assertion, not one of these. Whoever catches a :class:`LakehouseError` may show
``str(error)`` as it is: it is made of whole sentences.
"""

from __future__ import annotations


class LakehouseError(Exception):
    """Root of the tree; never raised itself."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"


class SettingsError(LakehouseError):
    """An environment variable or a line of settings.toml has a value that cannot be used."""


class DataFolderError(LakehouseError):
    """The data folder cannot be made, written, or belongs to something else."""


class AlreadyRunning(LakehouseError):
    """Another process holds the lock of this data folder."""

    def __init__(self, message: str, remedy: str, pid: int | None = None) -> None:
        super().__init__(message, remedy)
        self.pid = pid


class UnsupportedPlatform(LakehouseError):
    """Processes cannot be started safely on this operating system yet."""


class ProviderError(LakehouseError):
    """A service cannot be prepared, and trying again cannot help; the service goes to FAILED."""


class NoProvider(ProviderError):
    """None of a service's providers is usable; the message lists each one's reason."""


class SpawnError(LakehouseError):
    """The operating system refused to start a child process."""


class SurvivorError(LakehouseError):
    """Processes of an earlier start outlived SIGKILL, so a new start would make two writers."""
