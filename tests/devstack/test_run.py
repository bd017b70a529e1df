"""The start script, with a Python that only notes what it is asked to do."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from forestallies.devstack.state import ROOT

ADVICE = "(on Debian 12 or 13: apt install python3 python3-venv)"
NOTE_OPEN_FILES = """\
case "$*" in
  *"pip install"*) echo "open for pip:" $(readlink /proc/$$/fd/*) ;;
  *"devstack demo") echo "open for demo:" $(readlink /proc/$$/fd/*) ;;
esac >>"{notes}"
"""
FAIL_TO_INSTALL = "case $* in *'pip install'*) exit 1 ;; esac\n"
TOOLS = ("bash", "basename", "cat", "cksum", "cp", "dirname", "env", "mkdir", "readlink")
PYTHON = """\
#!/usr/bin/env bash
echo "$*" >>"{notes}"
case "$*" in
  *version_info*) echo "{version}" ;;
  *"import venv"*) exit {venv} ;;
  --version) echo "Python {version}.1" ;;
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
esac
"""


@dataclass
class Checkout:
    """A folder with `run` and lock files, and a PATH on which nothing else is."""

    folder: Path
    path: Path
    notes: Path

    def give(self, name: str, *, version: str = "3.11", venv: int = 0) -> None:
        self.give_script(name, PYTHON.format(notes=self.notes, version=version, venv=venv))

    def give_script(self, name: str, text: str) -> None:
        (self.path / name).write_text(text)
        (self.path / name).chmod(0o755)

    def run(self, *words: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        self.notes.write_text("")
        self.notes.chmod(0o666)
        command = [*before, str(self.folder / "run"), *words]
        return subprocess.run(command, env={"PATH": str(self.path)}, cwd="/", capture_output=True, text=True)

    def asked(self, word: str) -> list[str]:
        """What Python was asked to do about `word`."""
        return [line for line in self.notes.read_text().splitlines() if word in line]


@pytest.fixture
def checkout() -> Iterator[Checkout]:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to other users
        home = Path(name)
        home.chmod(0o755)
        checkout = Checkout(home / "a portal", home / "bin", home / "notes")
        checkout.path.mkdir()
        for tool in TOOLS:
            (checkout.path / tool).symlink_to(shutil.which(tool) or tool)
        (checkout.folder / "requirements").mkdir(parents=True)
        shutil.copy(ROOT / "run", checkout.folder)
        for group in ("production", "embedded", "test"):
            (checkout.folder / f"requirements/{group}.txt").write_text(f"{group}==1\n")
        yield checkout


@pytest.mark.parametrize("words", [(), ("serve",), ("--help",)])
def test_unknown_command_gets_the_usage(checkout: Checkout, words: tuple[str, ...]) -> None:
    done = checkout.run(*words)
    assert done.returncode == 2
    assert done.stderr == "usage: ./run demo | ./run test [pytest arguments] | ./run manage ARGS…\n"


def test_too_old_a_python_is_refused(checkout: Checkout) -> None:
    checkout.give("python3", version="3.9")
    done = checkout.run("demo")
    assert done.returncode == 1
    assert done.stderr == f"Python 3.11 to 3.14 is needed, and only 3.9 was found {ADVICE}.\n"


def test_missing_python_is_refused(checkout: Checkout) -> None:
    done = checkout.run("demo")
    assert done.returncode == 1
    assert done.stderr == f"Python 3.11 to 3.14 is needed {ADVICE}.\n"


def test_another_python_that_fits_is_found(checkout: Checkout) -> None:
    checkout.give("python3", version="3.9")
    checkout.give("python3.12", version="3.12")
    assert checkout.run("demo").stderr == "Setting up .venv with Python 3.12.1…\n"


def test_missing_venv_module_is_refused_with_its_package(checkout: Checkout) -> None:
    checkout.give("python3", venv=1)
    done = checkout.run("demo")
    assert done.returncode == 1
    assert done.stderr == "Python's venv module is missing (on Debian 12 or 13: apt install python3-venv).\n"


def test_read_only_folder_is_refused(checkout: Checkout) -> None:
    checkout.give("python3")
    checkout.folder.chmod(0o555)
    as_other = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups") if os.geteuid() == 0 else ()
    done = checkout.run("demo", before=tuple(shutil.which(word) or word for word in as_other))
    checkout.folder.chmod(0o755)
    assert done.returncode == 1
    assert done.stderr == f"This folder is read-only for you: {checkout.folder}/.venv cannot be written.\n"


def test_groups_are_installed_with_their_hashes_and_catalogues_compiled(checkout: Checkout) -> None:
    checkout.give("python3")
    assert checkout.run("demo").returncode == 0
    (install,) = checkout.asked("pip install")
    assert install.endswith("--require-hashes -r requirements/production.txt -r requirements/embedded.txt")
    assert checkout.asked("devstack") == ["-m forestallies.devstack.catalogues", "-m forestallies.devstack demo"]


def test_lock_on_set_up_ends_before_the_portal_starts(checkout: Checkout) -> None:
    script = (PYTHON + NOTE_OPEN_FILES).format(notes=checkout.notes, version="3.11", venv=0)
    checkout.give_script("python3", script)
    checkout.run("demo")
    installing, serving = checkout.asked("open for pip"), checkout.asked("open for demo")
    assert "requirements/production.txt" in installing[0]
    assert "requirements/production.txt" not in serving[0]


def test_second_start_installs_nothing(checkout: Checkout) -> None:
    checkout.give("python3")
    checkout.run("demo")
    checkout.run("manage", "shell", "-c", "print('a b')")
    assert checkout.notes.read_text() == "-m forestallies.devstack manage shell -c print('a b')\n"


def test_tests_install_their_group_too(checkout: Checkout) -> None:
    checkout.give("python3")
    checkout.run("demo")
    checkout.run("test")
    assert checkout.asked("pip install")[0].endswith("-r requirements/test.txt")


def test_changed_lock_file_is_installed(checkout: Checkout) -> None:
    checkout.give("python3")
    checkout.run("demo")
    (checkout.folder / "requirements/embedded.txt").write_text("embedded==2\n")
    checkout.run("demo")
    assert len(checkout.asked("pip install")) == 1


def test_failed_installation_is_tried_again(checkout: Checkout) -> None:
    checkout.give_script(
        "python3",
        PYTHON.format(notes=checkout.notes, version="3.11", venv=0) + "case $* in *pip\\ install*) exit 1; esac\n",
    )
    done = checkout.run("demo")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "The packages could not be installed; the reason stands above."
    checkout.run("demo")
    assert len(checkout.asked("pip install")) == 1


def test_uv_is_used_where_it_is_installed(checkout: Checkout) -> None:
    checkout.give("python3")
    checkout.give("uv")
    checkout.run("test")
    command = "pip install --quiet --compile-bytecode --python .venv/bin/python --require-hashes"
    assert checkout.asked("pip install")[0].startswith(command)


def test_pip_takes_over_where_uv_fails(checkout: Checkout) -> None:
    checkout.give("python3")
    checkout.give_script("uv", "#!/usr/bin/env bash\nexit 1\n")
    done = checkout.run("demo")
    assert done.returncode == 0
    assert done.stderr.splitlines()[1:] == ["uv could not do it; trying pip…"]
    assert len(checkout.asked("-m pip install")) == 1
