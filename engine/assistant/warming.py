"""Does ahead what a first question would wait for: seconds, on a slow machine."""

from __future__ import annotations

import datetime as dt
import importlib

from engine.assistant.matching.verified import match_verified
from engine.assistant.reading.reader import read
from engine.contracts.pack import PackSpec


def warm(pack: PackSpec, now: dt.datetime) -> None:
    """Prepares the pack's words, which are kept, by a question of its own; imports pandas.

    Asks neither lake nor model. On a thread that nobody waits for.
    """
    for spec in pack.questions[:1]:
        match_verified(spec.asks[0], pack, (), now)
        read(spec.asks[0], pack.semantic, now)
    # Parts of an answer's way through DuckDB and Arrow import it where it is installed.
    importlib.import_module("pandas")
