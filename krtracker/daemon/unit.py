"""The systemd side: a unit file as text, and the few lines that tell systemd how the daemon is."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path

STATE = Path("/var/lib")


def notify(message: str, environ: Mapping[str, str]) -> None:
    """Tells systemd (`READY=1`, `WATCHDOG=1`, ...); does nothing where systemd did not ask."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    name = "\0" + address[1:] if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.sendto(message.encode(), name)
    except OSError:  # systemd is gone or deaf: not a reason to stop
        return


def unit_text(*, program: str, configuration: Path, published: Path, user: str) -> str:
    """A unit for `systemctl`: `program` is the absolute path of `krtracker`.

    A store under /var/lib gets a user made up by systemd; any other belongs to `user`.
    """
    start = " ".join(_quoted(one) for one in (program, "--config", str(configuration), "run"))
    return "\n".join([*_head(configuration), *_service(start), *_rights(published, user), *_tail()])


def _head(configuration: Path) -> list[str]:
    return [
        "# Save as /etc/systemd/system/krtracker.service, then:",
        "#   systemctl daemon-reload && systemctl enable --now krtracker",
        "# An edited configuration is taken within seconds; `systemctl reload krtracker` at once.",
        "[Unit]",
        "Description=krtracker: key results that measure themselves",
        "Documentation=man:systemd.exec(5)",
        "Wants=network-online.target",
        "After=network-online.target time-sync.target",
        f"ConditionPathExists={_escaped(str(configuration))}",
        "StartLimitIntervalSec=0",
        "",
    ]


def _service(start: str) -> list[str]:
    return [
        "[Service]",
        "Type=notify",
        "NotifyAccess=main",
        f"ExecStart={start}",
        "ExecReload=/bin/kill -HUP $MAINPID",
        "WatchdogSec=120",
        "TimeoutStopSec=15",
        "Restart=on-failure",
        "RestartSec=5",
        "# From systemd 254 on, ever slower: RestartSteps=6 and RestartMaxDelaySec=60.",
        "# Usage, configuration, another daemon, an unusable store: a person has to act.",
        "RestartPreventExitStatus=2 3 5 6",
        "# Secrets: ${cred:NAME} in the configuration reads what is named here.",
        "#LoadCredential=product-db-url:/etc/krtracker/credentials/product-db-url",
    ]


def _rights(published: Path, user: str) -> list[str]:
    folder = published.parent
    if folder.is_relative_to(STATE) and folder != STATE:
        name = folder.relative_to(STATE)
        owner = ["DynamicUser=yes", f"StateDirectory={_escaped(str(name))}"]
    else:
        owner = [
            "# With [store] path under /var/lib/krtracker this becomes DynamicUser=yes.",
            f"User={_escaped(user)}",
            f"ReadWritePaths={_quoted(str(folder))}",
            "ProtectHome=read-only",
        ]
    return [*owner, "ProtectSystem=strict"]


def _tail() -> list[str]:
    return [
        "NoNewPrivileges=yes",
        "PrivateDevices=yes",
        "ProtectKernelTunables=yes",
        "ProtectKernelModules=yes",
        "ProtectControlGroups=yes",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
        "RestrictSUIDSGID=yes",
        "LockPersonality=yes",
        "UMask=0022",
        "",
        "[Install]",
        "WantedBy=multi-user.target",
        "",
    ]


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """As systemd reads it: `%` and `$` doubled, quotes where there is a space."""
    plain = _escaped(text).replace("$", "$$")
    if any(c in plain for c in " \t\"'\\"):
        return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return plain


def watchdog_wanted(environ: Mapping[str, str]) -> bool:
    """Whether systemd waits for signs of life from this very process."""
    owner = environ.get("WATCHDOG_PID", "")
    return bool(environ.get("WATCHDOG_USEC")) and owner in {"", str(os.getpid())}
