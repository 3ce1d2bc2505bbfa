"""The Live page: figures of the last minute and hour, and the charts of a window."""

from app.pages.live.page import LivePage

__all__ = ["LivePage"]
