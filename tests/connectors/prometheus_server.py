"""A real Prometheus: it scrapes a small exporter over HTTP, and holds days made by its own tool."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests

from tests.services import free_port, require

USER, PASSWORD = "reader", "s3cret:of/prometheus"
PASSWORD_HASH = "$2b$04$abcdefghijklmnopqrstuu1gW72S5GeqrPFZGx9XkvqkUJnp3k5uu"
"""PASSWORD by bcrypt, as Prometheus wants it."""
PATIENCE = 30.0
STARTS, ENDS = datetime(2026, 3, 26, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
"""The days made by the tool: Berlin's clock goes from 2 to 3 on March 29."""


def past() -> str:
    """A sample every full hour, and a counter that counts one every ten minutes, by page."""
    hours = int((ENDS - STARTS) / timedelta(hours=1))
    lines = ["# TYPE tick gauge"]
    for n in range(hours):
        lines.append(f"tick {n} {(STARTS + timedelta(hours=n)).timestamp():.0f}")
    lines.append("# TYPE visits counter")
    for page, step in (("/", 1), ("/buy", 2)):
        for n in range(hours * 6):
            at = (STARTS + timedelta(minutes=10 * n)).timestamp()
            lines.append(f'visits_total{{page="{page}"}} {n * step} {at:.0f}')
    return "\n".join([*lines, "# EOF", ""])


class _Exporter(BaseHTTPRequestHandler):
    scraped = 0

    def do_GET(self) -> None:
        type(self).scraped += 1
        body = f"# TYPE sold_total counter\nsold_total {type(self).scraped * 10}\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def _configure(folder: Path, exporter: int) -> None:
    """Who may ask, whom to scrape, and the days of the past."""
    (folder / "web.yml").write_text(f"basic_auth_users: {{ {USER}: '{PASSWORD_HASH}' }}\n")
    (folder / "prometheus.yml").write_text(
        "global: { scrape_interval: 100ms, scrape_timeout: 100ms }\n"
        "scrape_configs:\n"
        "  - job_name: shop\n"
        f"    static_configs: [{{ targets: ['127.0.0.1:{exporter}'] }}]\n"
    )
    (folder / "past.txt").write_text(past())
    making = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=24h"]
    ran = [*making, str(folder / "past.txt"), str(folder / "store")]
    subprocess.run(ran, check=True, capture_output=True)


class PrometheusServer:
    """The server at `url`, asked with USER and PASSWORD."""

    def __init__(self, folder: Path, exporter: int) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._log = (folder / "log").open("wb")
        _configure(folder, exporter)
        self._process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={folder / 'prometheus.yml'}",
                f"--web.config.file={folder / 'web.yml'}",
                f"--storage.tsdb.path={folder / 'store'}",
                "--storage.tsdb.retention.time=50y",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=self._log,
            stderr=self._log,
        )

    def wait(self) -> None:
        """Until it has scraped five times."""
        ends = time.monotonic() + PATIENCE
        while self.scraped() < 5:
            if self._process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError("prometheus does not start")
            threading.Event().wait(0.05)

    def scraped(self) -> int:
        """How many scrapes of the exporter it holds."""
        try:
            told = requests.get(
                f"{self.url}/api/v1/query",
                params={"query": "count_over_time(sold_total[1h])"},
                auth=(USER, PASSWORD),
                timeout=2,
            ).json()
        except requests.RequestException:
            return 0
        return sum(int(one["value"][1]) for one in told.get("data", {}).get("result", []))

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()


@contextmanager
def running(folder: Path) -> Iterator[PrometheusServer]:
    """The server while inside; the test is skipped where it is not installed."""
    require(all(map(shutil.which, ("prometheus", "promtool"))), "Prometheus (prometheus)")
    exporter = ThreadingHTTPServer(("127.0.0.1", 0), _Exporter)
    threading.Thread(target=exporter.serve_forever, daemon=True).start()
    server = PrometheusServer(folder, exporter.server_port)
    try:
        server.wait()
        yield server
    finally:
        server.stop()
        exporter.shutdown()
        exporter.server_close()
