"""What every page is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.door import Door
from app.theme import Theme

if TYPE_CHECKING:
    # Imported late at run time: it brings DuckDB and Delta along, and the window comes first.
    from engine.host.desk import Desk


@dataclass
class Context:
    """The ways out of a page: to the engine, to the look, to the person."""

    door: Door
    desk: Desk
    theme: Theme
    toast: Callable[[str, str], None]
    """``toast("info" | "good" | "warning" | "error", text)``."""
    go: Callable[[str, object], None] = lambda _page, _argument: None
    """``go("sql", "SELECT …")``: shows a page and hands it the argument (``Page.receive``)."""
