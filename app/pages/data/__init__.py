"""The Data page: tables, columns, rows of any version, history, comparison, restore, compaction."""

from app.pages.data.page import DataPage

__all__ = ["DataPage"]
