"""The Services page: cards of services, their logs, diagnostics, support bundle."""

from app.pages.services.page import ServicesPage

__all__ = ["ServicesPage"]
