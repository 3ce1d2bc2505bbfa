"""Questions in plain English, read without a model."""

from engine.assistant.reading.extract import Found, extract
from engine.assistant.reading.judge import check
from engine.assistant.reading.model import THRESHOLD, Reading
from engine.assistant.reading.reader import read

__all__ = ["THRESHOLD", "Found", "Reading", "check", "extract", "read"]
