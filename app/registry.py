"""The pages, in the rail's order. A page's code is imported when it is first shown."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from app.context import Context
from app.offers import service_commands, settings_commands
from app.page import Page, PageCommand


def _none(_context: Context) -> list[PageCommand]:
    return []


@dataclass(frozen=True)
class Entry:
    """Where a page is found, and what stands for it until then."""

    key: str
    title: str
    icon: str
    shortcut: str
    module: str
    name: str
    offers: tuple[str, ...] = ()
    """Titles of the page's own commands that the palette has before the page is made."""
    standing: Callable[[Context], list[PageCommand]] = _none
    """Commands that the palette has whether or not the page is made."""

    def make(self, context: Context) -> Page:
        """Builds the page."""
        page: Page = self.load()(context)
        return page

    def load(self) -> type[Page]:
        """Imports the page's code, on any thread; makes nothing."""
        kind: type[Page] = getattr(importlib.import_module(self.module), self.name)
        return kind


PAGES = (
    Entry("live", "Live", "activity", "Ctrl+1", "app.pages.live", "LivePage"),
    Entry(
        "pipeline",
        "Pipeline",
        "flow",
        "Ctrl+2",
        "app.pages.pipeline",
        "PipelinePage",
        (
            "Rebuild silver or gold…",
            "Backfill gold for a range of time…",
        ),
    ),
    Entry(
        "quality",
        "Quality",
        "shield",
        "Ctrl+3",
        "app.pages.quality",
        "QualityPage",
        (
            "Read the refused records again",
            "Find in refused records",
        ),
    ),
    Entry(
        "topic",
        "Topic",
        "topic",
        "Ctrl+4",
        "app.pages.topic",
        "TopicPage",
        (
            "Newest messages",
            "Send a message",
            "Send a file",
        ),
    ),
    Entry("data", "Data", "table", "Ctrl+5", "app.pages.data", "DataPage", ("Compact tables now",)),
    Entry(
        "sql",
        "SQL",
        "terminal",
        "Ctrl+6",
        "app.pages.sql",
        "SqlPage",
        (
            "New tab",
            "Build a query",
            "Show the history",
            "Show saved queries",
        ),
    ),
    Entry(
        "assistant",
        "Assistant",
        "message",
        "Ctrl+7",
        "app.pages.assistant",
        "AssistantPage",
        (
            "New conversation",
            "Knowledge",
            "Use a model file",
        ),
    ),
    Entry(
        "alerts",
        "Alerts",
        "bell",
        "Ctrl+8",
        "app.pages.alerts",
        "AlertsPage",
        ("Send a test alert",),
    ),
    Entry(
        "services",
        "Services",
        "server",
        "Ctrl+9",
        "app.pages.services",
        "ServicesPage",
        (
            "Check this computer",
            "Save support bundle",
        ),
        service_commands,
    ),
    Entry(
        "settings",
        "Settings",
        "sliders",
        "Ctrl+,",
        "app.pages.settings",
        "SettingsPage",
        standing=settings_commands,
    ),
)
