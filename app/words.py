"""Every text a person sees goes through ``tr``, so that a translation needs no change of code."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def tr(text: str) -> str:
    """The text in the language of the installed translator; itself where there is none."""
    return QCoreApplication.translate("app", text)
