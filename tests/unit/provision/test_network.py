"""Proxy and certificates, as Java wants to hear of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.provision.network import proxy_options, trusted_certificates, write_trust_store

pytestmark = pytest.mark.unit


def test_that_no_proxy_gives_no_option() -> None:
    assert proxy_options({"NO_PROXY": "localhost"}) == []


def test_that_a_proxy_in_either_case_is_told() -> None:
    wanted = ["-Dhttps.proxyHost=proxy.test", "-Dhttps.proxyPort=3128"]
    assert proxy_options({"HTTPS_PROXY": "http://proxy.test:3128"}) == wanted
    assert proxy_options({"https_proxy": "proxy.test:3128/"}) == wanted


def test_that_hosts_to_skip_are_translated() -> None:
    env = {"HTTPS_PROXY": "http://p.test:1", "NO_PROXY": "localhost, .corp.test"}
    assert proxy_options(env)[-1] == "-Dhttp.nonProxyHosts=localhost|*.corp.test"


def test_that_user_and_password_are_decoded() -> None:
    options = proxy_options({"HTTPS_PROXY": "http://me:p%40ss@p.test:1"})
    assert "-Dhttp.proxyUser=me" in options
    assert "-Dhttp.proxyPassword=p@ss" in options


def test_that_what_is_no_certificate_is_left_out(tmp_path: Path) -> None:
    assert write_trust_store([b"not a certificate"], tmp_path / "t.p12") is None
    assert not (tmp_path / "t.p12").exists()


def test_that_a_named_file_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    assert isinstance(trusted_certificates({"PIP_CERT": str(tmp_path / "gone.pem")}), list)
