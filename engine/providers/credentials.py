"""The embedded broker's identity and passwords, made once for each installation (0600)."""

from __future__ import annotations

import base64
import json
import secrets
import uuid
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.errors import ProviderError
from engine.platform import write_private

USERNAME = "lakehouse"
CONTROLLER_USERNAME = "controller"


class BrokerIdentity(BaseModel):
    """Who this broker is and who may talk to it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    cluster_id: str
    password: str
    """Of USERNAME, for clients."""
    controller_password: str
    """Of CONTROLLER_USERNAME, which only the broker itself uses."""


def load_or_create(path: Path) -> BrokerIdentity:
    """The stored identity, or a new one; ProviderError where the stored one is unreadable."""
    try:
        return BrokerIdentity.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        identity = _create()
        write_private(path, identity.model_dump_json())
        return identity
    except (OSError, ValueError, ValidationError) as err:
        raise ProviderError(
            f"The broker's credentials in {path} cannot be read: {type(err).__name__}.",
            "Restore the file from a backup, or move the folder around it away to start with an "
            "empty broker (the lake keeps all that was processed).",
        ) from None  # the error's own text would show the file's content


def _create() -> BrokerIdentity:
    return BrokerIdentity(
        cluster_id=_cluster_id(),
        # Hexadecimal only: it goes through properties, JAAS and argument files unquoted.
        password=secrets.token_hex(24),
        controller_password=secrets.token_hex(24),
    )


def _cluster_id() -> str:
    """A UUID as Kafka writes it: never with a dash first, which its tool takes for an option."""
    while True:
        made = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not made.startswith("-"):
            return made
