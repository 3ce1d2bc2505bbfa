"""The worker's life, with a process that is none and a clock that stands."""

from __future__ import annotations

import io

import pytest

from engine.llm.errors import ModelUnusable
from engine.llm.fits import Computer
from engine.llm.server.config import ServerConfig, WorkerReady
from engine.llm.server.keeper import Keeper
from tests.unit.llm.gguf_file import write

pytestmark = pytest.mark.unit

IDLE_S = 600.0


class Child:
    """Says its line and lives until it is killed, or ``status`` is set."""

    def __init__(self, line):
        self.stdout = io.BytesIO(line)
        self.status = None
        self.waited = False

    def poll(self):
        return self.status

    def kill(self):
        self.status = -9

    def wait(self):
        self.waited = True
        return self.status


class World:
    """Clock, children, and what was told."""

    def __init__(self, folder):
        self.now = 0.0
        self.free = 10**10
        self.line = WorkerReady(port=5000).model_dump_json().encode() + b"\n"
        self.children = []
        self.told: list[tuple[str, bool]] = []
        self.configs = []
        config = ServerConfig(
            model=str(write(folder / "Tiny.Q4_0.gguf")),
            runtime="xllamacpp",
            port=4999,
            api_key="k" * 48,
            context_tokens=1024,
            threads=1,
            idle_s=IDLE_S,
        )
        self.keeper = Keeper(
            config,
            spawn=self.spawn,
            clock=lambda: self.now,
            computer=lambda: Computer(self.free, avx2=True),
            told=lambda what, well: self.told.append((what, well)),
        )

    def spawn(self, config):
        self.configs.append(config)
        self.children.append(Child(self.line))
        return self.children[-1]

    def ask(self):
        with self.keeper.lease() as worker:
            return worker


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.keeper.close()


def test_that_nothing_is_loaded_before_the_first_question(world):
    assert (world.keeper.loaded, world.children) == (False, [])
    worker = world.ask()
    assert (worker.port, world.keeper.loaded) == (5000, True)
    assert world.told == [("Tiny, Q4_0 was loaded in 0.0 s.", True)]


def test_that_one_worker_serves_many_questions_with_a_key_of_its_own(world):
    assert world.ask() is world.ask()
    (config,) = world.configs
    assert config.api_key != "k" * 48
    assert len(config.api_key) == 48
    assert (config.name, config.context_tokens) == ("Tiny", 1024)


def test_that_an_idle_model_is_let_go_and_loaded_again(world):
    world.ask()
    world.now += IDLE_S - 1
    world.keeper.tidy()
    assert world.keeper.loaded
    world.now += 1
    world.keeper.tidy()
    (child,) = world.children
    assert (world.keeper.loaded, child.status, child.waited) == (False, -9, True)
    assert world.told[-1] == ("Not in memory; the next question loads it.", True)
    world.ask()
    assert len(world.children) == 2


def test_that_a_model_in_use_is_not_let_go_and_idles_from_the_answer_on(world):
    with world.keeper.lease():
        world.now += 10 * IDLE_S
        world.keeper.tidy()
        assert world.keeper.loaded
    world.keeper.tidy()
    assert world.keeper.loaded


def test_that_a_dead_worker_is_replaced_by_the_next_question(world):
    world.ask()
    world.children[0].status = -11
    assert not world.keeper.loaded
    world.ask()
    assert len(world.children) == 2
    assert world.children[0].waited


def test_that_a_dead_worker_is_noticed_without_a_question(world):
    world.ask()
    world.children[0].status = -11
    world.keeper.tidy()
    assert world.told[-1][0].startswith("The model's process has ended")
    assert world.children[0].waited


def test_that_memory_is_looked_at_before_each_load(world):
    world.free = 10**8
    with pytest.raises(ModelUnusable, match="memory"):
        world.ask()
    assert world.children == []
    ((what, well),) = world.told
    assert ("needs" in what, well) == (True, False)
    world.free = 10**10
    world.ask()
    assert world.told[-1][1]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b'{"failure": "unknown architecture"}\n', "unknown architecture"),
        (b"", "ended while it was loading"),
        (b"llama_load: what?\n", "ended while it was loading"),
    ],
)
def test_that_a_load_that_fails_is_told_and_leaves_no_process(world, line, says):
    world.line = line
    with pytest.raises(ModelUnusable, match=says):
        world.ask()
    (child,) = world.children
    assert (child.status, child.waited, world.keeper.loaded) == (-9, True, False)
    assert world.told[0][1] is False


def test_that_closing_ends_the_worker(world):
    world.ask()
    world.keeper.close()
    assert world.children[0].waited
