"""Which models a language model service offers, for the Settings page."""

from engine.llm.offers import ModelsAnswer, ModelServiceSilent, list_models

__all__ = ["ModelServiceSilent", "ModelsAnswer", "list_models"]
