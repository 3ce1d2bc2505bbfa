"""Whether a model file can be loaded on this computer, asked before it is tried.

llama.cpp itself would be ended by the system when memory runs out, and with it whatever else the
kernel picks; on a processor without AVX2 it ends with an illegal instruction.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from engine.llm.errors import ModelUnusable
from engine.llm.gguf import ModelFile

WORKING_BYTES: Final = 150_000_000
"""Measured: runtime, tokenizer and compute buffers beside weights and context."""

SPARE_BYTES: Final = 300_000_000
"""Left for the services, whose memory moves."""


@dataclass(frozen=True)
class Computer:
    """What matters of this one; ``avx2`` is True where the processor needs no such thing."""

    available_bytes: int
    avx2: bool


def this_computer() -> Computer:
    """As it is now."""
    return Computer(psutil.virtual_memory().available, _has_avx2())


def _has_avx2() -> bool:
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return True
    try:
        facts = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True  # not Linux: what is sold there has had it for ten years
    return " avx2" in facts


def needed_bytes(model: ModelFile, context_tokens: int) -> int:
    """Weights, keys and values of the context, and what llama.cpp needs to work."""
    return model.size + context_tokens * model.kv_bytes_per_token + WORKING_BYTES


def check_processor(computer: Computer) -> None:
    """Raises ModelUnusable."""
    if not computer.avx2:
        raise ModelUnusable(
            "This computer's processor has no AVX2, which local language models need.",
            "Use a model service: enter its address and key on the Settings page.",
        )


def check_fits(model: ModelFile, context_tokens: int, computer: Computer) -> None:
    """Raises ModelUnusable, with what would help."""
    check_processor(computer)
    needed, free = needed_bytes(model, context_tokens), computer.available_bytes
    if free < needed + SPARE_BYTES:
        raise ModelUnusable(
            f"{model.title} needs {needed / 1e9:,.1f} GB of memory, and {free / 1e9:,.1f} GB are "
            "free.",
            "Close other programs, lower the context on the Settings page, or choose a smaller "
            "model file.",
        )


def context_for(model: ModelFile, wanted: int) -> int:
    """Tokens of context to load it with: never more than it was trained for."""
    return min(model.context_tokens, wanted)
