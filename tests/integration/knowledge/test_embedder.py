"""The real model under llama.cpp: it means what all-MiniLM-L6-v2 means."""

from __future__ import annotations

import socket
import time

import numpy as np
import psutil
import pytest

from engine.contracts.knowledge import VECTOR_SIZE
from engine.knowledge.embedder import MiniLM
from engine.knowledge.errors import EmbeddingFailed
from engine.knowledge.prepare import shipped, texts_of
from engine.provision.models import minilm, model_store

pytestmark = pytest.mark.integration

PAIRS = (
    ("What is the revenue by country?", "How much did each nation sell?"),
    ("Which products are returned most?", "What do people send back most often?"),
    ("Is the pipeline slow?", "How long does processing take?"),
    ("How many people leave their cart?", "cart abandonment"),
    ("forecast of the next hour", "what will the coming sixty minutes bring"),
)
"""The same thing in other words; each is nearer to its twin than to any other."""


def listening() -> set[tuple[str, int]]:
    """Where this process accepts connections."""
    found = psutil.Process().net_connections("inet")
    return {c.laddr for c in found if c.type == socket.SOCK_STREAM and c.status == "LISTEN"}


@pytest.fixture(scope="module")
def others() -> set[tuple[str, int]]:
    """Where it did before there was a model: tests of other files leave servers behind."""
    return listening()


@pytest.fixture(scope="module")
def model(others: set[tuple[str, int]]) -> MiniLM:
    return MiniLM(minilm())


def cosines(model: MiniLM, *texts: str) -> np.ndarray:
    vectors = np.asarray(model.embed(texts))
    return np.asarray(vectors @ vectors.T)


def test_that_it_agrees_with_what_is_published_of_the_model(model) -> None:
    """The example of the model's own page; 8-bit weights move the third digit."""
    found = cosines(
        model,
        *("That is a happy person", "That is a happy dog"),
        *("That is a very happy person", "Today is a sunny day"),
    )
    assert found[0, 1:] == pytest.approx([0.695, 0.943, 0.257], abs=0.015)


def test_that_vectors_have_length_one_and_the_right_size(model) -> None:
    (vector,) = model.embed(["a few words"])
    assert len(vector) == VECTOR_SIZE
    assert np.linalg.norm(vector) == pytest.approx(1.0)


def test_that_a_question_is_nearest_to_the_same_question_in_other_words(model) -> None:
    left = np.asarray(model.embed([pair[0] for pair in PAIRS]))
    right = np.asarray(model.embed([pair[1] for pair in PAIRS]))
    assert (left @ right.T).argmax(axis=1).tolist() == list(range(len(PAIRS)))


def test_that_case_and_accents_do_not_matter(model) -> None:
    assert cosines(model, "Café REVENUE", "cafe revenue")[0, 1] == pytest.approx(1.0, abs=1e-3)


def test_that_a_text_has_the_same_vector_alone_and_among_others(model) -> None:
    texts = [f"average order value of shop number {n}" for n in range(40)]
    assert np.allclose(model.embed(texts), [model.embed([text])[0] for text in texts], atol=1e-5)


@pytest.mark.parametrize("text", ["", "word " * 3000, "1,2;3" * 2000, "ö" * 8000, "\x00\ud83d"])
def test_that_any_text_has_a_vector(model, text) -> None:
    assert len(model.embed([text])) == 1


def test_that_a_short_text_takes_milliseconds(model) -> None:
    """4 ms of one core where it was measured; a busy machine takes what it takes."""
    model.embed(["warm"])
    before = time.process_time()
    model.embed([f"revenue of country number {n}" for n in range(20)])
    assert (time.process_time() - before) / 20 < 0.05


def test_that_nothing_of_it_can_be_reached_from_outside(model, others) -> None:
    model.embed(["up"])
    assert listening() - others == set()


def test_that_a_file_that_is_no_model_is_refused(tmp_path) -> None:
    file = tmp_path / "odd.gguf"
    file.write_bytes(b"GGUF but not really")
    with pytest.raises(EmbeddingFailed, match="rt-lakehouse setup"):
        MiniLM(file)


def test_that_both_models_of_this_installation_are_right() -> None:
    assert model_store().verify(quick=False) == []


def test_that_every_text_of_the_shipped_pack_is_prepared_at_set_up() -> None:
    assert "ecommerce" in shipped()
    assert len(texts_of("ecommerce")) > 100
