"""The service ``llm`` under a real supervisor: starts, falls back, comes back."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.contracts.llm import Message
from engine.contracts.names import State
from engine.contracts.status import ServiceSnapshot
from engine.paths import DataPaths
from engine.providers.choose import Choice
from engine.providers.llm import LanguageModel
from engine.settings import load_settings
from engine.supervisor import Policy, ServiceSpec, Supervisor
from tests.integration.llm.conftest import Local, running
from tests.integration.llm.hostile import error, good, hostile

pytestmark = pytest.mark.integration

HELLO = (Message("user", "Say hello."),)
SCHEMA = {
    "type": "object",
    "properties": {"metric": {"enum": ["revenue", "orders"]}},
    "required": ["metric"],
    "additionalProperties": False,
}
QUICK = Policy(first_delay_s=0.05, max_delay_s=0.1)
SMOL = "SmolLM2-135M-Instruct"


@dataclass
class Service:
    """One supervised language model."""

    paths: DataPaths
    llm: LanguageModel
    supervisor: Supervisor

    @property
    def now(self) -> ServiceSnapshot:
        return self.supervisor.snapshot()[0]

    @property
    def models(self):
        return self.llm.models

    def becomes(self, state: State, restarts: int = 0, seconds: float = 20.0) -> bool:
        deadline = time.monotonic() + seconds
        while self.now.state is not state or self.now.restarts < restarts:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True


@contextmanager
def service(root: Path, model: Path, **env: str) -> Iterator[Service]:
    """Started, and ended with no process left."""
    paths = DataPaths(root).create()
    # As a file of one's own: for the bundled one nobody waits longer than three seconds.
    chosen = {"RTLAKEHOUSE_LOCAL_MODEL": str(model), **env}
    llm = LanguageModel(paths, load_settings(chosen, paths.root))
    supervisor = Supervisor([ServiceSpec("llm", Choice(llm))], paths, policy=QUICK)
    supervisor.run_in_thread()
    supervisor.start()
    try:
        yield Service(paths, llm, supervisor)
    finally:
        supervisor.close()
        assert supervisor.join(20)
        assert not list(paths.run.glob("*.pid*")), "a process is still recorded"


@pytest.fixture(scope="module")
def elsewhere(model_path, tmp_path_factory) -> Iterator[Local]:
    """An OpenAI-compatible service: the local model's own server, for who takes it for another."""
    with running(model_path, tmp_path_factory.mktemp("elsewhere"), "xllamacpp") as made:
        yield made


def at(url: str, key: str = "sk-any") -> dict[str, str]:
    return {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": key}


def test_that_the_local_model_is_ready_at_once_answers_and_starts_a_second_time(
    model_path, tmp_path
):
    for _ in range(2):
        with service(tmp_path / "data", model_path) as it:
            assert it.becomes(State.READY), it.now
            assert (it.now.provider, it.now.detail) == (
                "local",
                f"{SMOL}, Q4_1: the next question loads it.",
            )
            assert it.models.complete(HELLO, max_tokens=2).text.strip()
            assert "was loaded in" in it.now.detail


def test_that_a_killed_process_is_started_again_on_a_new_key(model_path, tmp_path):
    with service(tmp_path / "data", model_path) as it:
        assert it.becomes(State.READY)
        before = it.llm.secrets()
        os.kill(it.now.pid or 0, signal.SIGKILL)
        assert it.becomes(State.READY, restarts=1), it.now
        assert it.llm.secrets() != before
        assert it.models.complete(HELLO, max_tokens=2).text.strip()


def test_that_a_model_elsewhere_is_asked_over_the_real_protocol(elsewhere, model_path, tmp_path):
    there = elsewhere.client.endpoint
    with service(tmp_path / "data", model_path, **at(there.base_url, there.api_key)) as it:
        assert it.becomes(State.READY), it.now
        assert it.now.provider == "remote"
        assert it.now.detail == f"{SMOL} at {elsewhere.client.endpoint.host}."
        heard: list[str] = []
        got = it.models.complete(HELLO, schema=SCHEMA, max_tokens=40, hear=heard.append)
        assert json.loads(got.text)["metric"] in ("revenue", "orders")
        assert "".join(heard).strip() == got.text
        assert there.api_key not in got.request
        info = it.models.info()
        assert (info.name, info.local, info.large) == (SMOL, False, True)
        assert it.models.reason() == ""


def test_that_the_local_one_takes_over_from_a_service_that_fails(model_path, tmp_path):
    with (
        hostile(error(401, "no such key")) as there,
        service(tmp_path / "data", model_path, **at(there.url)) as it,
    ):
        assert it.becomes(State.READY), it.now
        got = it.models.complete(HELLO, max_tokens=2)
        assert got.model == SMOL
        assert "refuses the API key" in it.models.reason()
        assert it.models.info().local
        assert len(there.requests) == 1


def test_that_an_unreachable_service_is_ready_by_its_standby_and_says_so(model_path, tmp_path):
    with hostile(good()) as gone:
        url = gone.url
    with service(tmp_path / "data", model_path, **at(url)) as it:
        assert it.becomes(State.READY), it.now
        assert "does not answer" in it.now.detail
        assert f"{SMOL} on this computer answers instead." in it.now.detail


def test_that_a_service_alone_has_no_process(model_path, tmp_path):
    with (
        hostile(good("Hello from afar.")) as there,
        service(tmp_path / "data", model_path, RTLAKEHOUSE_LLM="remote", **at(there.url)) as it,
    ):
        assert it.becomes(State.READY), it.now
        assert it.now.pid is None
        assert it.models.complete(HELLO).text == "Hello from afar."


def test_that_a_broken_pin_fails_with_its_reason_and_new_settings_mend_it(model_path, tmp_path):
    with service(tmp_path / "data", model_path, RTLAKEHOUSE_LLM="remote") as it:
        assert it.becomes(State.FAILED), it.now
        assert "OPENAI_API_KEY" in it.now.detail
        it.llm.configure(load_settings({"RTLAKEHOUSE_LLM": "none"}, it.paths.root))
        it.supervisor.start_service("llm")
        assert it.becomes(State.READY), it.now
        assert (it.now.provider, it.models.info()) == ("none", None)


def test_that_neither_its_log_nor_a_record_holds_a_key(model_path, tmp_path):
    with hostile(good()) as there, service(tmp_path / "data", model_path, **at(there.url)) as it:
        assert it.becomes(State.READY)
        it.models.complete(HELLO)
        secrets = it.llm.secrets()
        texts = [file.read_text() for file in it.paths.logs.iterdir()]
    assert len(secrets) == 2
    assert texts
    assert not [secret for secret in secrets for text in texts if secret in text]
