"""Which language model the service is, and what it is told."""

from __future__ import annotations

import asyncio
import json
import stat

import pytest

from engine.errors import NoProvider, ProviderError
from engine.llm.errors import NoModel
from engine.paths import DataPaths
from engine.providers.llm import LanguageModel
from engine.providers.llm_local import LocalLlm
from engine.providers.llm_remote import RemoteLlm, endpoint_of
from engine.settings import load_settings
from tests.unit.llm.gguf_file import write

pytestmark = pytest.mark.unit

KEY = {"OPENAI_API_KEY": "sk-s3cret", "MODEL_NAME": "gpt"}


class Maker:
    """Makes the service's provider; ``bundled`` says whether a model came along."""

    def __init__(self, folder):
        self.paths = DataPaths(folder / "data").create()
        self.file = write(folder / "Tiny.Q4_0.gguf")

    def __call__(self, bundled=True, **env):
        settings = load_settings(env, self.paths.root)
        return LanguageModel(self.paths, settings, self.found if bundled else self.missing)

    def found(self):
        return self.file

    def missing(self):
        raise ProviderError("The bundled model is not there.", "Run setup.")


@pytest.fixture
def make(tmp_path):
    return Maker(tmp_path)


async def no_tools(_argv, _cwd):
    raise AssertionError("no helper program is needed")


def prepared(llm):
    asyncio.run(llm.prepare(no_tools))
    return llm


def test_that_without_a_key_the_bundled_model_is_used_and_it_says_why(make):
    llm = prepared(make())
    assert llm.name == "local"
    assert llm.why == "remote: Neither OPENAI_API_KEY nor OPENAI_BASE_URL is set."
    info = llm.models.info()
    assert (info.name, info.local, info.large) == ("Tiny", True, False)
    assert info.context_tokens == 2048, "no more than it was trained for"


def test_that_with_a_key_the_service_goes_first_and_the_local_one_stands_by(make):
    llm = prepared(make(**KEY))
    assert (llm.name, llm.why) == ("remote", "")
    assert llm.models.info().name == "gpt"
    assert llm.command() is not None
    assert json.loads((make.paths.run / "llm.json").read_text())["quiet"] is True


def test_that_a_key_pasted_by_hand_is_no_secret_to_the_log_s_redactor(make):
    llm = prepared(make(**KEY))
    own, local = llm.secrets()
    assert own == "sk-s3cret"
    assert len(local) == 48


def test_that_without_any_there_is_none_and_nothing_is_started(make):
    llm = prepared(make(bundled=False))
    assert (llm.name, llm.command(), llm.port) == ("none", None, None)
    assert "local: The bundled model is not there." in llm.why
    assert llm.models.info() is None
    with pytest.raises(NoModel):
        llm.models.complete(())


def test_that_a_service_without_a_standby_has_no_process(make):
    llm = prepared(make(bundled=False, **KEY))
    assert (llm.name, llm.command()) == ("remote", None)


@pytest.mark.parametrize("pin", ["remote", "local", "none"])
def test_that_a_pin_is_kept_and_nobody_stands_in(make, pin):
    llm = prepared(make(RTLAKEHOUSE_LLM=pin, **KEY))
    assert llm.name == pin
    assert llm.why == f"{pin} was chosen by a setting."
    if pin == "remote":
        assert llm.command() is None


def test_that_a_pin_that_cannot_be_used_is_an_error_of_this_service_alone(make):
    llm = make(RTLAKEHOUSE_LLM="remote")
    assert llm.name == "remote"
    assert "OPENAI_API_KEY" in llm.refusal.message
    with pytest.raises(NoProvider, match="OPENAI_API_KEY"):
        prepared(llm)


def test_that_a_chosen_file_goes_before_the_bundled_one_and_a_bad_one_is_told(make, tmp_path):
    mine = write(tmp_path / "Mine.Q8_0.gguf")
    assert prepared(make(RTLAKEHOUSE_LOCAL_MODEL=str(mine))).models.info().name == "Mine"
    mine.write_bytes(b"PK")
    llm = make(RTLAKEHOUSE_LOCAL_MODEL=str(mine))
    assert llm.name == "none"
    assert "Mine.Q8_0.gguf is no GGUF file" in llm.why


def test_that_nobody_waits_long_for_a_model_that_nobody_chose(make, tmp_path):
    mine = write(tmp_path / "Mine.Q8_0.gguf")

    def patience(**env):
        return prepared(make(**env)).chosen.model.client.endpoint.patience

    assert patience().total_s <= 4
    assert patience(RTLAKEHOUSE_LOCAL_MODEL=str(mine)).total_s > 60


def test_that_new_settings_count_from_the_next_start_on(make):
    llm = prepared(make())
    llm.configure(load_settings(KEY, make.paths.root))
    assert llm.name == "local"
    assert prepared(llm).name == "remote"
    llm.configure(load_settings({}, make.paths.root))
    assert prepared(llm).name == "local"


def test_that_the_local_server_is_told_in_a_private_file_and_not_on_its_command_line(make):
    llm = prepared(make(RTLAKEHOUSE_LOCAL_IDLE="1 minute", **KEY))
    file = make.paths.run / "llm.json"
    told = json.loads(file.read_text())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (told["idle_s"], told["port"], told["threads"] >= 1) == (60.0, llm.port, True)
    launch = llm.command()
    assert told["api_key"] not in " ".join(launch.argv)
    assert not [name for name in launch.env if name.startswith("OPENAI_")]


def test_that_each_start_has_a_key_of_its_own(make):
    llm = make()
    assert prepared(llm).secrets() != prepared(llm).secrets()


@pytest.mark.parametrize("url", ["ftp://x/v1", "models.example"])
def test_that_an_address_that_is_none_is_told(make, url):
    settings = load_settings({"OPENAI_BASE_URL": url}, make.paths.root).assistant
    answer = RemoteLlm(settings, None).available()
    assert not answer.usable
    assert url in answer.why


def test_that_an_endpoint_is_what_the_settings_say(make):
    env = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1/", **KEY}
    endpoint = endpoint_of(load_settings(env, make.paths.root).assistant)
    assert (endpoint.base_url, endpoint.model) == ("http://127.0.0.1:9/v1", "gpt")
    assert (endpoint.api_key, endpoint.local) == ("sk-s3cret", False)
    assert (endpoint.patience.total_s, endpoint.requests_per_minute) == (45.0, 60)


def test_that_nothing_that_runs_llama_cpp_is_a_reason(make, monkeypatch):
    monkeypatch.setattr("engine.llm.runtimes.find_spec", lambda _name: None)
    settings = load_settings({}, make.paths.root).assistant
    answer = LocalLlm(make.paths, settings, lambda: make.file).available()
    assert "Neither llama-cpp-python nor xllamacpp is installed." in answer.why
