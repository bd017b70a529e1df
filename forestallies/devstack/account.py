"""Who PostgreSQL runs as: it refuses to run as root.

An ordinary user runs it as himself. Root runs it in a user namespace of its own, where the same user has
another number and no power over other users' files: no permission or owner changes anywhere. Where the system does not
allow that, it runs as `nobody`. Where either cannot reach the state folder or the installed binaries (they may lie
in somebody's private home), the data and a copy of the binaries go to a folder in `/var/tmp`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from forestallies.devstack.console import Refused

NOBODY = 65534
NAMESPACE = ("unshare", "-U", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
PROBE = 'test -w "$0" && "$1" --version'


@dataclass(frozen=True)
class Account:
    """How to run PostgreSQL: the words before its command, the user to become, the data's and the binaries' folder."""

    home: Path
    install: Path
    prefix: tuple[str, ...] = ()
    user: int | None = None

    def command(self, program: str, *arguments: str) -> list[str]:
        return [*self.prefix, str(self.install / "bin" / program), *arguments]

    def run(self, command: Sequence[str], **extra: str) -> subprocess.CompletedProcess[str]:
        """Run a short command as this account, with `extra` in its environment."""
        return subprocess.run(
            command,
            cwd="/",
            env={**os.environ, **extra},
            capture_output=True,
            text=True,
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
        )

    def works(self) -> bool:
        """Whether this account can write to its home and run the binaries."""
        probe = [*self.prefix, "sh", "-c", PROBE, str(self.home), str(self.install / "bin" / "postgres")]
        return self.run(probe).returncode == 0


def choose_account(state: Path, install: Path) -> Account:
    """The account for the PostgreSQL of this state folder. Raises `Refused` when none works."""
    if os.geteuid() != 0:
        return Account(state, install)
    elsewhere = Path("/var/tmp") / f"forestallies-{hashlib.sha256(os.fsencode(state)).hexdigest()[:12]}"  # noqa: S108
    if _namespaces_allowed():
        inside = Account(state, install, prefix=NAMESPACE)
        outside = replace(inside, home=elsewhere)
    else:
        inside = outside = Account(elsewhere, install, user=NOBODY)
    if inside is not outside and inside.works():
        return inside
    _make_home(elsewhere, owner=outside.user or 0)
    if not outside.works():
        outside = replace(outside, install=_copied(install, elsewhere))
    if not outside.works():
        raise Refused(f"PostgreSQL refuses to run as root and cannot be run from {elsewhere} either: use another user.")
    return outside


def _namespaces_allowed() -> bool:
    if not shutil.which(NAMESPACE[0]):
        return False
    return subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode == 0


def _make_home(home: Path, *, owner: int) -> None:
    """Make a private folder in a place where everybody can write, or make sure that an existing one is ours."""
    try:
        home.mkdir(mode=0o700)
        os.chown(home, owner, owner)
    except FileExistsError:
        seen = home.lstat()
        if home.is_symlink() or not home.is_dir() or seen.st_uid != owner or seen.st_mode & 0o077:
            raise Refused(f"{home} is not a private folder of ours: remove it and try again.") from None


def _copied(install: Path, home: Path) -> Path:
    """A copy of the binaries, with the libraries that lie beside their package."""
    package = install.parent
    copy = home / "binaries"
    stamp = copy / "copied-from"
    if not stamp.exists() or stamp.read_text() != str(package.stat().st_mtime_ns):
        shutil.rmtree(copy, ignore_errors=True)
        for folder in package.parent.glob(f"{package.name}*"):
            if folder.suffix in ("", ".libs"):
                shutil.copytree(folder, copy / folder.name, symlinks=True)
        stamp.write_text(str(package.stat().st_mtime_ns))
    return copy / package.name / install.name
