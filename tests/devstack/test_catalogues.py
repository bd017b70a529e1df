"""Compiling the message catalogues."""

import gettext
import os
import subprocess
import sys
from pathlib import Path

import pytest

from forestallies.devstack import catalogues
from forestallies.devstack.console import Refused
from forestallies.devstack.state import ROOT

GOOD = """\
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Welcome"
msgstr "Bienvenida, Inés"

#, fuzzy
msgid "Cancel"
msgstr "Borrar"
"""


@pytest.fixture
def po(tmp_path: Path) -> Path:
    path = tmp_path / "locale/es/LC_MESSAGES/django.po"
    path.parent.mkdir(parents=True)
    path.write_text(GOOD)
    return path


def test_catalogue_is_compiled(po: Path, tmp_path: Path) -> None:
    assert catalogues.compile_stale(tmp_path) == [po]
    with po.with_suffix(".mo").open("rb") as file:
        messages = gettext.GNUTranslations(file)
    assert messages.gettext("Welcome") == "Bienvenida, Inés"
    assert messages.gettext("Cancel") == "Cancel"  # a guess that nobody has confirmed


def test_catalogue_is_compiled_again_only_when_edited(po: Path, tmp_path: Path) -> None:
    catalogues.compile_stale(tmp_path)
    assert catalogues.compile_stale(tmp_path) == []
    later = po.with_suffix(".mo").stat().st_mtime + 1
    os.utime(po, (later, later))
    assert catalogues.compile_stale(tmp_path) == [po]


def test_missing_locale_folder_is_fine(tmp_path: Path) -> None:
    assert catalogues.compile_stale(tmp_path) == []


@pytest.mark.parametrize("content", [b"nonsense\n", b'msgid ""\nmsgstr "\xff\xfe"\n', GOOD.encode() * 2])
def test_catalogue_that_does_not_parse_is_named(po: Path, tmp_path: Path, content: bytes) -> None:
    po.write_bytes(content)
    with pytest.raises(Refused, match=f"^{po} does not parse: "):
        catalogues.compile_stale(tmp_path)
    assert not po.with_suffix(".mo").exists()


def test_read_only_folder_gets_a_sentence(
    po: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(target: Path, content: bytes) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(catalogues, "store", refuse)
    assert catalogues.compile_stale(tmp_path) == []
    expected = f"{po.with_suffix('.mo')} could not be written (Permission denied); its messages stay in English.\n"
    assert capsys.readouterr().err == expected


def test_command_ends_well_on_the_project_itself() -> None:
    command = [sys.executable, "-m", "forestallies.devstack.catalogues"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stderr == ""
