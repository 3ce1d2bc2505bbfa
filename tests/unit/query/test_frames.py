"""Messages on a pipe, whole and broken."""

from __future__ import annotations

import io

import pytest

from engine.contracts.query import QUESTION, Cancel, Sort
from engine.query.frames import BrokenFrame, read_frame, write_frame

pytestmark = pytest.mark.unit


def test_that_messages_come_as_they_were_sent():
    pipe = io.BytesIO()
    write_frame(pipe, Cancel(target=7), b"bytes")
    write_frame(pipe, Sort(id=8, column=None))
    pipe.seek(0)
    first, second = read_frame(pipe), read_frame(pipe)
    assert first is not None
    assert second is not None
    assert (QUESTION.validate_json(first[0]), first[1]) == (Cancel(target=7), b"bytes")
    assert (QUESTION.validate_json(second[0]), second[1]) == (Sort(id=8, column=None), b"")
    assert read_frame(pipe) is None


@pytest.mark.parametrize("kept", [1, 7, 8, 12])
def test_that_a_message_that_was_cut_is_an_error(kept):
    pipe = io.BytesIO()
    write_frame(pipe, Cancel(target=7), b"bytes")
    with pytest.raises(BrokenFrame):
        read_frame(io.BytesIO(pipe.getvalue()[:kept]))


def test_that_lengths_nobody_sends_are_an_error():
    with pytest.raises(BrokenFrame):
        read_frame(io.BytesIO(b"Hello, world of pipes"))
