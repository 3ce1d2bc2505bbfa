"""The support bundle: everything that helps, and not one secret."""

from __future__ import annotations

import base64
import json
import os
import zipfile

import pytest

from engine.cli.main import main
from engine.contracts.names import State
from engine.contracts.status import PipelineStatus, ServiceSnapshot, StatusReport
from engine.host.bundle import BundleNotWritten, bundle_name, write_bundle
from engine.host.secrets_hunt import Cleaner, known_secrets
from engine.paths import DataPaths
from engine.settings.secrets import secret_store
from engine.supervisor.logs import HIDDEN

pytestmark = pytest.mark.unit

BROKER = "b7c1broker-password"
CONTROLLER = "b7c1controller-password"
CONTROL_KEY = "00ff00ffcontrolkey"
OPENAI = "sk-planted-openai-0123456789"
SASL = 'sasl"pass\\word'
FILE_KEY = "qdrant-key-in-the-file"
SESSION = "kept-for-this-session"
PASTED = "sk-pastedintoacomment99"
URL_PASSWORD = "hunter2url"
BEARER = "eyJplanted.token.value"
SECRETS = (
    BROKER,
    CONTROLLER,
    CONTROL_KEY,
    OPENAI,
    SASL,
    json.dumps(SASL)[1:-1],
    FILE_KEY,
    SESSION,
    PASTED,
    URL_PASSWORD,
    BEARER,
    base64.b64encode(BROKER.encode()).decode(),
)
ENV = {"OPENAI_API_KEY": OPENAI, "KAFKA_SASL_PASSWORD": SASL, "PRODUCER_RATE": "77"}


@pytest.fixture
def paths(tmp_path):
    """A data folder with a secret in every place that one can stand in."""
    paths = DataPaths(tmp_path / "home" / "data").create()
    identity = {"cluster_id": "c", "password": BROKER, "controller_password": CONTROLLER}
    (paths.broker / "identity.json").write_text(json.dumps(identity))
    (paths.run / "control.json").write_text(json.dumps({"port": 1, "key": CONTROL_KEY}))
    (paths.run / "kafka.properties").write_text(f"listener.sasl.password={BROKER}\n")
    paths.settings_file.write_text(
        f'# my old key was {PASTED}\n[assistant]\nqdrant_api_key = "{FILE_KEY}"\n'
        f'qdrant_url = "https://me:{URL_PASSWORD}@qdrant.example"\n'
    )
    secret_store(paths).put("assistant.openai_api_key", SESSION)
    lines = [
        "2026-01-01T12:00:00.000+00:00 INFO a line that helps",
        f"login with {BROKER} failed",
        f'config: {{"password": {json.dumps(SASL)}}}',
        f"Authorization: Bearer {BEARER}",
        f"basic {base64.b64encode(BROKER.encode()).decode()}",
        f"using {SESSION} and {FILE_KEY} and {OPENAI} and {CONTROL_KEY} {CONTROLLER}",
    ]
    (paths.logs / "broker.log").write_text("\n".join(lines) + "\n")
    (paths.logs / "broker.log.1").write_text(f"{BROKER} {tmp_path}/home/data/x\n")
    return paths


def _report():
    failed = ServiceSnapshot(
        name="broker", provider="kafka", why="", state=State.FAILED, last_lines=(f"x {BROKER}",)
    )
    return StatusReport(state=State.FAILED, services=(failed,), pipeline=PipelineStatus())


def _content(path):
    with zipfile.ZipFile(path) as zipped:
        return {name: zipped.read(name).decode() for name in zipped.namelist()}


def test_that_no_planted_secret_is_in_any_entry(tmp_path, paths):
    bundle = write_bundle(tmp_path / "b.zip", paths, _report(), ENV, tmp_path / "home")
    for name, text in _content(bundle.path).items():
        for secret in SECRETS:
            assert secret not in text, f"{secret} in {name}"


def test_that_the_name_of_the_home_folder_is_not_in_it(tmp_path, paths):
    bundle = write_bundle(tmp_path / "b.zip", paths, None, ENV, tmp_path / "home")
    content = _content(bundle.path)
    assert str(tmp_path / "home") not in "".join(content.values())
    assert "~/data/x" in content["logs/broker.log.1"]


