"""People, channels, digests, alerts and governance: checked tables; nothing is sent from here."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from krtracker.settings.documents import Spot
from krtracker.settings.reading import Tables
from krtracker.settings.references import refer
from krtracker.settings.shapes import Entry
from krtracker.settings.sources import check_secrets

SECTIONS = ("channels", "digests", "alerts")


def check_messages(tables: Tables) -> None:
    """References and secrets of everything that is about messages."""
    for channel in tables.channels.values():
        check_secrets(channel.table.model_extra or {}, channel.spot, tables.report)
    for digest in tables.digests.values():
        _check_to(digest.table.to, digest.spot / "to", tables)
    for alert in tables.alerts.values():
        _check_to(alert.table.to, alert.spot / "to", tables)
    if tables.governance is not None:
        _check_governance(tables)


def _check_to(names: Iterable[str], at: Spot, tables: Tables) -> None:
    for number, name in enumerate(names):
        refer(tables, ("channels", "people"), name, at=at / number)


def _check_governance(tables: Tables) -> None:
    entry = tables.governance
    if entry is None:
        return
    for number, name in enumerate(entry.table.approvers):
        refer(tables, ("people",), name, at=entry.spot / "approvers" / number)
    for number, step in enumerate(entry.table.escalate):
        refer(tables, ("people", "channels"), step.to, at=entry.spot / "escalate" / number / "to")


def check_server(tables: Tables) -> None:
    """`auth = "none"` only where nobody else can reach the server (K029); the token a reference."""
    entry = tables.server
    if entry is None:
        return
    check_secrets({"push_token": entry.table.push_token}, entry.spot, tables.report)
    if "listen" in entry.broken or "auth" in entry.broken:
        return
    host, _, port = entry.table.listen.rpartition(":")
    if int(port) > 65535:
        words = f"listen of [server] has no port {port}"
        tables.report.error("K016", words, entry.spot / "listen", label="ports end at 65535")
    if entry.table.auth == "none" and not _is_loopback(host.strip("[]")):
        hint = 'write auth = "token" or "proxy", or listen = "127.0.0.1:8787"'
        words = f"[server] would be open to everyone who reaches {host}"
        at = entry.spot / ("auth" if entry.has("auth") else "listen")
        label = '"none" is for loopback only'
        tables.report.error("K029", words, at, label=label, hint=hint)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def plain_sections(tables: Tables) -> dict[str, Any]:
    """The checked tables of later issues, as written."""
    found: dict[str, Any] = {}
    for section in SECTIONS:
        entries = getattr(tables, section)
        if entries:
            found[section] = {name: plain_table(entry) for name, entry in entries.items()}
    if tables.governance is not None:
        found["governance"] = plain_table(tables.governance)
    return found


def plain_table(entry: Entry[Any]) -> dict[str, Any]:
    """The table as tomllib read it."""
    found: Any = entry.spot.document.table
    for key in entry.spot.path:
        found = found[key]
    return dict(found)
