"""Which vector store is used, and what the process that holds it is told."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from engine.contracts.knowledge import VectorsConfig
from engine.errors import NoProvider, ProviderError
from engine.knowledge.desk import address_file
from engine.paths import DataPaths
from engine.providers import vectors
from engine.providers.choose import Choice, choose
from engine.providers.vectors import ServerVectors, Vectors, find_binary, vectors_providers
from engine.provision.errors import ModelMissing
from engine.settings import load_settings
from tests.unit.knowledge.test_seed import PACK
from tests.unit.providers.test_own_children import _no_tool

pytestmark = pytest.mark.unit


@pytest.fixture
def paths(tmp_path) -> DataPaths:
    return DataPaths(tmp_path / "data").create()


@pytest.fixture(autouse=True)
def no_binary(monkeypatch):
    """Whatever is installed on the machine that runs the tests."""
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setattr(vectors, "USUAL_BINARIES", ())


@pytest.fixture
def model_is_there(monkeypatch):
    monkeypatch.setattr(vectors, "minilm", lambda: Path("/m.gguf"))


def chosen(paths: DataPaths, **env: str) -> Choice:
    return choose(vectors_providers(paths, load_settings(env, paths.root), lambda: PACK))


def prepared(provider: object, paths: DataPaths) -> VectorsConfig:
    assert isinstance(provider, Vectors)
    asyncio.run(provider.prepare(_no_tool))
    return VectorsConfig.model_validate_json((paths.run / "vectors.json").read_bytes())


def test_that_the_built_in_store_is_used_where_there_is_no_other(paths):
    choice = chosen(paths)
    assert choice.provider.name == "embedded"
    assert "QDRANT_URL" in choice.why
    assert "RTLAKEHOUSE_QDRANT_BINARY" in choice.why


def test_that_an_address_comes_first(paths):
    binary = paths.root / "qdrant"
    binary.touch()
    env = {"QDRANT_URL": "http://127.0.0.1:1", "RTLAKEHOUSE_QDRANT_BINARY": str(binary)}
    assert chosen(paths, **env).provider.name == "external"


def test_that_a_binary_that_is_found_comes_before_the_built_in_store(paths):
    binary = paths.root / "qdrant"
    binary.touch()
    choice = chosen(paths, RTLAKEHOUSE_QDRANT_BINARY=str(binary))
    assert choice.provider.name == "server"


def test_that_a_named_binary_that_is_not_there_is_not_replaced_by_another(paths, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _name: "/usr/bin/qdrant")
    assert find_binary(load_settings({}, paths.root)) == Path("/usr/bin/qdrant")
    named = load_settings({"RTLAKEHOUSE_QDRANT_BINARY": "/nowhere/qdrant"}, paths.root)
    assert find_binary(named) is None


@pytest.mark.usefixtures("model_is_there")
def test_that_the_process_is_told_the_packs_items_and_its_folder(paths):
    config = prepared(chosen(paths).provider, paths)
    assert (config.provider, config.collection, config.pack) == ("embedded", "tiny", "tiny 1")
    assert len(config.items) == 7
    assert config.folder == str(paths.knowledge / "embedded")
    assert config.address_file == str(address_file(paths))


@pytest.mark.usefixtures("model_is_there")
def test_that_address_key_and_collection_reach_it_in_a_private_file_only(paths):
    env = {
        "QDRANT_URL": "https://q.example",
        "QDRANT_API_KEY": "s3cret",
        "QDRANT_COLLECTION": "ours",
    }
    provider = chosen(paths, **env).provider
    config = prepared(provider, paths)
    assert (config.url, config.api_key, config.collection) == (
        "https://q.example",
        "s3cret",
        "ours",
    )
    assert stat.S_IMODE((paths.run / "vectors.json").stat().st_mode) == 0o600
    launch = provider.command()
    assert launch is not None
    assert "s3cret" not in " ".join((*launch.argv, *launch.env.values()))
    assert provider.secrets() == ("s3cret",)
    assert not provider.gives_up


@pytest.mark.usefixtures("model_is_there")
def test_that_new_settings_count_from_the_next_start_on(paths):
    provider = chosen(paths).provider
    provider.configure(load_settings({"QDRANT_COLLECTION": "other"}, paths.root))
    assert prepared(provider, paths).collection == "other"


@pytest.mark.usefixtures("model_is_there")
def test_that_the_last_starts_address_is_taken_away(paths):
    address_file(paths).write_text('{"port": 7, "key": "00"}')
    provider = chosen(paths).provider
    assert provider.port == 7
    prepared(provider, paths)
    assert provider.port is None


def test_that_a_missing_model_is_told_and_not_tried_again(paths, monkeypatch):
    def missing() -> Path:
        raise ModelMissing("The model is not there.", "Run `rt-lakehouse setup`.")

    monkeypatch.setattr(vectors, "minilm", missing)
    with pytest.raises(ProviderError, match="rt-lakehouse setup"):
        prepared(chosen(paths).provider, paths)


def test_that_the_servers_process_leaves_a_record(paths):
    binary = paths.root / "qdrant"
    provider = ServerVectors(paths, load_settings({}, paths.root), lambda: PACK, lambda _: binary)
    assert provider.config().binary == str(binary)
    launch = provider.command()
    assert launch is not None
    assert launch.records == ("qdrant",)


def test_that_a_setting_pins_a_store_and_a_pinned_one_must_be_usable(paths):
    env = {"QDRANT_URL": "http://127.0.0.1:1", "RTLAKEHOUSE_VECTORS": "embedded"}
    settings = load_settings(env, paths.root)
    stores = vectors_providers(paths, settings, lambda: PACK)
    assert choose(stores, settings.assistant.vector_store).provider.name == "embedded"
    with pytest.raises(NoProvider, match="no program called qdrant"):
        choose(stores, "server")
