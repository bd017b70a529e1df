"""Where the services listen: Unix sockets in a folder of ours, and free ports."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import tempfile
from pathlib import Path

from forestallies.devstack.console import Refused

LONGEST_PATH = 103  # bytes a socket's address may have: 107 on Linux, 103 on macOS
LONGEST_NAME = ".s.PGSQL.5432"
SPECIAL = set(',"\\')  # PostgreSQL reads its socket folders as a list of quoted names


def socket_folder(home: Path) -> Path:
    """The folder for the sockets of the services in `home`: itself, or a short one where its path is too long.

    The same `home` always gets the same folder, private to its user.
    """
    if fits(home):
        return home
    short = f"forestallies-{os.geteuid()}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"
    for base in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):  # noqa: S108
        if base and os.access(base, os.W_OK) and fits(Path(base, short)):
            return _private(Path(base, short))
    raise Refused(f"{home} is too long a path for a socket, and no shorter folder can be written to.")


def fits(folder: Path) -> bool:
    """Whether sockets can live in this folder."""
    return len(os.fsencode(folder / LONGEST_NAME)) <= LONGEST_PATH and not SPECIAL & set(str(folder))


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid() or seen.st_mode & 0o077:
        raise Refused(f"{folder} is not a private folder of this user: remove it and try again.")
    return folder


def listen_on(port: int) -> socket.socket:
    """A listening socket on 127.0.0.1, to be handed to a child; 0 takes any free port.

    It is ours from now on, so nothing can take the port before the child is ready.
    Raises `Refused` when the port is taken or not allowed.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except PermissionError as error:
        listener.close()
        raise Refused(f"Port {port} is reserved for the system: choose one above 1023, as in PORT=8001.") from error
    except OSError as error:
        listener.close()
        raise Refused(f"Port {port} is taken by another program: choose another, as in PORT=8001.") from error
    return listener


def port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port
