"""Certificates: what is not to be trusted is refused, and a handshake has no time of its own."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors._http import Http, Limits, Request
from krtracker.connector import (
    ConnectorError,
    Deadline,
    SourceRejectedError,
    SourceUnavailableError,
)
from tests.connectors.faulty import Given

GOOD = Given(b'{"n": 1}')


def failure(http: Http, deadline: Deadline) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        http.json(Request("/x"), deadline)
    return caught.value


def made(folder: Path, *, names: list[str], days: int = 1) -> Path:
    """A certificate that signed itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    ends = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    others: list[x509.GeneralName] = [x509.DNSName(name) for name in names if name != "127.0.0.1"]
    others += [x509.IPAddress(ipaddress.ip_address(n)) for n in names if n == "127.0.0.1"]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - dt.timedelta(days=10))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName(others), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


class Tls:
    """A server with a certificate that answers once a connection, or dribbles its handshake."""

    def __init__(self, certificate: Path, *, mute: bool = False) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._mute = mute
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._listening.accept()
            except OSError:
                return
            with plain:
                if self._mute:
                    plain.recv(10_000)
                    while plain.recv(1):  # ends with the other side
                        pass
                    continue
                try:
                    with self._context.wrap_socket(plain, server_side=True) as line:
                        line.recv(65_536)
                        line.sendall(GOOD.head() + GOOD.body)
                except OSError:
                    continue

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@pytest.fixture
def tls(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Tls]:
    server = Tls(made(tmp_path, **request.param))
    yield server
    server.close()


HERE = {"names": ["127.0.0.1"]}


@pytest.mark.parametrize("tls", [HERE], indirect=True)
def test_a_certificate_of_an_own_authority_is_trusted_by_its_file(tls: Tls, tmp_path: Path) -> None:
    own = Http(tls.url, limits=Limits(ca_file=tmp_path / "certificate.pem"))
    assert own.json(Request("/x"), Deadline(5)) == {"n": 1}
    own.close()


@pytest.mark.parametrize("tls", [HERE], indirect=True)
def test_an_unknown_authority_is_refused(tls: Tls) -> None:
    told = failure(Http(tls.url), Deadline(5))
    assert type(told) is SourceRejectedError
    assert "`ca_file`" in str(told)


@pytest.mark.parametrize(
    "tls",
    [{"names": ["other.example"]}, {**HERE, "days": -1}],
    ids=["another host", "expired"],
    indirect=True,
)
def test_a_certificate_that_does_not_fit_is_refused(tls: Tls, tmp_path: Path) -> None:
    own = Http(tls.url, limits=Limits(ca_file=tmp_path / "certificate.pem"))
    assert type(failure(own, Deadline(5))) is SourceRejectedError


def test_a_handshake_that_never_ends_is_left_at_the_deadline(tmp_path: Path) -> None:
    server = Tls(made(tmp_path, names=["127.0.0.1"]), mute=True)
    began = time.monotonic()
    told = failure(Http(server.url), Deadline(0.3))
    assert time.monotonic() - began < 1
    assert type(told) is SourceUnavailableError
    server.close()
