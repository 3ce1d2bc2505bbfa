"""How texts are put to llama.cpp and what is made of its answers; it itself is not loaded."""

from __future__ import annotations

from typing import Any

import pytest

from engine.contracts.knowledge import VECTOR_SIZE
from engine.knowledge import embedder
from engine.knowledge.embedder import BATCH, WORDS, MiniLM, shorten
from engine.knowledge.errors import EmbeddingFailed

pytestmark = pytest.mark.unit


class Server:
    """Answers as llama.cpp's server does; a text with more than ``most`` signs is too large."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.most = 10_000
        self.error = "input is too large to process"

    def handle_embeddings(self, request: dict[str, Any]) -> dict[str, Any]:
        texts = request["input"]
        self.asked.append(texts)
        if any(len(text) > self.most for text in texts):
            return {"error": {"message": self.error}}
        vectors = [[float(len(text)), *[0.0] * (VECTOR_SIZE - 1)] for text in texts]
        data = [{"index": i, "embedding": vector} for i, vector in enumerate(vectors)]
        return {"data": list(reversed(data))}


@pytest.fixture
def server(monkeypatch) -> Server:
    server = Server()
    monkeypatch.setattr(embedder, "_load", lambda _model: server)
    return server


@pytest.fixture
def model(server, tmp_path) -> MiniLM:
    return MiniLM(tmp_path)


def test_that_vectors_have_length_one_and_the_order_of_their_texts(model):
    vectors = model.embed(["a", "bb"])
    assert [sum(n * n for n in vector) for vector in vectors] == pytest.approx([1.0, 1.0])


def test_that_many_texts_go_in_batches(model, server):
    assert len(model.embed(["a"] * (BATCH + 1))) == BATCH + 1
    assert [len(texts) for texts in server.asked] == [BATCH, 1]


def test_that_a_text_with_too_many_tokens_is_cut_until_it_fits(model, server):
    server.most = 100
    assert len(model.embed(["x" * 700, "short"])) == 2
    assert max(len(texts[0]) for texts in server.asked[-2:]) <= 100


def test_that_another_refusal_is_told_and_nothing_is_tried_again(model, server):
    server.most, server.error = 0, "no slot"
    with pytest.raises(EmbeddingFailed, match="no slot"):
        model.embed(["a"])
    assert len(server.asked) == 1


@pytest.mark.parametrize("text", ["", "  \n "])
def test_that_an_empty_text_is_something_to_the_model(text):
    assert shorten(text) == "."


def test_that_a_long_text_is_its_beginning():
    assert shorten("word " * 500).split() == ["word"] * WORDS


def test_that_a_model_that_cannot_be_loaded_says_what_to_run(monkeypatch, tmp_path):
    def fail(_model: object) -> object:
        raise RuntimeError("bad magic")

    monkeypatch.setattr(embedder, "_load", fail)
    with pytest.raises(EmbeddingFailed, match=r"bad magic.*rt-lakehouse setup"):
        MiniLM(tmp_path)
