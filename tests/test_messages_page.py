"""docs/messages.md names every kind of message, because the registry writes it."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from forestallies import messages_page
from forestallies.management.commands import draw_messages
from notices import kinds
from tests.emails.samples import KINDS

FILE = settings.BASE_DIR / draw_messages.FILE


def test_page_is_what_the_command_writes():
    assert FILE.read_text() == messages_page.draw(), "run `manage.py draw_messages`"


@pytest.mark.parametrize("found", [None, "# Messages\n"])
def test_command_writes_the_page_and_finds_one_that_is_missing_or_old(tmp_path, settings, found):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    if found:
        (tmp_path / draw_messages.FILE).write_text(found)
    with pytest.raises(SystemExit):
        call_command("draw_messages", "--check", stdout=StringIO())
    call_command("draw_messages", stdout=StringIO())
    call_command("draw_messages", "--check", stdout=StringIO())
    assert (tmp_path / draw_messages.FILE).read_text() == messages_page.draw()


def test_every_kind_that_has_words_is_registered_and_no_other():
    assert {kind.name for kind in kinds.known()} == set(KINDS)


def test_every_kind_says_what_brings_it():
    ours = {kind.name for kind in kinds.known() if not messages_page.is_account(kind)}
    assert ours - set(messages_page.TOLD) == set()


def test_marks_are_those_of_the_registry():
    rows = [line for line in messages_page.draw().splitlines() if line.startswith("| `")]
    lines = dict(row.removeprefix("| `").split("`", 1) for row in rows)
    assert lines["materials_posted"].endswith("| yes | yes | yes |")
    assert lines["weekly_digest"].endswith("| yes |  |  |")
    assert lines["offered"].endswith("|  |  |  |")
