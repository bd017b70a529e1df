"""`./run demo`: the whole portal on this machine, until Ctrl-C."""

from __future__ import annotations

import http.client
import os
import socket
import time
from typing import NoReturn

from forestallies.demo.accounts import ACCOUNTS, PASSWORD
from forestallies.devstack import catalogues, portal
from forestallies.devstack.console import Interrupted, Refused, note, say
from forestallies.devstack.lock import StateLock
from forestallies.devstack.processes import Children
from forestallies.devstack.services import Services, portal_environment, publish
from forestallies.devstack.sockets import listen_on, port_of
from forestallies.devstack.state import State, portal_state


def demo() -> int:
    """Serve the demo until asked to stop; 0 is the exit code of an ordered end.

    Raises `Refused` when it cannot start or when a process stops unexpectedly.
    """
    state = portal_state()
    lock = StateLock(state)
    lock.take_or_refuse("demo")
    with listen_on(wanted_port()) as listener:
        children = Children(state, lock.descriptor)
        children.listen()
        try:
            serve(state, children, listener)
        except Interrupted:
            note("Stopping…")
            return 0
        finally:
            state.published.unlink(missing_ok=True)
            children.stop()


def wanted_port() -> int:
    """The port in PORT, 8000 when it is not set."""
    wanted = os.environ.get("PORT") or "8000"
    if not wanted.isascii() or not wanted.isdigit() or int(wanted) > 65535:
        raise Refused(f"PORT={wanted} is not a port: use a number from 1024 to 65535.")
    return int(wanted)


def serve(state: State, children: Children, listener: socket.socket) -> NoReturn:
    """Start everything, tell the person where, and watch over it. Ends by raising only."""
    catalogues.compile_stale()
    services = Services(state, children)
    services.start()
    url = f"http://127.0.0.1:{port_of(listener)}"
    environment = portal_environment(state, services.urls, DEMO="1", SITE_URL=os.environ.get("SITE_URL") or url)
    children.run_to_end(portal.prepare(environment, seed=True))
    publish(state, environment)
    children.start(portal.web(environment, listener.fileno()))
    children.start(portal.worker(environment))
    children.start(portal.beat(environment))
    children.wait_until(lambda: healthy(port_of(listener)), seconds=60, what=f"{url}/healthz/")
    announce(url)
    while True:
        children.check()
        time.sleep(0.5)


def healthy(port: int) -> bool:
    """Whether the portal answers on this port."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/healthz/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def announce(url: str) -> None:
    """Tell the person that all is up, who lives here, and where to meet them."""
    say(f"READY {url}")
    width = max(len(account.email) for account in ACCOUNTS)
    for account in ACCOUNTS:
        say(f"  {account.email:{width}}  {account.name}, {account.what}")
    say(f"Sign in as any of them at {url}/demo/ (password: {PASSWORD}); their mail is at {url}/demo/mailbox/")
