"""What children inherit."""

from __future__ import annotations

import pytest

from engine.providers.environment import child_env

pytestmark = pytest.mark.unit


def test_that_keys_and_foreign_java_options_stay_here():
    env = {"OPENAI_API_KEY": "x", "_JAVA_OPTIONS": "-Xmx9g", "PATH": "/bin", "LANG": "de_DE.UTF-8"}
    assert child_env(env) == {"PATH": "/bin", "LANG": "de_DE.UTF-8"}


@pytest.mark.parametrize("env", [{}, {"LANG": "C"}, {"LANG": "de_DE.UTF-8", "LC_ALL": "POSIX"}])
def test_that_a_locale_without_utf8_gets_one(env):
    assert child_env(env)["LC_ALL"] == "C.UTF-8"


@pytest.mark.parametrize("env", [{"LANG": "C.utf8"}, {"LC_ALL": "en_US.UTF-8"}])
def test_that_a_utf8_locale_is_kept(env):
    assert child_env(env) == env
