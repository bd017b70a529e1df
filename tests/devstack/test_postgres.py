"""The embedded PostgreSQL on real data."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest

from forestallies.devstack.console import Refused
from forestallies.devstack.postgres import Postgres
from forestallies.devstack.processes import Children
from tests.devstack.people import wait_for

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="PostgreSQL refuses to run as root only")


@pytest.fixture
def start(children: Children) -> Callable[..., Postgres]:
    def started(*, disposable: bool = True) -> Postgres:
        postgres = Postgres.of(children.state.folder, disposable=disposable)
        postgres.start(children)
        children.wait_until(postgres.ready, seconds=30, what="PostgreSQL")
        return postgres

    return started


def setting(postgres: Postgres, name: str) -> str:
    with psycopg2.connect(postgres.url.replace("postgresql://", "postgresql://")) as connection:
        cursor = connection.cursor()
        cursor.execute(f"SHOW {name}")
        value: str = cursor.fetchone()[0]
    connection.close()
    return value


def test_server_answers_on_its_address(start: Callable[..., Postgres]) -> None:
    postgres = start()
    assert postgres.is_empty()
    assert setting(postgres, "synchronous_commit") == "on"
    assert setting(postgres, "listen_addresses") == ""


def test_demo_keeps_every_promise_of_the_disk(start: Callable[..., Postgres]) -> None:
    postgres = start(disposable=False)
    names = ("synchronous_commit", "fsync", "full_page_writes")
    assert [setting(postgres, name) for name in names] == ["on", "on", "on"]


def test_killed_server_comes_back_with_its_data(start: Callable[..., Postgres], children: Children) -> None:
    postgres = start()
    postgres._ask("forestallies", "CREATE TABLE django_migrations ()")
    assert postgres.child is not None
    postgres.child.kill_group()
    children.members.clear()
    assert not start().is_empty()


def test_pid_files_with_the_number_of_another_program_are_dropped(
    start: Callable[..., Postgres], children: Children
) -> None:
    postgres = start()
    children.stop()
    content = f"{os.getpid()}\n{postgres.data}\n1\n5432\n{postgres.sockets}\n\n"
    (postgres.data / "postmaster.pid").write_text(content)
    (postgres.sockets / ".s.PGSQL.5432.lock").write_text(content)
    start()


def test_interrupted_initialisation_leaves_nothing_behind(start: Callable[..., Postgres], children: Children) -> None:
    half = Postgres.of(children.state.folder).account.home / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    start()
    assert not half.exists()


def test_data_of_another_version_is_refused(start: Callable[..., Postgres], children: Children) -> None:
    postgres = start(disposable=False)
    children.stop()
    (postgres.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(Refused, match=r"was made by PostgreSQL 17 and version \d+ is installed: move that folder away"):
        start(disposable=False)


def test_disposable_data_of_another_version_is_made_anew(start: Callable[..., Postgres], children: Children) -> None:
    postgres = start()
    children.stop()
    (postgres.data / "PG_VERSION").write_text("17\n")
    assert start().is_empty()


@as_root
def test_root_without_namespaces_uses_nobody(
    start: Callable[..., Postgres], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "unshare").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "unshare").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    postgres = start()
    account = postgres.account
    assert (account.prefix, account.user) == ((), 65534)
    assert account.home.stat().st_uid == 65534
    assert postgres.is_empty()
    assert postgres.child is not None
    postgres.child.kill_group()
    wait_for(lambda: not postgres.child.running)  # type: ignore[union-attr]  # it has been started
    shutil.rmtree(account.home)


@as_root
def test_root_in_the_private_home_of_another_user_keeps_the_data_elsewhere(
    start: Callable[..., Postgres], children: Children
) -> None:
    private = children.state.folder
    os.chown(private, 12345, 12345)
    postgres = start()
    assert postgres.account.home.parent == Path("/var/tmp")
    assert postgres.is_empty()
    children.stop()
    shutil.rmtree(postgres.account.home)
    os.chown(private, 0, 0)
