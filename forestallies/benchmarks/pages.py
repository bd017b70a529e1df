"""Pages through gunicorn with two workers, asked by eight clients, beside a bare view with one query."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.test import Client

from events.actions import registrations
from forestallies.benchmarks.crowd import CLIENTS, rate_of_crowd
from forestallies.benchmarks.measure import Measurement, compare
from forestallies.benchmarks.people import make_workshop, make_world
from forestallies.benchmarks.scratch import address_of
from forestallies.devstack.processes import dies_with_parent
from forestallies.lib import clock
from members.models import Member

SIZE = 400  # requests per round and page
WORKERS = 2
WORKSHOPS = 8
PATIENCE = 30.0  # seconds for gunicorn to start

BARE = "forestallies.benchmarks.bare_site:application()"
PORTAL = "forestallies.wsgi:application"


def measure(*, size: int, rounds: int) -> Iterator[Measurement]:
    at = clock.now()
    world = make_world(people=40, at=at)
    events = [make_workshop(world, capacity=30, hour=8 + n) for n in range(WORKSHOPS)]
    for event in events[:3]:
        for person in world.people[:35]:
            registrations.register(event=event, member=person, by=person, at=at)
    cookie = signed_in(world.people[0])
    pages = {
        "the public page of Forest Allies": ("/forest-allies/", ""),
        "a gathering's page": (world.gathering.get_absolute_url(), cookie),
        "a workshop's page": (events[0].get_absolute_url(), cookie),
        "my page": ("/me/", cookie),
    }
    with server(BARE) as bare, server(PORTAL) as portal:
        for what, (path, identity) in pages.items():
            yield compare(
                what=f"{what}, {CLIENTS} clients",
                baseline="a view with one query and no middleware",
                unit="requests",
                bare=lambda: rate_of_crowd(range(size), lambda: client(bare, "/", "")),
                real=lambda path=path, identity=identity: rate_of_crowd(  # type: ignore[misc]  # a lambda with defaults
                    range(size), lambda: client(portal, path, identity)
                ),
                rounds=rounds,
            )


def signed_in(member: Member) -> str:
    """The value of the session cookie of a member who has signed in."""
    browser = Client()
    browser.force_login(member)
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


@contextmanager
def server(application: str) -> Iterator[int]:
    """Serve an application from the scratch database; yields the port on 127.0.0.1.

    Over plain http, whatever SITE_URL says: what a proxy does in front is not measured.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        number = listener.fileno()
        options = [f"--bind=fd://{number}", f"--workers={WORKERS}", "--no-control-socket", "--log-level=error"]
        child = subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-m", "gunicorn", application, *options, "--preload"],
            env=environment(port),
            pass_fds=[number],
            stdin=subprocess.DEVNULL,
            preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 (this process has one thread)
        )
        try:
            wait_for(port, child)
            yield port
        finally:
            child.terminate()
            child.wait()


def environment(port: int) -> dict[str, str]:
    database = address_of(connection.settings_dict["NAME"])
    return {**os.environ, "DATABASE_URL": database, "SITE_URL": f"http://127.0.0.1:{port}", "DEMO": "0", "DEBUG": "0"}


def wait_for(port: int, child: "subprocess.Popen[bytes]") -> None:
    """The socket listens from the beginning, and the first answer tells that somebody takes from it."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            fetch(port, request(port, "/", ""), timeout=1.0)
        except TimeoutError:
            if child.poll() is not None or time.monotonic() > end:
                raise RuntimeError("gunicorn did not start.") from None
        else:
            return


def client(port: int, path: str, identity: str) -> Callable[[object], None]:
    """A client that cares for the status line only, so that it takes little of the machine."""
    words = request(port, path, identity)

    def ask(_: object) -> None:
        answer = fetch(port, words)
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"{path} answered {answer[:40]!r}")

    return ask


def request(port: int, path: str, identity: str) -> bytes:
    # Over http the portal's cookie has its plain name.
    cookie = f"Cookie: sessionid={identity}\r\n" if identity else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{cookie}Connection: close\r\n\r\n".encode()


def fetch(port: int, words: bytes, timeout: float = PATIENCE) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as stream:
        stream.sendall(words)
        parts = []
        while part := stream.recv(65536):
            parts.append(part)
        return b"".join(parts)
