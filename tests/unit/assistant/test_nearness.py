"""A text is embedded once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine.assistant.nearness import KEPT, Nearness

pytestmark = pytest.mark.unit


def test_that_only_new_texts_are_embedded_and_what_is_kept_is_bounded() -> None:
    asked: list[int] = []

    def embed(texts: Sequence[str]) -> tuple[tuple[float, ...], ...]:
        asked.append(len(texts))
        return tuple((float(len(text)),) for text in texts)

    near = Nearness(embed)
    assert near(["a", "bb", "a"]) == ((1.0,), (2.0,), (1.0,))
    assert near(["bb", "ccc"]) == ((2.0,), (3.0,))
    assert near(["a"]) == ((1.0,),)
    assert asked == [2, 1]
    many = [str(n) for n in range(KEPT)]
    assert near(many) == tuple((float(len(text)),) for text in many)
    assert near(["a", *many[:2]])[0] == (1.0,)
    assert max(asked) == KEPT
