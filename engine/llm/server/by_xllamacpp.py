"""xllamacpp: llama.cpp's own OpenAI-compatible server, in this process."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from engine.llm.server.config import WorkerConfig

_kept: list[Any] = []
"""The server lives as long as its object."""


def serve(config: WorkerConfig) -> int:
    """See ``worker.Serve``."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = config.model
    params.model_alias = {config.name}
    params.n_ctx = config.context_tokens
    params.n_parallel = 1  # one person asks; a second place would halve the context
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [config.api_key]
    params.n_gpu_layers = 0  # the wheel has no GPU code, and asking for one only takes time
    params.warmup = False
    params.ui = False
    params.endpoint_slots = False
    params.cache_ram_mib = 0  # old prompts are not kept beside the one in the context
    params.verbosity = 1
    for threads in (params.cpuparams, params.cpuparams_batch):
        threads.n_threads = config.threads
        threads.poll = 0  # waiting threads must not keep the pipeline's cores busy
    server = xllamacpp.Server(params)
    _kept.append(server)
    port = urlsplit(str(server.listening_address)).port
    assert port is not None, "it listens on a port"
    return port
