"""What the window remembers from one day to the next: ``<data>/window.toml``.

Not settings: nothing here changes what the lakehouse does, and a file that is lost or broken costs
a question asked again.
"""

from __future__ import annotations

import contextlib
import threading
import tomllib

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.errors import DataFolderError
from engine.paths import DataPaths
from engine.platform import write_private

FILE = "window.toml"
_writing = threading.Lock()


class WindowState(BaseModel):
    """Everything has a default: an older or newer program's file is read as far as it goes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    welcomed: bool = False
    """Whether the first-run questions were answered."""
    demo: bool | None = None
    """Where earlier builds kept whether demo events are made; now a setting (``first_run``)."""
    last_page: str = Field(default="live", pattern=r"^[a-z]{1,32}$")
    geometry: str = Field(default="", max_length=4096)
    """Qt's own record of place and size, as base64."""


def load_window(paths: DataPaths) -> WindowState:
    """What was kept; defaults for a file, or a line of it, that cannot be used."""
    try:
        kept = tomllib.loads((paths.root / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return WindowState()
    good: dict[str, object] = {}
    for name, value in kept.items():
        with contextlib.suppress(ValidationError):
            WindowState.model_validate({name: value})
            good[name] = value
    return WindowState.model_validate(good)


def change_window(paths: DataPaths, **changes: object) -> WindowState:
    """Keeps some values and leaves the others; from any thread.

    Raises DataFolderError where the file cannot be written.
    """
    # Imported here: a start reads only, and tomlkit takes 50 ms.
    import tomlkit

    with _writing:
        kept = load_window(paths).model_dump()
        state = WindowState.model_validate({**kept, **changes})
        values = {name: value for name, value in state.model_dump().items() if value is not None}
        paths.create()
        try:
            write_private(paths.root / FILE, tomlkit.dumps(values))
        except OSError as error:
            raise DataFolderError(
                f"{paths.root / FILE} cannot be written: {error.strerror}.",
                "Free disk space, or make the data folder writable.",
            ) from error
    return state
