"""Whether a model fits this computer."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.llm.errors import ModelUnusable
from engine.llm.fits import SPARE_BYTES, Computer, check_fits, context_for, needed_bytes
from engine.llm.fits import this_computer as look
from engine.llm.gguf import ModelFile

pytestmark = pytest.mark.unit

SEVEN_B = ModelFile(
    path=Path("Mistral-7B.Q4_K.gguf"),
    name="Mistral-7B",
    architecture="llama",
    parameters=7_000_000_000,
    quantisation="Q4_K",
    context_tokens=32_768,
    kv_bytes_per_token=131_072,
    size=4_100_000_000,
    chat_template="",
)


def test_that_weights_context_and_room_to_work_are_counted():
    assert needed_bytes(SEVEN_B, 4096) == 4_100_000_000 + 4096 * 131_072 + 150_000_000


def test_that_it_loads_with_room_to_spare_and_not_with_a_byte_less():
    enough = needed_bytes(SEVEN_B, 4096) + SPARE_BYTES
    check_fits(SEVEN_B, 4096, Computer(enough, avx2=True))
    with pytest.raises(ModelUnusable, match=r"Mistral-7B, Q4_K needs 4\.8 GB.*5\.1 GB are free"):
        check_fits(SEVEN_B, 4096, Computer(enough - 1, avx2=True))


def test_that_a_processor_without_avx2_is_told_before_it_crashes():
    with pytest.raises(ModelUnusable, match="no AVX2"):
        check_fits(SEVEN_B, 4096, Computer(10**12, avx2=False))


def test_that_the_context_is_never_larger_than_the_model_was_trained_for():
    assert context_for(SEVEN_B, 4096) == 4096
    assert context_for(SEVEN_B, 100_000) == 32_768


def test_that_this_computer_has_memory():
    assert look().available_bytes > 0
