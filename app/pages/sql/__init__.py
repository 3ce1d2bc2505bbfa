"""The SQL page: editors in tabs, results of any length, and what was run before."""

from app.pages.sql.page import SqlPage

__all__ = ["SqlPage"]
