"""The environment that children get."""

from __future__ import annotations

import os
from collections.abc import Mapping

BUCKET = "AWS_"
"""What tells Amazon's programs, Spark and delta-rs where a bucket is, and by which keys."""

_HIDDEN = (
    *("OPENAI_", "QDRANT_", "KAFKA_", BUCKET),
    *("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"),
)
_BUCKET_SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def child_env(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours less what no child needs: keys of other services, and options meant for other JVMs."""
    source = os.environ if env is None else env
    kept = {key: value for key, value in source.items() if not key.startswith(_HIDDEN)}
    if not _speaks_utf8(kept):
        kept["LC_ALL"] = "C.UTF-8"  # without, Java cannot open a file with an umlaut in its path
    return kept


def bucket_env(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """What only the pipeline gets beside that, for a lake in a bucket."""
    source = os.environ if env is None else env
    return {key: value for key, value in source.items() if key.startswith(BUCKET)}


def bucket_secrets(env: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Those of its values that must not appear in a log."""
    found = bucket_env(env)
    return tuple(found[name] for name in _BUCKET_SECRETS if found.get(name))


def _speaks_utf8(env: Mapping[str, str]) -> bool:
    chosen = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or ""
    return chosen.upper().replace("-", "").endswith("UTF8")
