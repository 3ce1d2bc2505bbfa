"""The Settings page: every setting with its reason, the demo events, and tests of connections."""

from app.pages.settings.page import SettingsPage

__all__ = ["SettingsPage"]
