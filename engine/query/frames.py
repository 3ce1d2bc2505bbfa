"""Messages on a pipe: two lengths, the JSON of a model, and the bytes that belong to it."""

from __future__ import annotations

import struct
from typing import IO

from pydantic import BaseModel

_LENGTHS = struct.Struct(">II")
MAX_JSON = 64 << 20
"""A list of files of the largest table is far smaller; more than this is no message of ours."""
MAX_BODY = 512 << 20
"""A worker that misbehaves cannot make the engine take more than this."""


class BrokenFrame(Exception):
    """The pipe ended in the middle of a message, or holds something else."""


def write_frame(stream: IO[bytes], message: BaseModel, body: bytes = b"") -> None:
    """Writes one message whole and flushes; OSError where nobody reads any more."""
    text = message.model_dump_json().encode()
    stream.write(_LENGTHS.pack(len(text), len(body)) + text)
    if body:
        stream.write(body)
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[bytes, bytes] | None:
    """The next message's JSON and bytes; None at the end of the pipe. Raises BrokenFrame."""
    lengths = stream.read(_LENGTHS.size)
    if not lengths:
        return None
    if len(lengths) < _LENGTHS.size:
        raise BrokenFrame("the pipe ended within a length")
    text_length, body_length = _LENGTHS.unpack(lengths)
    if text_length > MAX_JSON or body_length > MAX_BODY:
        raise BrokenFrame(f"a message of {text_length} and {body_length} bytes")
    return _exactly(stream, text_length), _exactly(stream, body_length)


def _exactly(stream: IO[bytes], count: int) -> bytes:
    found = stream.read(count)
    if len(found) < count:
        raise BrokenFrame("the pipe ended within a message")
    return found
