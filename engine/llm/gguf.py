"""What a GGUF file says of its model: the header alone, by a reader of our own.

The ``gguf`` package does the same but imports numpy and maps every tensor, which takes half a
second; a person who drops a file waits for this. A header is input from outside: every count in
it is checked before it is believed.
"""

from __future__ import annotations

import math
import os
import re
import struct
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from engine.llm.errors import ModelUnusable

MAGIC: Final = b"GGUF"
VERSIONS: Final = (2, 3)
MOST_KEYS: Final = 4_096
MOST_TENSORS: Final = 100_000
MOST_ITEMS: Final = 4_000_000
"""Of an array; the largest vocabularies have 300,000 tokens."""

MOST_TEXT: Final = 4_000_000
KEPT_ITEMS: Final = 512
"""Longer arrays are vocabularies, which nobody here reads; per-layer numbers are shorter."""

_SCALARS: Final = {
    0: "<B",
    1: "<b",
    2: "<H",
    3: "<h",
    4: "<I",
    5: "<i",
    6: "<f",
    7: "<?",
    10: "<Q",
    11: "<q",
    12: "<d",
}
_STRING, _ARRAY = 8, 9

# name, values in a block, bytes of a block (ggml's own table)
_KINDS: Final = {
    0: ("F32", 1, 4),
    1: ("F16", 1, 2),
    2: ("Q4_0", 32, 18),
    3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34),
    9: ("Q8_1", 32, 40),
    10: ("Q2_K", 256, 84),
    11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210),
    15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66),
    17: ("IQ2_XS", 256, 74),
    18: ("IQ3_XXS", 256, 98),
    19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18),
    21: ("IQ3_S", 256, 110),
    22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136),
    29: ("IQ1_M", 256, 56),
    30: ("BF16", 1, 2),
    34: ("TQ1_0", 256, 54),
    35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17),
}


@dataclass(frozen=True)
class ModelFile:
    """A language model as its file describes it; sizes in bytes.

    ``kv_bytes_per_token`` is what one token of context takes in memory, with 16-bit keys and
    values. ``chat_template`` is empty where the file has none.
    """

    path: Path
    name: str
    architecture: str
    parameters: int
    quantisation: str
    context_tokens: int
    kv_bytes_per_token: int
    size: int
    chat_template: str

    @property
    def title(self) -> str:
        """``SmolLM2-135M-Instruct, Q4_1``."""
        return f"{self.name}, {self.quantisation}"


def read_model_file(path: Path) -> ModelFile:
    """The file's header. Raises ModelUnusable: none, damaged, cut off, or no language model."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            return _read(path, _Header(file, size), size)
    except OSError as error:
        raise ModelUnusable(
            f"The model file {path} cannot be read: {error.strerror}.",
            "Choose another file on the Settings page.",
        ) from error
    except (_Damaged, struct.error, UnicodeDecodeError, OverflowError) as error:
        raise ModelUnusable(
            f"{path.name} is no GGUF file that can be used: {error}.",
            "Fetch the file again, or choose another one.",
        ) from None


class _Damaged(Exception):
    """The header contradicts itself or the file's size."""


