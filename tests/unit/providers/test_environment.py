"""What children inherit."""

from __future__ import annotations

import pytest

from engine.providers.environment import bucket_env, bucket_secrets, child_env

pytestmark = pytest.mark.unit


def test_that_keys_and_foreign_java_options_stay_here():
    env = {"OPENAI_API_KEY": "x", "_JAVA_OPTIONS": "-Xmx9g", "PATH": "/bin", "LANG": "de_DE.UTF-8"}
    assert child_env(env) == {"PATH": "/bin", "LANG": "de_DE.UTF-8"}


def test_that_only_who_writes_to_a_bucket_gets_its_keys():
    env = {"AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-1", "LANG": "C.UTF-8"}
    assert child_env(env) == {"LANG": "C.UTF-8"}
    assert bucket_env(env) == {"AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-1"}
    assert bucket_secrets(env) == ("x",)


@pytest.mark.parametrize("env", [{}, {"LANG": "C"}, {"LANG": "de_DE.UTF-8", "LC_ALL": "POSIX"}])
def test_that_a_locale_without_utf8_gets_one(env):
    assert child_env(env)["LC_ALL"] == "C.UTF-8"


@pytest.mark.parametrize("env", [{"LANG": "C.utf8"}, {"LC_ALL": "en_US.UTF-8"}])
def test_that_a_utf8_locale_is_kept(env):
    assert child_env(env) == env
