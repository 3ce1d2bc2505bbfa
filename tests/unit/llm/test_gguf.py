"""What a model file says of itself, and files that lie."""

from __future__ import annotations

import struct

import pytest

from engine.llm.errors import ModelUnusable
from engine.llm.gguf import read_model_file
from tests.unit.llm.gguf_file import gguf, text, write

pytestmark = pytest.mark.unit


def test_that_the_header_is_read(tmp_path):
    file = read_model_file(write(tmp_path / "Tiny-Chat.Q4_0.gguf"))
    assert (file.name, file.title) == ("Tiny-Chat", "Tiny-Chat, Q4_0")
    assert (file.architecture, file.parameters) == ("llama", 64 * 32 + 64)
    assert file.context_tokens == 2048
    assert file.kv_bytes_per_token == 2 * 2 * (16 + 16) * 2
    assert file.chat_template == "{{ messages }}"
    assert file.size == file.path.stat().st_size


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Qwen2.5-3B-Instruct-Q4_K_M.gguf", "Qwen2.5-3B-Instruct"),
        ("phi.BF16.gguf", "phi"),
        ("gemma-IQ3_XXS.gguf", "gemma"),
        ("model.gguf", "run 17"),
    ],
)
def test_that_a_model_is_called_what_people_call_it(tmp_path, name, shown):
    assert read_model_file(write(tmp_path / name)).name == shown


def test_that_heads_that_differ_by_layer_are_counted_by_the_largest(tmp_path):
    facts = {"llama.attention.head_count_kv": [1, 3], "tokenizer.chat_template": None}
    file = read_model_file(write(tmp_path / "m.gguf", facts))
    assert file.kv_bytes_per_token == 2 * 3 * (16 + 16) * 2
    assert file.chat_template == ""


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "ends in the middle"),
        (b"PK\x03\x04" + bytes(100), "does not begin as one"),
        (gguf(version=1), "version is 1"),
        (gguf()[:200], "ends in the middle"),
        (gguf(data=10), "cut off"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1, 1 << 60), "claims to have"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 1), "claims to have"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1 << 62), "claims to have"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + b"\xff" * 4, "unknown kind"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 0), "no layers"),
        (gguf({"general.architecture": "bert"}), "no layers"),
        (gguf({"general.architecture": "bert", "bert.block_count": 6}), "turns text into vectors"),
        (gguf({"split.count": 3}), "one part of several"),
    ],
)
def test_that_what_cannot_be_used_is_refused_with_its_reason(tmp_path, content, says):
    path = tmp_path / "dropped.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelUnusable, match=f"dropped.gguf is no GGUF.*{says}"):
        read_model_file(path)


def test_that_a_nested_list_cannot_take_the_reader_deep(tmp_path):
    nested = struct.pack("<IIQ", 9, 9, 1) * 5_000
    path = tmp_path / "deep.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + nested)
    with pytest.raises(ModelUnusable, match="unknown kind"):
        read_model_file(path)


def test_that_a_file_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(ModelUnusable, match="cannot be read: No such file"):
        read_model_file(tmp_path / "gone.gguf")
    with pytest.raises(ModelUnusable, match="cannot be read: Is a directory"):
        read_model_file(tmp_path)
