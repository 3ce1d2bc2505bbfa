"""A whole value as a person reads it."""

from __future__ import annotations

import json


def readable(value: str | None) -> str | None:
    """JSON objects and lists in lines; everything else as it is."""
    if value is None or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.dumps(json.loads(value), indent=2, ensure_ascii=False)
    except ValueError:
        return value
