"""What the front and its worker are told."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Runtime = Literal["llama-cpp-python", "xllamacpp"]


class ServerConfig(BaseModel):
    """Of the front, in a file of mode 0600."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    """Path of the GGUF file."""
    runtime: Runtime
    port: int = Field(ge=1, le=65_535)
    api_key: str = Field(min_length=16, repr=False)
    context_tokens: int = Field(ge=256)
    threads: int = Field(ge=1)
    idle_s: float = Field(gt=0)
    quiet: bool = False
    """A standby's model coming and going says nothing about the service it stands by for."""


class WorkerConfig(BaseModel):
    """Of a worker, as one line on its stdin."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    name: str
    """What the model is called in answers."""
    runtime: Runtime
    api_key: str = Field(min_length=16, repr=False)
    context_tokens: int
    threads: int


class WorkerReady(BaseModel):
    """What a worker says once, on its stdout, when it listens: a port, or why it cannot."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    port: int = 0
    failure: str = ""
