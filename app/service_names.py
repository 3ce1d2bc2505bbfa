"""What the services are called on screen, and when the demo events are said to be paused."""

from __future__ import annotations

from app.words import tr
from engine.contracts.status import ServiceSnapshot, demo_stopped

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


def demo_paused(service: ServiceSnapshot) -> bool:
    """Stopped for now; those that the settings keep off say so themselves, on their card."""
    return demo_stopped(service) and not service.detail
