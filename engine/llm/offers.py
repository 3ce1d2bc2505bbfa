"""Which models a language model service offers: its ``GET /models``, by the standard library.

It is how a service proves that it is there and takes the key. The ``openai`` client would do it
too, but importing it takes half a second, which a start must not.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any, Final

from engine.errors import LakehouseError
from engine.llm.endpoint import OPENAI, is_loopback

PATIENCE_S: Final = 5.0
MOST_BYTES: Final = 4_000_000


class ModelServiceSilent(LakehouseError):
    """The service gave no list of models; ``status`` is that of its answer, None without one."""

    def __init__(self, message: str, remedy: str, status: int | None = None) -> None:
        super().__init__(message, remedy)
        self.status = status


@dataclass(frozen=True)
class ModelsAnswer:
    """Names of the models on offer, sorted."""

    url: str
    names: tuple[str, ...]
    elapsed_ms: float


def list_models(
    base_url: str | None, key: str | None, patience_s: float = PATIENCE_S
) -> ModelsAnswer:
    """Asks the service. Raises ModelServiceSilent: no answer, a refused key, or no such list."""
    url = f"{(base_url or OPENAI).rstrip('/')}/models"
    if not url.startswith(("http://", "https://")):
        raise ModelServiceSilent(
            f"{url} is no web address.", "It begins with http:// or https://, mostly ends in /v1."
        )
    headers = {"Accept": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
    start = time.monotonic()
    names = _names(url, _fetch(url, headers, patience_s))
    return ModelsAnswer(url, names, (time.monotonic() - start) * 1000)


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an error: it would take the key along to another address."""

    def redirect_request(self, *_args: Any) -> None:
        """None: it is not followed."""


def _fetch(url: str, headers: dict[str, str], patience_s: float) -> bytes:
    # A company's proxy must not be asked for this computer.
    proxies = urllib.request.ProxyHandler({} if is_loopback(url) else None)
    opener = urllib.request.build_opener(proxies, _Stay)
    try:
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 -- http(s) was checked
        with opener.open(request, timeout=patience_s) as answer:
            body: bytes = answer.read(MOST_BYTES)
            return body
    except urllib.error.HTTPError as err:
        code = err.code
        err.close()
        raise _refused(url, code) from None
    except (OSError, ValueError) as err:
        reason = getattr(err, "reason", None) or err
        raise ModelServiceSilent(
            f"{url} does not answer: {reason}.",
            "Check the address and the network; a proxy is taken from HTTPS_PROXY.",
        ) from None


def _refused(url: str, code: int) -> ModelServiceSilent:
    if code in (401, 403):
        return ModelServiceSilent(
            f"{url} refuses the API key (HTTP {code}).",
            "Enter the key again, or make a new one.",
            code,
        )
    return ModelServiceSilent(
        f"{url} answers with HTTP {code}.", "Check the address: it mostly ends in /v1.", code
    )


def _names(url: str, body: bytes) -> tuple[str, ...]:
    try:
        data: Any = json.loads(body)
        return tuple(sorted(str(model["id"]) for model in data["data"]))
    except (ValueError, KeyError, TypeError):
        raise ModelServiceSilent(
            f"{url} answers, but not with a list of models.",
            "Check the address: it mostly ends in /v1.",
        ) from None
