"""A model file that somebody dropped on the window: what it is, and whether it can be used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.contracts.names import Service
from engine.host.desk import Desk
from engine.llm.fits import check_fits, context_for, needed_bytes, this_computer
from engine.llm.gguf import read_model_file
from engine.readings.settings import change_settings

SETTING = "assistant.local_model"


@dataclass(frozen=True)
class ModelOffer:
    """A file that fits; ``sentence`` says what it is and takes."""

    path: Path
    title: str
    sentence: str


def look_at_model(desk: Desk, path: Path) -> ModelOffer:
    """Reads the header, loads nothing. Raises ModelUnusable with what would help."""
    model = read_model_file(path)
    context = context_for(model, desk.settings.assistant.local_context)
    check_fits(model, context, this_computer())
    memory = needed_bytes(model, context) / 1e9
    return ModelOffer(
        path,
        model.title,
        f"{model.title}: {model.parameters / 1e6:,.0f} million parameters, {context:,} tokens of "
        f"context, {memory:,.1f} GB of memory while it is loaded.",
    )


def use_model(desk: Desk, path: Path) -> None:
    """Saves it as the local model and starts the service anew. Raises SettingsError."""
    change_settings(desk, {SETTING: str(path)})
    if desk.running is not None:
        desk.restart_service(Service.LLM.value)
