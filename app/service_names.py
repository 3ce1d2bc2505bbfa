"""What the services are called on screen."""

from __future__ import annotations

from app.words import tr

TITLES = {
    "broker": "Broker",
    "pipeline": "Pipeline",
    "generator": "Demo events",
    "vectors": "Knowledge",
    "llm": "Language model",
    "tally": "Live tally",
}


def service_title(name: str) -> str:
    """A service's name for a person."""
    return tr(TITLES.get(name, name.capitalize()))
