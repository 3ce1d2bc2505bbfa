"""What doctor says of the language model."""

from __future__ import annotations

import pytest

from engine.errors import ProviderError
from engine.host import model_check
from engine.host.model_check import check_language_model
from engine.llm.fits import Computer
from engine.llm.offers import ModelsAnswer, ModelServiceSilent
from engine.paths import DataPaths
from engine.settings import ENVIRONMENT, secrets
from tests.unit.llm.gguf_file import write

pytestmark = pytest.mark.unit


@pytest.fixture
def check(tmp_path, monkeypatch):
    """The check, on a data folder, an environment without ours, and a small bundled model."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(secrets, "system_keyring", lambda: None)
    file = write(tmp_path / "Tiny.Q4_0.gguf")
    paths = DataPaths(tmp_path / "data").create()
    return lambda bundled=lambda: file: check_language_model(paths, bundled)


@pytest.fixture
def offers(monkeypatch):
    """Names that the model service offers, or its error."""
    said: list[tuple[str, ...] | Exception] = [("gpt", "small")]

    def answer(url, _key):
        now = said[0]
        if isinstance(now, Exception):
            raise now
        return ModelsAnswer(url, now, 1.0)

    monkeypatch.setattr(model_check, "list_models", answer)
    return said


def test_that_the_local_model_is_described_with_why_it_is_the_one(check):
    found = check()
    assert found.level == "ok"
    assert "OPENAI_API_KEY" in found.detail
    assert "Tiny, Q4_0" in found.detail
    assert "2,048 tokens of context, by " in found.detail


def test_that_too_little_memory_is_said_before_anybody_asks(check, monkeypatch):
    monkeypatch.setattr(model_check, "this_computer", lambda: Computer(10**8, avx2=True))
    found = check()
    assert (found.level, "0.1 GB are free" in found.detail) == ("warning", True)
    assert found.remedy


def test_that_a_service_is_asked_for_its_models(check, offers, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-s3cret")
    monkeypatch.setenv("MODEL_NAME", "gpt")
    found = check()
    assert found.level == "ok"
    assert found.detail == ("remote: gpt at api.openai.com, with one on this computer standing by.")


@pytest.mark.parametrize(
    ("env", "offered", "says"),
    [
        ({"MODEL_NAME": "gtp"}, ("gpt",), "does not list that model"),
        ({"OPENAI_BASE_URL": "http://models.example/v1"}, ("gpt",), "sent unencrypted"),
        ({}, ModelServiceSilent("It is silent.", "Wait."), "It is silent."),
    ],
)
def test_that_what_is_wrong_with_a_service_is_a_warning_without_the_key(
    check, offers, monkeypatch, env, offered, says
):
    for name, value in {"OPENAI_API_KEY": "sk-s3cret", **env}.items():
        monkeypatch.setenv(name, value)
    offers[0] = offered
    found = check()
    assert (found.level, says in found.detail) == ("warning", True)
    assert "s3cret" not in f"{found.detail} {found.remedy}"


def test_that_a_plain_address_on_this_computer_is_fine(check, offers, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-s3cret")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1234/v1")
    assert check().level == "ok"


def test_that_a_pin_that_cannot_be_used_is_an_error(check, monkeypatch):
    monkeypatch.setenv("RTLAKEHOUSE_LLM", "remote")
    found = check()
    assert (found.level, "OPENAI_API_KEY" in found.detail) == ("error", True)


def test_that_no_model_is_a_warning_that_says_what_still_works(check):
    def missing():
        raise ProviderError("The bundled model is not there.", "Run setup.")

    found = check(missing)
    assert found.level == "warning"
    assert "The bundled model is not there." in found.detail
    assert "Verified questions are answered without one." in found.detail
