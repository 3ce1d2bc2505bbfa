"""What set-up makes of pip's output."""

from __future__ import annotations

from collections import deque

import pytest
from bootstrap_pip import PipListener, explain_pip, pip_environment

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("SSLError(SSLCertVerificationError(1, 'CERTIFICATE_VERIFY_FAILED'))", "SSL_CERT_FILE"),
        ("ProxyError('Cannot connect to proxy.')", "needs a network connection"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM …", "pip cache purge"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: No matching distribution found for a==1", "cannot be had for this machine"),
        ("ERROR: something new.", "something new. Mend that"),
    ],
)
def test_that_a_failure_is_explained_with_a_remedy(line: str, meaning: str) -> None:
    said = explain_pip([line])
    assert meaning in said
    assert "make setup" in said or "server changes files" in said


def test_that_a_certificate_fault_is_not_taken_for_a_missing_network() -> None:
    both = ["SSLError(CERTIFICATE_VERIFY_FAILED)", "ERROR: No matching distribution found for a"]
    assert "certificate is not trusted" in explain_pip(both)


def test_that_a_person_sees_downloads_and_builds_and_little_else() -> None:
    said: list[str] = []
    listener = PipListener(deque(maxlen=9), said.append)
    for line in (
        "Collecting a==1",
        "  Downloading a-1.whl (3 MB)",
        "  Building wheel for pyspark (setup.py): started",
        "  Building wheel for pyspark (setup.py): finished with status 'done'",
        "",
        "Installing collected packages: a, pyspark",
    ):
        listener.take(line)
    assert said == ["  Downloading a-1.whl (3 MB)", "  Building pyspark", "  Unpacking"]


def test_that_pip_hears_of_the_certificate_that_python_is_given() -> None:
    assert pip_environment({"SSL_CERT_FILE": "/c.pem"})["PIP_CERT"] == "/c.pem"


def test_that_pips_own_setting_is_left_alone() -> None:
    assert pip_environment({"SSL_CERT_FILE": "/c", "PIP_CERT": "/p"})["PIP_CERT"] == "/p"
    assert "PIP_CERT" not in pip_environment({})
