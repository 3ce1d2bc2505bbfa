"""Which package runs llama.cpp here, and on how many cores."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Final

from engine.llm.errors import ModelUnusable
from engine.llm.server.config import Runtime

PACKAGES: Final[tuple[tuple[Runtime, str], ...]] = (
    ("llama-cpp-python", "llama_cpp"),  # whoever built it did so for this processor
    ("xllamacpp", "xllamacpp"),
)


def runtimes() -> tuple[Runtime, ...]:
    """Those installed, the preferred one first; imports none of them."""
    return tuple(name for name, module in PACKAGES if find_spec(module) is not None)


def find_runtime() -> Runtime:
    """The one to use. Raises ModelUnusable."""
    found = runtimes()
    if not found:
        raise ModelUnusable(
            "Neither llama-cpp-python nor xllamacpp is installed.",
            "Run `rt-lakehouse setup`; on a system without a ready package, see the README.",
        )
    return found[0]


def threads() -> int:
    """Half of the cores, at least one.

    llama.cpp's threads wait for each other at every layer by spinning. Measured on two cores that
    other programs used too: 24–37 tokens/s with one thread, 1.5–4 with two.
    """
    return max(1, (os.cpu_count() or 1) // 2)
