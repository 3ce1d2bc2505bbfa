"""The Quality page: what was accepted and refused, why, and the refused records themselves."""

from app.pages.quality.page import QualityPage

__all__ = ["QualityPage"]
