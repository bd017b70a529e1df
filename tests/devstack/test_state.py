"""The state folder and the key in it."""

import os
from pathlib import Path

import pytest

from forestallies.devstack.console import Refused
from forestallies.devstack.state import State, portal_state, secret_key, suite_state


def test_folders_are_private(state: State) -> None:
    assert [path.stat().st_mode & 0o777 for path in (state.folder, state.log, state.mailbox)] == [0o700] * 3


def test_tests_share_nothing_with_the_demo(state: State) -> None:
    assert suite_state().folder == state.folder / "test"


def test_secret_key_is_made_once_and_private(state: State) -> None:
    key = secret_key(state)
    assert len(key) >= 50
    assert secret_key(state) == key
    assert (state.folder / "secret-key").stat().st_mode & 0o777 == 0o600


def test_folder_of_another_user_is_refused(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(Refused, match=f"^{state.folder} belongs to another user"):
        portal_state()


def test_state_that_cannot_be_made_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FA_STATE", str(tmp_path / "file"))
    with pytest.raises(Refused, match=r"^Cannot make the folder .*file: "):
        portal_state()
