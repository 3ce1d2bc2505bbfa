"""Severities as words and tones, the same wherever they are shown."""

from __future__ import annotations

from app.theme import Colours

SEVERITIES = ("critical", "warning", "info")
WORDS = {"critical": "Critical", "warning": "Warning", "info": "Info"}
TONES = {"critical": "bad", "warning": "warning", "info": "info"}


def tone(severity: str) -> str:
    """The tone of a badge."""
    return TONES.get(severity, "muted")


def colour(severity: str, colours: Colours) -> str:
    """The hex colour of a word in a table."""
    return {"critical": colours.bad, "warning": colours.warning}.get(severity, colours.info)
