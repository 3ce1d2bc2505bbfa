"""Whether an answer has the shape that was asked for.

Only the part of JSON schema that prompts use is checked: types, enums, required and closed
properties, items, ``anyOf``, ``$ref`` into ``$defs``. What is not known allows everything.
"""

from __future__ import annotations

import json
from typing import Any, Final

from engine.llm.errors import BadAnswer

_SHOWN: Final = 120
_TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def shaped(text: str, schema: dict[str, Any]) -> str:
    """The JSON in ``text`` where it has that shape; BadAnswer."""
    try:
        value = json.loads(found := _json_in(text))
    except (ValueError, RecursionError):
        raise BadAnswer(
            f"The language model was asked for JSON and answered {_quoted(text)}.", _REMEDY
        ) from None
    fault = fault_of(value, schema, schema)
    if fault:
        raise BadAnswer(
            f"The language model's JSON is not as asked: {fault}. It was {_quoted(text)}.", _REMEDY
        )
    return found


_REMEDY: Final = "Ask again in other words, or choose another model on the Settings page."


def fault_of(value: Any, schema: Any, root: dict[str, Any], where: str = "the answer") -> str:
    """What is wrong, in a few words; empty where nothing is."""
    if not isinstance(schema, dict):
        return ""
    if "$ref" in schema:
        return fault_of(value, _resolve(schema["$ref"], root), root, where)
    return (
        _in_choices(value, schema, root, where)
        or _in_type(value, schema, where)
        or _in_parts(value, schema, root, where)
    )


def _in_choices(value: Any, schema: dict[str, Any], root: dict[str, Any], where: str) -> str:
    for key in ("anyOf", "oneOf"):
        faults = [fault_of(value, option, root, where) for option in schema.get(key, ())]
        if faults and "" not in faults:
            return faults[0]
    if "const" in schema and value != schema["const"]:
        return f"{where} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{where} is none of the allowed values"
    return ""


def _in_type(value: Any, schema: dict[str, Any], where: str) -> str:
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        return f"{where} is not of type {' or '.join(kinds)}"
    return ""


def _in_parts(value: Any, schema: dict[str, Any], root: dict[str, Any], where: str) -> str:
    if isinstance(value, dict):
        return _in_object(value, schema, root, where)
    if isinstance(value, list):
        faults = (
            fault_of(item, schema.get("items"), root, f"{where}[{index}]")
            for index, item in enumerate(value)
        )
        return next(filter(None, faults), "")
    return ""


def _in_object(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], at: str) -> str:
    properties = schema.get("properties", {})
    missing = [name for name in schema.get("required", ()) if name not in value]
    if missing:
        return f"{at} lacks {missing[0]}"
    extra = [name for name in value if name not in properties]
    if extra and schema.get("additionalProperties") is False:
        return f"{at} has {extra[0][:40]!r}, which is unknown"
    inner = (
        fault_of(value[name], part, root, name)
        for name, part in properties.items()
        if name in value
    )
    return next(filter(None, inner), "")


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES.get(kind, object))


def _resolve(reference: str, root: dict[str, Any]) -> Any:
    found: Any = root
    for part in reference.removeprefix("#/").split("/"):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _json_in(text: str) -> str:
    """Without the fence or the words that models like to put around it."""
    bare = text.strip()
    if bare.startswith("{"):
        return bare
    start, end = bare.find("{"), bare.rfind("}")
    return bare[start : end + 1] if 0 <= start < end else bare


def _quoted(text: str) -> str:
    bare = " ".join(text[: 4 * _SHOWN].split())
    if not bare:
        return "nothing"
    return repr(bare if len(bare) <= _SHOWN else f"{bare[:_SHOWN]}…")
