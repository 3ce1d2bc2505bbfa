"""Vectors computed at set-up: used where the text is the same, else computed."""

from __future__ import annotations

import pytest

from engine.knowledge.prepared import Prepared, prepare, read_vectors
from tests.helpers.words import WordModel

pytestmark = pytest.mark.unit


@pytest.fixture
def file(tmp_path):
    return tmp_path / "vectors.npz"


def test_that_prepared_texts_are_not_computed_again(file, model):
    prepare(["a b", "c"], file, model)
    fresh = WordModel()
    vectors = Prepared(file, fresh).embed(["c", "new words", "a b"])
    assert fresh.read == ["new words"]
    expected = WordModel().embed(["c", "new words", "a b"])
    for got, wanted in zip(vectors, expected, strict=True):
        assert got == pytest.approx(wanted, abs=1e-6)


def test_that_preparing_again_computes_what_is_new_and_forgets_what_left(file, model):
    assert prepare(["a", "b"], file, model) == 2
    model.read.clear()
    assert prepare(["b", "c"], file, model) == 1
    assert model.read == ["c"]
    assert len(read_vectors(file)) == 2


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 damaged"])
def test_that_a_missing_or_damaged_file_costs_computing_only(file, model, content):
    if content is not None:
        file.write_bytes(content)
    assert Prepared(file, model).embed(["a"]) == WordModel().embed(["a"])
    assert prepare(["a"], file, model) == 1


def test_that_the_file_is_not_read_where_nothing_is_asked(file, model):
    file.write_bytes(b"damaged")
    assert Prepared(file, model).embed([]) == ()