def test_that_what_helps_is_in_it(tmp_path, paths):
    bundle = write_bundle(tmp_path / "b.zip", paths, _report(), ENV, tmp_path / "home")
    content = _content(bundle.path)
    assert set(content) == set(bundle.entries)
    assert {"README.txt", "settings.toml", "logs/broker.log", "logs/broker.log.1"} <= set(content)
    assert "a line that helps" in content["logs/broker.log"]
    assert json.loads(content["status.json"])["services"][0]["provider"] == "kafka"
    settings = json.loads(content["settings.json"])
    assert settings["settings"]["generator"]["rate"] == 77
    assert "OPENAI_API_KEY" in settings["set by the environment"]
    assert "memory" in [finding["check"] for finding in json.loads(content["doctor.json"])]
    assert "pyspark" in json.loads(content["versions.json"])["packages"]
    assert json.loads(content["tables.json"]) == {}
    assert bundle.path.stat().st_size == bundle.bytes
    assert bundle.path.stat().st_mode & 0o777 == 0o600


def test_that_broken_settings_do_not_stop_it_nor_let_a_secret_out(tmp_path, paths):
    paths.settings_file.write_text(f'[assistant\nqdrant_api_key = "{FILE_KEY}"\n')
    content = _content(write_bundle(tmp_path / "b.zip", paths, None, ENV, tmp_path).path)
    assert "not valid TOML" in json.loads(content["settings.json"])["error"]
    assert FILE_KEY not in "".join(content.values())
    assert OPENAI not in "".join(content.values())


def test_that_a_bundle_that_cannot_be_written_says_so_and_leaves_nothing(tmp_path, paths):
    with pytest.raises(BundleNotWritten) as raised:
        write_bundle(tmp_path / "missing" / "b.zip", paths, None, {}, tmp_path)
    assert "b.zip cannot be written" in raised.value.message
    assert not (tmp_path / "missing").exists()


def test_that_an_old_bundle_is_replaced_whole(tmp_path, paths):
    target = tmp_path / "b.zip"
    target.write_text("old")
    write_bundle(target, paths, None, {}, tmp_path)
    assert zipfile.is_zipfile(target)
    assert [file.name for file in tmp_path.iterdir() if file.suffix == ".tmp"] == []


def test_that_the_command_writes_it_without_a_running_lakehouse(
    tmp_path, paths, monkeypatch, capsys
):
    monkeypatch.setenv("RTLAKEHOUSE_DATA_DIR", str(paths.root))
    assert main(["support-bundle", str(tmp_path / "b.zip")]) == 0
    assert "Secrets were removed" in capsys.readouterr().out
    assert json.loads(_content(tmp_path / "b.zip")["status.json"]) == {"state": "STOPPED"}


def test_that_a_part_that_cannot_be_read_does_not_cost_the_bundle(paths, tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise ValueError("a defect in one of the checks")

    monkeypatch.setattr("engine.host.bundle.examine", refuse)
    paths.settings_file.unlink()
    paths.settings_file.mkdir()
    os.utime(paths.logs / "broker.log", (0, 0))
    write_bundle(tmp_path / "b.zip", paths, None, ENV)
    content = _content(tmp_path / "b.zip")
    assert json.loads(content["doctor.json"]) == {"error": "a defect in one of the checks"}
    assert "cannot be read" in content["settings.toml"]
    assert "a line that helps" in content["logs/broker.log"]


def test_that_two_bundles_of_a_day_have_two_names():
    assert bundle_name().startswith("rt-lakehouse-support-2")
    assert bundle_name().endswith(".zip")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ('{"password": "abc"}', f'{{"password": "{HIDDEN}"}}'),
        ("ssl.keystore.password=abc, next", f"ssl.keystore.password={HIDDEN}, next"),
        ("api_key: abc", f"api_key: {HIDDEN}"),
        ("http://u:p@host/x", f"http://{HIDDEN}@host/x"),
        ("token = null", "token = null"),
        ("tokens a second: 5 is no secret", "tokens a second: 5 is no secret"),
        ("password must be set", "password must be set"),
    ],
)
def test_that_what_looks_like_a_secret_is_hidden(text, clean):
    assert Cleaner(())(text) == clean


def test_that_switches_with_a_secrets_name_are_not_hidden_everywhere(paths):
    assert "false" not in known_secrets(paths, {"TOKENIZERS_PARALLELISM": "false"})
