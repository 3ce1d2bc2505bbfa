"""How a JVM reaches the network that Python reaches: the same certificates, the same proxy.

The bundled runtime trusts its own certificates and reads no HTTPS_PROXY, so behind a company
proxy with a certificate of its own every download would fail where pip just worked.
"""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

CA_VARIABLES = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Where people name their proxy's certificate; Python itself reads only the first."""

_STORE_PASSWORD = "changeit"  # noqa: S105
"""Java's customary one. The store holds public certificates only: there is nothing to protect."""

_KDF_ROUNDS = 1000


def java_network_options(env: Mapping[str, str], work_dir: Path) -> list[str]:
    """``-D`` options for trust store and proxy; the trust store is written into ``work_dir``."""
    options = proxy_options(env)
    store = write_trust_store(trusted_certificates(env), work_dir / "trust.p12")
    if store is not None:
        options += [
            f"-Djavax.net.ssl.trustStore={store}",
            "-Djavax.net.ssl.trustStoreType=PKCS12",
            f"-Djavax.net.ssl.trustStorePassword={_STORE_PASSWORD}",
        ]
    return options


def proxy_options(env: Mapping[str, str]) -> list[str]:
    """Java's properties for what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say; either case."""
    options: list[str] = []
    for scheme in ("https", "http"):
        url = _variable(env, f"{scheme}_proxy") or _variable(env, "all_proxy")
        if url:
            options += _one_proxy(scheme, url)
    skipped = [host.strip() for host in _variable(env, "no_proxy").split(",") if host.strip()]
    if options and skipped:
        patterns = "|".join(f"*{host}" if host.startswith(".") else host for host in skipped)
        options.append(f"-Dhttp.nonProxyHosts={patterns}")
    return options


def trusted_certificates(env: Mapping[str, str]) -> list[bytes]:
    """DER certificates that Python's default context trusts, and those the environment names.

    Empty where Python reads a folder of hashed files, which it lists only as they are used; then
    Java's own store is as good a guess as any.
    """
    context = ssl.create_default_context()
    for name in CA_VARIABLES:
        file = env.get(name, "")
        if file and Path(file).is_file():
            context.load_verify_locations(cafile=file)
    return context.get_ca_certs(binary_form=True)


def write_trust_store(certificates: list[bytes], path: Path) -> Path | None:
    """A PKCS12 store that Java reads, or None for no certificates.

    What cryptography cannot parse is left out: system stores hold a few odd old roots.
    """
    # Imported here: a start that finds its jars in place should not pay for it.
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

    entries = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, der in enumerate(certificates):
            try:
                parsed = x509.load_der_x509_certificate(der)
            except ValueError:
                continue
            entries.append(pkcs12.PKCS12Certificate(parsed, f"ca{number}".encode()))
    if not entries:
        return None
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(_KDF_ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .build(_STORE_PASSWORD.encode())
    )
    path.write_bytes(pkcs12.serialize_java_truststore(entries, encryption))
    return path


def _one_proxy(scheme: str, url: str) -> list[str]:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if not parts.hostname:
        return []
    options = [f"-D{scheme}.proxyHost={parts.hostname}", f"-D{scheme}.proxyPort={parts.port or 80}"]
    if parts.username:
        # Java refuses to send a password to a proxy for https unless this list is empty.
        options += [
            f"-Dhttp.proxyUser={unquote(parts.username)}",
            f"-Dhttp.proxyPassword={unquote(parts.password or '')}",
            "-Djdk.http.auth.tunneling.disabledSchemes=",
        ]
    return options


def _variable(env: Mapping[str, str], name: str) -> str:
    return (env.get(name) or env.get(name.upper()) or "").strip()
