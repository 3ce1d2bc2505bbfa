"""Start order."""

from __future__ import annotations

import pytest

from engine.supervisor.order import levels

pytestmark = pytest.mark.unit


def test_that_dependencies_come_first_and_independent_ones_together():
    found = levels({"generator": ("broker",), "pipeline": ("broker",), "broker": ()})
    assert found == (("broker",), ("generator", "pipeline"))


def test_that_an_unknown_dependency_is_a_bug():
    with pytest.raises(AssertionError, match="vectors"):
        levels({"broker": ("vectors",)})
