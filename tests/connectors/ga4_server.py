"""A server that speaks the GA4 Data API over REST and gRPC, with TLS and tokens it verifies."""

from __future__ import annotations

import copy
import datetime as dt
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable
from concurrent import futures
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from google.analytics.data_v1beta.types import BatchRunReportsRequest, BatchRunReportsResponse
from google.auth import jwt
from google.protobuf import json_format

from tests.connectors.ga4_property import Property, RefusalError

ACCOUNT = "krtracker@example.iam.gserviceaccount.com"
AUDIENCE = "https://analyticsdata.googleapis.com/"
ACCOUNT_BITS = 1024
"""It guards nothing, and every fetch of every test here reads it."""
DATE = "Sun, 08 Mar 2026 20:00:00 GMT"
NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


@cache
def account_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=ACCOUNT_BITS)


@cache
def key_text(email: str = ACCOUNT) -> str:
    """The JSON of a service account's key, made here; its token address would answer nobody."""
    table = {
        "type": "service_account",
        "project_id": "example",
        "private_key_id": "c0ffee1234567890",
        "private_key": _pem(account_key()).decode(),
        "client_email": email,
        "client_id": "1",
        "token_uri": "http://127.0.0.1:9/token",
    }
    return json.dumps(table)


@cache
def certificate() -> tuple[bytes, bytes]:
    """A certificate of 127.0.0.1 that signs itself, and its key, both PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "krtracker test")])
    begin = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    local = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin.replace(year=2060))
        .add_extension(local, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM), _pem(key)


@dataclass
class Fault:
    """What is answered instead; `details` as google.rpc in JSON."""

    code: int
    message: str
    headers: dict[str, str] = field(default_factory=dict)
    details: list[dict[str, Any]] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        error |= {"status": NAMES[self.code], "details": self.details}
        return json.dumps({"error": error}).encode()


class _Handler(BaseHTTPRequestHandler):
    """One request over REST; `judged` is the server's."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    judged: Callable[..., Any]

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path.split("?")[0] != "/v1beta/properties/1234:batchRunReports":
            return self._send(Fault(404, "Requested entity was not found."))
        bearer = self.headers.get("authorization", "")
        return self._send(type(self).judged(bearer, lambda: _of_json(raw)))

    def _send(self, told: Any) -> None:
        fault = told if isinstance(told, Fault) else None
        body = fault.body if fault else json_format.MessageToJson(told).encode()
        self.send_response_only(fault.code if fault else 200)
        self.send_header("Date", DATE)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (fault.headers if fault else {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Ga4Server:
    """One property over REST (plain and TLS) and gRPC (TLS); counts what it is asked."""

    def __init__(self, folder: Path) -> None:
        self.property = Property()
        self.requests: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.faults: list[Fault] = []
        self.ends, self.arrived = threading.Event(), threading.Event()
        self.hanging = False
        self.bytes: bytes | None = None  # what a good answer over gRPC is replaced by
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(certificate()[0])
        self._plain = self._http(None)
        self._safe = self._http(self._context(folder))
        self._grpc, self._port = self._listen()

    def source(self, transport: str = "rest", **more: Any) -> dict[str, Any]:
        """The table of a source at this server."""
        port = self._port if transport == "grpc" else self._safe.server_address[1]
        return {
            "property": 1234,
            "credentials": key_text(),
            "transport": transport,
            "endpoint": f"https://127.0.0.1:{port}",
            "ca_file": str(self.ca_file),
            **more,
        }

    @property
    def plain(self) -> str:
        return f"http://127.0.0.1:{self._plain.server_address[1]}"

    def reset(self) -> None:
        """As new: the property of the data file, nothing asked yet, no fault."""
        self.property, self.hanging, self.bytes = Property(), False, None
        for one in (self.requests, self.tokens, self.faults):
            one.clear()

    def close(self) -> None:
        self.ends.set()
        for one in (self._plain, self._safe):
            one.shutdown()
            one.server_close()
        self._grpc.stop(None)

    def judged(self, bearer: str, raw: Callable[[], BatchRunReportsRequest]) -> Any:
        """The answer to one call, or the fault it meets."""
        self.tokens.append(bearer)
        self.arrived.set()
        if self.hanging:
            self.ends.wait(30)
        fault = next(iter(self.faults), GOOD)
        del self.faults[: len(self.faults) > 1]
        if fault is not GOOD:
            return fault
        if not self._known(bearer):
            return Fault(401, "Request had invalid authentication credentials.")
        asked = raw()
        self.requests.append(json_format.MessageToDict(BatchRunReportsRequest.pb(asked)))
        try:
            reports = self.property.batch(self.requests[-1])
        except RefusalError as refusal:
            return Fault(400, str(refusal))
        told = {"reports": reports, "kind": "analyticsData#batchRunReports"}
        return json_format.ParseDict(told, BatchRunReportsResponse.pb(BatchRunReportsResponse()))

    def then_well(self, *faults: Fault) -> None:
        """These first, and good answers after them."""
        self.faults = [*faults, GOOD]

    @staticmethod
    def _known(bearer: str) -> bool:
        public = account_key().public_key()
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        pem = public.public_bytes(serialization.Encoding.PEM, form)
        try:
            verify: Any = jwt.decode
            claims = verify(bearer.removeprefix("Bearer "), certs=pem)
        except ValueError:
            return False
        return bool(claims["iss"] == ACCOUNT and claims["aud"] == AUDIENCE)

    @staticmethod
    def _context(folder: Path) -> ssl.SSLContext:
        chain = folder / "server.pem"
        chain.write_bytes(b"".join(certificate()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context

    def _http(self, context: ssl.SSLContext | None) -> ThreadingHTTPServer:
        asked = self

        class Handler(_Handler):
            judged = asked.judged

        made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        made.daemon_threads = True
        if context is not None:
            made.socket = context.wrap_socket(made.socket, server_side=True)
        threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True).start()
        return made

    def _listen(self) -> tuple[grpc.Server, int]:
        handler = grpc.method_handlers_generic_handler(
            "google.analytics.data.v1beta.BetaAnalyticsData",
            {"BatchRunReports": grpc.unary_unary_rpc_method_handler(self._called)},
        )
        made = grpc.server(futures.ThreadPoolExecutor(4))
        made.add_generic_rpc_handlers((handler,))
        cert, key = certificate()
        port = made.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(key, cert)]))
        made.start()
        return made, port

    def _called(self, raw: bytes, context: grpc.ServicerContext) -> bytes:
        metadata = dict(context.invocation_metadata())
        bearer = str(metadata.get("authorization", ""))
        told = self.judged(bearer, lambda: BatchRunReportsRequest.deserialize(raw))
        if isinstance(told, Fault):
            context.abort(getattr(grpc.StatusCode, NAMES[told.code]), told.message)
        return bytes(told.SerializeToString()) if self.bytes is None else self.bytes


GOOD = Fault(200, "")
"""Stands for a good answer among faults."""


def rest_answer(raw: bytes, held: Property) -> bytes:
    """The good answer to the body of a request over REST."""
    asked = json_format.MessageToDict(BatchRunReportsRequest.pb(_of_json(raw)))
    told = {"reports": held.batch(asked), "kind": "analyticsData#batchRunReports"}
    return json.dumps(told).encode()


def _of_json(raw: bytes) -> BatchRunReportsRequest:
    made = BatchRunReportsRequest()
    json_format.Parse(raw, BatchRunReportsRequest.pb(made))
    return made


def reports(server: Ga4Server) -> list[dict[str, Any]]:
    """All reports asked for so far, over all requests."""
    return [copy.copy(one) for asked in server.requests for one in asked["requests"]]
