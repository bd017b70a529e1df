"""docs/registration.md says what the code does, because the code writes it."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from events import answers, states_page
from events.actions import registrations
from events.management.commands import draw_states
from events.models import Registration
from notices.models import Notice

FILE = settings.BASE_DIR / draw_states.FILE


def test_page_is_what_the_command_writes():
    assert FILE.read_text() == states_page.draw(), "run `manage.py draw_states`"


def test_command_writes_the_page_and_then_finds_it_up_to_date(tmp_path, settings):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    call_command("draw_states", stdout=StringIO())
    call_command("draw_states", "--check", stdout=StringIO())
    assert (tmp_path / draw_states.FILE).read_text() == states_page.draw()


@pytest.mark.parametrize("found", [None, "# Registrations\n"])
def test_check_finds_a_page_that_is_missing_or_old_and_leaves_it_alone(tmp_path, settings, found):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    if found:
        (tmp_path / draw_states.FILE).write_text(found)
    with pytest.raises(SystemExit) as end:
        call_command("draw_states", "--check", stdout=StringIO())
    assert end.value.code == 1
    assert (tmp_path / draw_states.FILE).exists() == bool(found)


def test_wrong_use_is_said():
    with pytest.raises(CommandError):
        call_command("draw_states", "--chekc")


def test_every_step_has_its_words_and_no_words_are_left_over():
    assert sorted(states_page.STEPS) == sorted(states_page.steps())


def test_every_arrow_of_the_table_is_in_the_picture():
    page = states_page.draw()
    for before, after in ((a, b) for a, following in Registration.TRANSITIONS.items() for b in following):
        assert f"    {before} --> {after}\n" in page


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (("", "confirmed"), "registration_confirmed"),
        (("waitlisted", "confirmed"), "promoted"),
        (("waitlisted", "waitlisted"), ""),
        (("offered", "expired"), "offer_expired"),
        (("pending", "declined"), "registration_declined"),
        (("confirmed", "declined"), "registration_cancelled"),
    ],
)
def test_step_brings_its_message(step, message):
    assert states_page.message_of(*step) == message


def test_message_that_the_page_names_is_the_one_that_is_posted(workshop, ana, at):
    row = registrations.register(event=workshop, member=ana, by=ana, at=at)
    answers.tell_due(at=at)
    assert Notice.objects.get().kind == states_page.message_of("", row.state)
