"""The Topic page: messages, who reads them, and sending some of one's own."""

from app.pages.topic.page import TopicPage

__all__ = ["TopicPage"]
