"""The Assistant page: questions in plain language, answers with their SQL."""

from app.pages.assistant.page import AssistantPage

__all__ = ["AssistantPage"]
