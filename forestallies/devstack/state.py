"""The folder where embedded runs keep their data."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from forestallies.devstack.console import Refused

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class State:
    """Paths inside one state folder: `.portal/` for demo and manage, `.portal/test/` for tests."""

    folder: Path

    @property
    def lock(self) -> Path:
        return self.folder / "lock"

    @property
    def children(self) -> Path:
        return self.folder / "children.json"

    @property
    def published(self) -> Path:
        return self.folder / "env.json"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def mailbox(self) -> Path:
        return self.folder / "mailbox"

    @property
    def valkey(self) -> Path:
        return self.folder / "valkey"


def portal_state() -> State:
    """The state of the demo and of manage, made when missing. `FA_STATE` names another folder."""
    return _made(State(Path(os.environ.get("FA_STATE") or ROOT / ".portal").absolute()))


def suite_state() -> State:
    """The state of the test run: inside the demo's folder, sharing nothing with it."""
    return _made(State(portal_state().folder / "test"))


def _made(state: State) -> State:
    try:
        for folder in (state.folder, state.log, state.mailbox, state.valkey):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"Cannot make the folder {error.filename}: {error.strerror}.") from error
    owner = state.folder.stat().st_uid
    if owner != os.geteuid():
        raise Refused(
            f"{state.folder} belongs to another user (number {owner}): "
            "run the same command as that user, or set FA_STATE to another folder."
        )
    return state


def secret_key(state: State) -> str:
    """The key that signs sessions and links here, made on first use and readable by its owner only."""
    path = state.folder / "secret-key"
    if not path.exists():
        fresh = path.with_name(f"secret-key.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50) + "\n")
        fresh.replace(path)
    return path.read_text().strip()
