"""The three services the portal needs, and the environment that tells it where they are."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from forestallies.devstack.lock import StateLock
from forestallies.devstack.postgres import Postgres
from forestallies.devstack.processes import Children, Recipe
from forestallies.devstack.sockets import listen_on, port_of
from forestallies.devstack.state import State, secret_key
from forestallies.devstack.valkey import Valkey

GIVEN = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL")  # in the environment, each replaces its embedded service


def all_given() -> bool:
    """Whether the environment names every service, so that nothing has to be started."""
    return all(os.environ.get(name) for name in GIVEN)


@dataclass
class Services:
    """The services of one supervisor. `urls` is complete once `start` has returned."""

    state: State
    children: Children
    disposable: bool = False
    urls: dict[str, str] = field(default_factory=dict)
    postgres: Postgres | None = None

    def start(self) -> None:
        """Start what the environment does not give, side by side, and wait until it answers.

        Raises `Refused` when a service does not start, `Interrupted` on a request to stop.
        """
        starters = (
            ("EMAIL_URL", self._start_mail_sink),
            ("REDIS_URL", self._start_valkey),
            ("DATABASE_URL", self._start_postgres),  # last: it may have to make its data first
        )
        waiting = []
        for name, start in starters:
            if given := os.environ.get(name):
                self.urls[name] = given
            else:
                self.urls[name], ready = start()
                waiting.append((name, ready))
        for name, ready in waiting:
            self.children.wait_until(ready, seconds=60, what=f"the service behind {name}")

    def database_is_empty(self) -> bool:
        """Whether the embedded database has never been migrated. A given one is its owner's affair: False."""
        return self.postgres is not None and self.postgres.is_empty()

    def _start_postgres(self) -> tuple[str, Callable[[], bool]]:
        self.postgres = Postgres.of(self.state.folder, disposable=self.disposable)
        self.postgres.start(self.children)
        return self.postgres.url, self.postgres.ready

    def _start_valkey(self) -> tuple[str, Callable[[], bool]]:
        valkey = Valkey.of(self.state.valkey, disposable=self.disposable)
        valkey.start(self.children)
        return valkey.url, valkey.ready

    def _start_mail_sink(self) -> tuple[str, Callable[[], bool]]:
        """Mail may be sent at once: the socket listens already and waits for the sink to wake up."""
        with listen_on(0) as listener:
            place = ["--fd", str(listener.fileno()), "--folder", str(self.state.mailbox)]
            command = [sys.executable, "-m", "forestallies.devstack.mailsink", *place]
            self.children.start(Recipe("mailsink", command, keep_open=[listener.fileno()]))
            return f"smtp://127.0.0.1:{port_of(listener)}", lambda: True


def portal_environment(state: State, urls: Mapping[str, str], **extra: str) -> dict[str, str]:
    """The environment for the portal's own processes on these services.

    What the person has set stays, except for what only the supervisor can know.
    """
    return {
        "SECRET_KEY": secret_key(state),
        **os.environ,
        "EMBEDDED": "1",
        "MAILBOX_DIR": str(state.mailbox),
        "ERASURE_LEDGER": str(state.folder / "erasures.jsonl"),
        **extra,
        **urls,
    }


def publish(state: State, environment: Mapping[str, str]) -> None:
    """Let `./run manage` use the services of this running demo."""
    shared = {name: environment[name] for name in (*GIVEN, "SITE_URL")}
    fresh = state.published.with_suffix(".new")
    fresh.write_text(json.dumps({"pid": os.getpid(), "environment": shared}))
    fresh.replace(state.published)


def published(state: State) -> dict[str, str] | None:
    """The services of the demo that runs on this state folder now, None when there is none or it is not ready."""
    holder = StateLock(state).living_holder()
    try:
        record = json.loads(state.published.read_text())
    except (OSError, ValueError):
        return None
    if holder is None or holder.what != "demo" or holder.pid != record["pid"]:
        return None
    services: dict[str, str] = record["environment"]
    return services
