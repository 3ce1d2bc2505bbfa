"""The body of a request, in the dialect that a service understands.

Every service speaks OpenAI's language a little differently: some know no JSON schema, newer
models want ``max_completion_tokens`` or allow no temperature. A refusal that names such a parameter
changes the dialect, once for all later requests.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from engine.contracts.llm import Message

_INSTRUCTION: Final = (
    "Answer with one JSON object that follows this JSON schema, and with nothing else:\n"
)


@dataclass(frozen=True)
class Dialect:
    """What a service has not refused yet."""

    shape: Literal["json_schema", "json_object", "prompt"] = "json_schema"
    usage: bool = True
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    temperature: bool = True

    def after(self, refusal: str, *, shaped: bool) -> Dialect | None:
        """The dialect to try next; None where the refusal is about something else."""
        text = refusal.lower()
        if self.limit == "max_tokens" and "max_tokens" in text:
            return replace(self, limit="max_completion_tokens")
        if self.temperature and "temperature" in text:
            return replace(self, temperature=False)
        if self.usage and ("stream_options" in text or "include_usage" in text):
            return replace(self, usage=False)
        if shaped and self.shape == "json_schema":
            return replace(self, shape="json_object")
        if shaped and self.shape == "json_object" and ("response_format" in text or "json" in text):
            return replace(self, shape="prompt")
        return None


def make_body(
    model: str,
    messages: Sequence[Message],
    schema: dict[str, Any] | None,
    max_tokens: int,
    dialect: Dialect,
) -> dict[str, Any]:
    """The JSON object that is sent; it holds what the caller gave and nothing else."""
    told = [{"role": each.role, "content": each.content} for each in messages]
    if schema is not None and dialect.shape != "json_schema":
        told = _instructed(told, schema)
    body: dict[str, Any] = {"model": model, "messages": told, dialect.limit: max_tokens}
    if dialect.temperature:
        body["temperature"] = 0
    body["stream"] = True
    if dialect.usage:
        body["stream_options"] = {"include_usage": True}
    if schema is not None and dialect.shape != "prompt":
        body["response_format"] = _format(schema, dialect)
    return body


def _format(schema: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    if dialect.shape == "json_object":
        return {"type": "json_object"}
    named = {"name": "answer", "strict": is_strict(schema), "schema": schema}
    return {"type": "json_schema", "json_schema": named}


def _instructed(told: list[dict[str, str]], schema: dict[str, Any]) -> list[dict[str, str]]:
    """The schema in words of the prompt: into the system's message, where there is one."""
    text = _INSTRUCTION + json.dumps(schema, ensure_ascii=False)
    if told and told[0]["role"] == "system":
        first = {"role": "system", "content": f"{told[0]['content']}\n\n{text}"}
        return [first, *told[1:]]
    return [{"role": "system", "content": text}, *told]


def is_strict(schema: Any) -> bool:
    """Whether OpenAI's strict mode takes it: closed objects whose every property is required."""
    if isinstance(schema, list):
        return all(is_strict(item) for item in schema)
    if not isinstance(schema, dict):
        return True
    properties = schema.get("properties")
    if isinstance(properties, dict):
        closed = schema.get("additionalProperties") is False
        if not closed or set(schema.get("required", ())) != set(properties):
            return False
        return all(is_strict(item) for item in properties.values())
    return all(is_strict(item) for item in schema.values())
