"""What the ``openai`` client raises, as errors of ours."""

from __future__ import annotations

import datetime as dt
import email.utils
from collections.abc import Mapping
from typing import Any, Final

from engine.llm.endpoint import Endpoint
from engine.llm.errors import (
    BadAnswer,
    KeyRefused,
    ModelError,
    ModelUnusable,
    NotReachable,
    RateLimited,
    RequestRefused,
    TooLong,
    TooSlow,
)

UNUSABLE: Final = "model_unusable"
"""How our own server marks an error that is a sentence for a person."""

_SHOWN: Final = 300
_SETTINGS: Final = "Check address, key and model on the Settings page."
_TOO_LONG: Final = ("context_length", "context length", "context size", "context window")


def translate(error: Exception, endpoint: Endpoint) -> ModelError:
    """The error with its sentence; it never holds the key."""
    from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

    host = endpoint.host
    if isinstance(error, ModelError):
        return error
    if isinstance(error, APITimeoutError):
        return TooSlow(f"The language model at {host} does not answer in time.", _network(endpoint))
    if isinstance(error, APIConnectionError):
        cause = str(error.__cause__ or "") or str(error)
        return NotReachable(
            f"The language model at {host} cannot be reached: {cause}.",
            _network(endpoint),
        )
    if isinstance(error, APIStatusError):
        own = _unusable(error.body) if endpoint.local else None
        return own or _of_status(
            error.status_code, _said(error.body), error.response.headers, endpoint
        )
    if isinstance(error, APIError):  # an error object in mid-stream
        return NotReachable(
            f"The language model at {host} broke off: {_said(error.body)}.", "Try again."
        )
    if type(error).__module__.startswith(("httpx2", "httpcore2")):
        return NotReachable(
            f"The connection to the language model at {host} broke: {error}.", _network(endpoint)
        )
    # ValueError: JSON that is none; AttributeError, TypeError: JSON of another shape.
    return BadAnswer(
        f"What {host} answers is not what a language model says ({type(error).__name__}).",
        "Check the address on the Settings page: it mostly ends in /v1.",
    )


def _unusable(body: Any) -> ModelUnusable | None:
    """What our own server says of a model that cannot be loaded, with its remedy."""
    if isinstance(body, dict) and body.get("type") == UNUSABLE:
        return ModelUnusable(str(body.get("message")), str(body.get("remedy")))
    return None


def _of_status(
    status: int, said: str, headers: Mapping[str, str], endpoint: Endpoint
) -> ModelError:
    host = endpoint.host
    if status in (401, 403):
        return KeyRefused(
            f"{host} refuses the API key (HTTP {status}).", "Enter it again on the Settings page."
        )
    if status == 429:
        return _rate_limited(said, headers, endpoint)
    if status == 408:
        return TooSlow(f"The language model at {host} does not answer in time.", "Try again.")
    if status >= 500:
        made = NotReachable(
            f"The language model at {host} has a fault of its own (HTTP {status}): {said}.",
            "Try again later." if not endpoint.local else "The language model's log says more.",
        )
        made.retry_after_s = retry_after(headers)
        return made
    if any(word in said.lower() for word in _TOO_LONG):
        return TooLong(
            f"The question and what belongs to it are too long for the model: {said}.",
            "Begin a new conversation, or choose a model with a larger context.",
        )
    return RequestRefused(f"{host} refuses the request (HTTP {status}): {said}.", _SETTINGS)


def _rate_limited(said: str, headers: Mapping[str, str], endpoint: Endpoint) -> ModelError:
    if "insufficient_quota" in said or "exceeded your current quota" in said:
        return KeyRefused(
            f"The account at {endpoint.host} has no credit left: {said}.",
            "Add credit there, or use another key on the Settings page.",
        )
    wait = retry_after(headers)
    when = "" if wait is None else f" for {wait:,.0f} s"
    return RateLimited(
        f"{endpoint.host} allows no more requests{when}: {said}.", "Try again later.", wait
    )


def retry_after(headers: Mapping[str, str], now: dt.datetime | None = None) -> float | None:
    """Seconds from ``Retry-After`` (a number or a date) or ``retry-after-ms``; None without."""
    try:
        return max(0.0, float(headers["retry-after-ms"]) / 1000)
    except (KeyError, ValueError):
        pass
    value = headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        seconds = _until(value, now)
    # NaN and infinity are numbers too.
    return seconds if 0 <= seconds < 1e9 else None


def _until(value: str, now: dt.datetime | None) -> float:
    try:
        when = email.utils.parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return -1.0
    if when.tzinfo is None:
        when = when.replace(tzinfo=dt.UTC)
    return max(0.0, (when - (now or dt.datetime.now(dt.UTC))).total_seconds())


def _said(body: Any) -> str:
    """The service's own words, shortened, on one line."""
    inner = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(inner, dict):
        parts = [str(inner[key]) for key in ("message", "code", "param") if inner.get(key)]
        inner = ", ".join(parts) or str(inner)
    text = " ".join(str(inner or "no reason is given").split()).rstrip(".")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _network(endpoint: Endpoint) -> str:
    if endpoint.local:
        return "See the language model's log on the Services page."
    return "Check the network and the address on the Settings page."
