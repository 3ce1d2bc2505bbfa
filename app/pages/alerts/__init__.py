"""The Alerts page: what is open, what was, and the rules."""

from app.pages.alerts.page import AlertsPage

__all__ = ["AlertsPage"]