class _Header:
    """Reads values one after the other, never past the end of the file."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size

    @property
    def position(self) -> int:
        return self._file.tell()

    def bytes(self, count: int) -> bytes:
        found = self._file.read(count) if count <= self._size else b""
        if len(found) != count:
            raise _Damaged("it ends in the middle of its header")
        return found

    def number(self, form: str) -> Any:
        (value,) = struct.unpack(form, self.bytes(struct.calcsize(form)))
        return value

    def count(self, most: int, what: str) -> int:
        value: int = self.number("<Q")
        if value > most:
            raise _Damaged(f"it claims to have {value:,} {what}")
        return value

    def text(self) -> str:
        return self.bytes(self.count(MOST_TEXT, "characters in one text")).decode(errors="replace")

    def value(self, kind: int) -> Any:
        if kind == _STRING:
            return self.text()
        if kind == _ARRAY:
            return self._array()
        if kind not in _SCALARS:
            raise _Damaged(f"it has a value of the unknown kind {kind}")
        return self.number(_SCALARS[kind])

    def _array(self) -> Any:
        """Its items, where they are few; of a long one nothing."""
        kind = self.number("<I")
        count = self.count(MOST_ITEMS, "items in one list")
        if kind == _STRING:
            return self._texts(count)
        if kind not in _SCALARS:
            raise _Damaged(f"it has a list of the unknown kind {kind}")
        form = _SCALARS[kind]
        raw = self.bytes(count * struct.calcsize(form))
        if count > KEPT_ITEMS:
            return None
        return [value for (value,) in struct.iter_unpack(form, raw)]

    def _texts(self, count: int) -> None:
        for _ in range(count):
            self.bytes(self.count(MOST_TEXT, "characters in one text"))


def _read(path: Path, header: _Header, size: int) -> ModelFile:
    if header.bytes(4) != MAGIC:
        raise _Damaged("it does not begin as one")
    version = header.number("<I")
    if version not in VERSIONS:
        raise _Damaged(f"its version is {version}")
    tensors = header.count(MOST_TENSORS, "tensors")
    keys = header.count(MOST_KEYS, "keys")
    facts = {header.text(): header.value(header.number("<I")) for _ in range(keys)}
    parameters, needed, kinds = _tensors(header, tensors)
    if size < header.position + needed:
        raise _Damaged(f"it is cut off: {size:,} of at least {header.position + needed:,} bytes")
    return _described(path, facts, parameters, kinds, size)


def _tensors(header: _Header, count: int) -> tuple[int, int, Counter[str]]:
    """Parameters, bytes of all tensors, and how many parameters each kind has."""
    parameters = needed = 0
    kinds: Counter[str] = Counter()
    for _ in range(count):
        header.text()
        dimensions = header.number("<I")
        if dimensions > 8:
            raise _Damaged(f"it has a tensor of {dimensions} dimensions")
        values = math.prod(header.number("<Q") for _ in range(dimensions))
        kind = header.number("<I")
        header.number("<Q")
        name, block, bytes_of_block = _KINDS.get(kind, (f"kind {kind}", 1, 0))
        parameters += values
        needed += values // block * bytes_of_block
        kinds[name] += values
    return parameters, needed, kinds


def _described(
    path: Path, facts: dict[str, Any], parameters: int, kinds: Counter[str], size: int
) -> ModelFile:
    architecture = str(facts.get("general.architecture", ""))

    def number(key: str, default: int) -> int:
        value = facts.get(f"{architecture}.{key}", default)
        value = max(value, default=0) if isinstance(value, list) else value
        return int(value) if isinstance(value, int | float) and value > 0 else default

    layers = number("block_count", 0)
    if not layers or not kinds:
        raise _Damaged("it holds no layers of a language model")
    if facts.get(f"{architecture}.pooling_type") is not None or "bert" in architecture:
        raise _Damaged("it turns text into vectors and does not write any")
    if int(facts.get("split.count") or 0) > 1:
        raise _Damaged("it is one part of several; join them with llama.cpp's gguf-split")
    heads = number("attention.head_count", 1)
    width = number("embedding_length", 0) // heads
    key, value = number("attention.key_length", width), number("attention.value_length", width)
    return ModelFile(
        path=path,
        name=_name(facts, path),
        architecture=architecture,
        parameters=parameters,
        quantisation=kinds.most_common(1)[0][0],
        context_tokens=number("context_length", 2_048),
        kv_bytes_per_token=layers * number("attention.head_count_kv", heads) * (key + value) * 2,
        size=size,
        chat_template=str(facts.get("tokenizer.chat_template") or ""),
    )


def _name(facts: dict[str, Any], path: Path) -> str:
    """The file's name without its quantisation: people know a model by it.

    What the header calls the model is often the name of a training run.
    """
    named = re.sub(r"[.-](I?Q\d\w*|B?F16|F32)$", "", path.stem, flags=re.IGNORECASE)
    told = str(facts.get("general.name") or "").strip()
    return told if told and named.lower() in ("model", "ggml-model") else named
