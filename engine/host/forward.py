"""A second start on the same data folder shows the window that is open there."""

from __future__ import annotations

from engine.errors import LakehouseError
from engine.paths import DataPaths


def bring_forward(paths: DataPaths) -> bool:
    """Asks the running instance to show its window; False where there is no window to show."""
    if not paths.control_file.exists():
        return False  # nearly always, and all it may cost: the window is to be up at once
    from engine.host.control import ask

    try:
        return any(answer.get("done") for answer in ask(paths, {"op": "show"}))
    except LakehouseError:
        return False
