"""Weighted draws."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from engine.generator.draws import Draw, FieldDraw, zipf
from engine.generator.profile import Choice

pytestmark = pytest.mark.unit


def test_that_a_draw_follows_its_weights_and_never_draws_a_zero() -> None:
    draw, rng = Draw([("never", 0), ("often", 3), ("seldom", 1), ("nor this", 0)]), Random(1)
    drawn = Counter(draw(rng) for _ in range(4000))
    assert set(drawn) == {"often", "seldom"}
    assert drawn["often"] / drawn["seldom"] == pytest.approx(3, rel=0.2)


def test_that_low_ranks_are_drawn_most() -> None:
    draw, rng = zipf(1000, 1.0), Random(1)
    drawn = Counter(draw(rng) for _ in range(5000))
    assert drawn[0] > drawn[9] > drawn[400]


def test_that_a_field_may_depend_on_another() -> None:
    draw = FieldDraw(Choice(by="referrer", cases={"google": {"brand": 1}, "direct": {"": 1}}))
    rng = Random(1)
    assert draw(rng, {"referrer": "google"}) == "brand"
    assert draw(rng, {"referrer": "direct"}) is None
    assert draw(rng, {"referrer": "elsewhere"}) is None


def test_that_values_have_their_field_s_type() -> None:
    rng = Random(1)
    assert FieldDraw(Choice(weights={"2": 1}, type="integer"))(rng, {}) == 2
    assert FieldDraw(Choice(weights={"0.5": 1}, type="double"))(rng, {}) == 0.5
