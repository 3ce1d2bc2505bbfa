"""A child's frame: every way to its end is an exit status, and is told to the parent."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, SecretStr

from engine.child import main as frame
from engine.contracts.protocol import Fatal
from engine.errors import LakehouseError

pytestmark = pytest.mark.unit


class Config(BaseModel):
    port: int
    api_key: SecretStr = SecretStr("")


class Slow(LakehouseError):
    pass


class Broken(LakehouseError):
    pass


class Channel:
    """Keeps what the parent would hear."""

    def __init__(self) -> None:
        self.open_now = False
        self.sent: list[Fatal] = []

    def open(self) -> None:
        self.open_now = True

    def send(self, message: Fatal) -> None:
        assert self.open_now
        self.sent.append(message)


def never(_config, _channel):
    pytest.fail("It runs without a configuration.")


@pytest.fixture
def channel(monkeypatch):
    made = Channel()
    monkeypatch.setattr(frame, "ParentChannel", lambda: made)
    return made


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "config.json"
    path.write_text('{"port": 9092}', encoding="utf-8")
    return ["serve", str(path)]


def test_that_a_child_runs_with_what_its_file_says(channel, good):
    seen = []
    status = frame.run_child(good, Config, lambda config, given: seen.append((config.port, given)))
    assert (status, seen, channel.sent) == (0, [(9092, channel)], [])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read (No such file or directory)"),
        ("", "Invalid JSON"),
        ('{"api_key": "hunter2"}', "wrong at 'port': Field required"),
        ('{"port": "hunter2"}', "wrong at 'port': Input should be a valid integer"),
    ],
)
def test_that_a_bad_file_is_told_without_what_stands_in_it(channel, tmp_path, content, says):
    path = tmp_path / "config.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    status = frame.run_child(["serve", str(path)], Config, never)
    (told,) = channel.sent
    assert (status, told.retry) == (2, False)
    assert says in told.message
    assert "hunter2" not in told.message
    assert told.message.endswith("start it again.")


def test_that_a_missing_argument_is_told(channel):
    assert frame.run_child(["serve"], Config, never) == 2
    assert channel.sent[0].message.startswith("One argument is expected")


@pytest.mark.parametrize(("error", "retry"), [(Slow, True), (Broken, False)])
def test_that_an_error_says_whether_another_start_may_help(channel, good, error, retry):
    def run(_config, _channel):
        raise error("It went wrong.", "Mend it.")

    assert frame.run_child(good, Config, run, hopeless=(Broken,)) == 1
    assert channel.sent == [Fatal(message="It went wrong. Mend it.", retry=retry)]
