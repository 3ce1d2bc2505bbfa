"""A JSONL file, line by line, whatever is in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson

from engine.generator.errors import UnreadableFile
from engine.generator.sender import MAX_MESSAGE_BYTES


def check_readable(path: Path) -> None:
    """UnreadableFile before anything was sent."""
    try:
        with path.open("rb"):
            return
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> UnreadableFile:
    message = f"The file {path} cannot be read ({error.strerror})."
    return UnreadableFile(message, "Check its name and permissions.")


def read_lines(path: Path) -> Iterator[bytes | None]:
    """Lines without their line break; None for one that is longer than any record may be."""
    try:
        with path.open("rb") as file:
            while line := file.readline(MAX_MESSAGE_BYTES):
                whole = True
                while len(line) == MAX_MESSAGE_BYTES and not line.endswith(b"\n"):
                    whole = False
                    line = file.readline(MAX_MESSAGE_BYTES)
                yield line.removesuffix(b"\n").removesuffix(b"\r") if whole else None
    except OSError as error:
        raise _unreadable(path, error) from None


def key_of(line: bytes, user_field: str) -> bytes | None:
    """The user's id, if the line is JSON that has one."""
    try:
        user = orjson.loads(line)[user_field]
    except (ValueError, KeyError, TypeError, IndexError):
        return None
    return str(user).encode() if isinstance(user, str | int) and user != "" else None
