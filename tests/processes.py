"""The portal's real processes, started by a test against the test's own database."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from urllib.parse import quote

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
CELERY = ("-m", "celery", "-A", "forestallies")
PATIENCE = 60.0  # seconds until a test that waits gives up


def database_url() -> str:
    """The address of the database that this test works in, for a process of its own."""
    given = connection.settings_dict
    return f"postgresql://{given['USER']}:{quote(given['PASSWORD'])}@{quote(given['HOST'], safe='')}/{given['NAME']}"


def free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


def wait_for(happened: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Wait until something is true; fail with a sentence when it never is."""
    end = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < end, f"waited {patience:.0f} s in vain for {what}"
        time.sleep(0.05)


def environment(**changes: str) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "forestallies.settings", **changes}


@contextmanager
def process(*command: str, folder: Path, name: str, **changes: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of the portal in a process group of its own, and end the whole group afterwards."""
    with (folder / f"{name}.log").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment(**changes),
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield child
        finally:
            kill(child)


def kill(child: subprocess.Popen[bytes]) -> None:
    """Kill a process and all that it started, at once."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    child.wait()


@contextmanager
def web(folder: Path, *, workers: int = 2, threads: int = 4, **changes: str) -> Iterator[str]:
    """Serve the portal with gunicorn; yields its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = ["-m", "gunicorn", "forestallies.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(workers), "--threads", str(threads), "--worker-class", "gthread"]
    with process(*command, folder=folder, name="web", SITE_URL=address, **changes):
        wait_for(lambda: answers(f"{address}/healthz/"), "gunicorn")
        yield address


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@contextmanager
def worker(folder: Path, *, processes: int = 2, **changes: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Celery worker, and beat beside it so that ticks come every few seconds; yields the worker."""
    with beat(folder, **changes), lone_worker(folder, processes=processes, **changes) as child:
        yield child


@contextmanager
def beat(folder: Path, **changes: str) -> Iterator[subprocess.Popen[bytes]]:
    with process(*CELERY, "beat", folder=folder, name="beat", **changes) as child:
        yield child


@contextmanager
def lone_worker(folder: Path, *, processes: int = 2, **changes: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Celery worker whose ticks come from elsewhere."""
    work = [*CELERY, "worker", "--concurrency", str(processes), "--without-gossip", "--without-mingle"]
    with process(*work, "-Q", "default,mail,documents", folder=folder, name="worker", **changes) as child:
        yield child


@contextmanager
def mail_sink(folder: Path) -> Iterator["Sink"]:
    """Receive mail over real SMTP and keep it."""
    port = free_port()
    box = folder / "mailbox"
    command = ["-m", "forestallies.devstack.mailsink", "--port", str(port), "--folder", str(box)]
    with process(*command, folder=folder, name="sink"):
        sink = Sink(f"smtp://127.0.0.1:{port}", box)
        wait_for(lambda: listens(port), "the mail sink")
        yield sink


def listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


class Sink:
    """What the sink received."""

    def __init__(self, url: str, box: Path) -> None:
        self.url, self.box = url, box

    def mails(self) -> list[EmailMessage]:
        """Each message, oldest first."""
        parser = BytesParser(policy=policy.default)
        return [parser.parsebytes(path.read_bytes()) for path in sorted(self.box.glob("*.eml"))]

    def __len__(self) -> int:
        return len(list(self.box.glob("*.eml")))

    def message_ids(self) -> list[str]:
        return [message_id for message_id, _ in self.arrivals()]

    def arrivals(self) -> list[tuple[str, datetime]]:
        """The Message-ID of each message and the moment when it came, oldest first."""
        return [(message_id_of(path.read_bytes()), moment_of(path)) for path in sorted(self.box.glob("*.eml"))]


def message_id_of(mail: bytes) -> str:
    (found,) = re.findall(rb"(?im)^message-id:\s*(<[^>]+>)", mail.partition(b"\r\n\r\n")[0])
    return str(found.decode())


def moment_of(kept: Path) -> datetime:
    """When the sink stored a message: it is in the name."""
    return datetime.fromtimestamp(int(kept.name.partition("-")[0]) / 1e9, UTC)


def end_other_sessions() -> None:
    """End what killed processes left open in the database, so that it can be dropped."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
