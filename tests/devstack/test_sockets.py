"""Where the services listen."""

from pathlib import Path

import dj_database_url
import pytest

from forestallies.devstack.account import Account
from forestallies.devstack.console import Refused
from forestallies.devstack.postgres import Postgres
from forestallies.devstack.sockets import LONGEST_NAME, LONGEST_PATH, listen_on, port_of, socket_folder


@pytest.fixture(autouse=True)
def short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for short paths."""
    folder = Path(tmp_path.anchor, "tmp")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


def named(length: int) -> Path:
    """A folder name whose longest socket has a path of exactly `length` bytes; it need not exist."""
    room = length - len("/tmp/") - len("/" + LONGEST_NAME)
    return Path("/tmp", "x" * room)


def test_longest_path_that_fits_is_used() -> None:
    assert socket_folder(named(LONGEST_PATH)) == named(LONGEST_PATH)


def test_too_long_a_path_gets_a_short_private_folder(short: Path) -> None:
    folder = socket_folder(named(LONGEST_PATH + 1))
    assert folder.parent == short
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder == socket_folder(named(LONGEST_PATH + 1))
    folder.rmdir()


def test_bytes_are_counted_not_letters() -> None:
    name = "ü" * (len(named(LONGEST_PATH).name))
    folder = socket_folder(Path("/tmp", name))
    assert folder.name != name
    folder.rmdir()


def test_path_that_postgresql_would_split_gets_a_short_folder(tmp_path: Path) -> None:
    folder = socket_folder(tmp_path / "a,b")
    assert "," not in str(folder)
    folder.rmdir()


def test_folder_that_others_can_enter_is_refused() -> None:
    folder = socket_folder(named(200))
    folder.chmod(0o755)
    with pytest.raises(Refused, match="is not a private folder of this user"):
        socket_folder(named(200))
    folder.rmdir()


def test_taken_port_is_refused_in_one_sentence() -> None:
    with listen_on(0) as first:
        port = port_of(first)
        with pytest.raises(
            Refused, match=f"^Port {port} is taken by another program: choose another, as in PORT=8001.$"
        ):
            listen_on(port)


@pytest.mark.parametrize("folder", ["/home/ana/portal/.portal", "/srv/Ana's Portal/%41 ü:@x/.portal"])
def test_address_of_the_database_survives_its_reader(folder: str) -> None:
    postgres = Postgres(Account(Path(folder), Path("/install")), Path(folder), disposable=False)
    read = dj_database_url.parse(postgres.url)
    assert (read["HOST"], read["USER"], read["NAME"]) == (folder, "forestallies", "forestallies")
