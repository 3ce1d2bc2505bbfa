"""Small GGUF files, written by hand."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

CHAT: dict[str, Any] = {
    "general.architecture": "llama",
    "general.name": "run 17",
    "llama.block_count": 2,
    "llama.context_length": 2048,
    "llama.embedding_length": 64,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
    "tokenizer.chat_template": "{{ messages }}",
    "tokenizer.ggml.tokens": ["a", "b"],
    "tokenizer.ggml.scores": [0.5] * 600,
}
TENSORS = (("token_embd.weight", (64, 32), 2), ("output_norm.weight", (64,), 0))


def text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def value(content: Any) -> bytes:
    match content:
        case str():
            return struct.pack("<I", 8) + text(content)
        case int():
            return struct.pack("<II", 4, content)
        case [str(), *_]:
            head = struct.pack("<IIQ", 9, 8, len(content))
            return head + b"".join(map(text, content))
        case [float(), *_]:
            head = struct.pack("<IIQ", 9, 6, len(content))
            return head + struct.pack(f"<{len(content)}f", *content)
        case [int(), *_]:
            head = struct.pack("<IIQ", 9, 4, len(content))
            return head + struct.pack(f"<{len(content)}I", *content)
    raise AssertionError(content)


def gguf(facts: dict[str, Any] | None = None, data: int = 2_000, version: int = 3) -> bytes:
    """A header of those facts over the usual ones (None takes one away), and some data."""
    merged = {k: v for k, v in {**CHAT, **(facts or {})}.items() if v is not None}
    made = b"GGUF" + struct.pack("<IQQ", version, len(TENSORS), len(merged))
    made += b"".join(text(key) + value(content) for key, content in merged.items())
    for name, shape, kind in TENSORS:
        made += text(name) + struct.pack("<I", len(shape))
        made += struct.pack(f"<{len(shape)}Q", *shape) + struct.pack("<IQ", kind, 0)
    return made + bytes(data)


def write(path: Path, facts: dict[str, Any] | None = None) -> Path:
    """One that can be read, at ``path``."""
    path.write_bytes(gguf(facts))
    return path
