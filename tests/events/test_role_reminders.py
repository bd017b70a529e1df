"""Who with a part in an event is written to, and when: nudges for an answer, and the brief two days ahead."""

import json
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from events import role_reminders
from events.actions import roles, schedule
from events.actions.roles import Part
from events.models import Event, Role
from notices import delivery, guards
from notices.models import Notice
from tests.factories import MaterialFactory, MemberFactory, RegistrationFactory, RoleFactory
from tests.told import drawn

DAY = timedelta(days=1)
BRIEF = timedelta(hours=48)


@pytest.fixture
def asked(workshop, ana, bo, at):
    """Ana was asked this moment to interpret into Spanish, eleven days ahead, and has the first message."""
    role = roles.invite(event=workshop, who=ana, part=Part("interpreter", "es"), by=bo, at=at)
    delivery.deliver_due(clock=lambda: at)
    return role


@pytest.fixture
def mine(workshop, ana):
    return RoleFactory.create(event=workshop, member=ana, kind="interpreter", channel="es")


def briefs(**found) -> list[Notice]:
    return list(Notice.objects.filter(kind="staff_brief", **found).order_by("id"))


# --- Nudges ---


def test_asked_once_more_after_three_and_seven_days(asked, at):
    sent = [role_reminders.send_due(at=at + hours * timedelta(hours=1)) for hours in (71, 72, 73, 167, 168, 169, 220)]
    assert sent == [0, 1, 0, 0, 1, 0, 0]
    assert list(Notice.objects.order_by("id").values_list("key", flat=True)) == [
        f"role_invitation:{asked.pk}:20261121T090000000000:{step}" for step in "037"
    ]


def test_nudge_says_that_we_wait(asked, at):
    role_reminders.send_due(at=at + 3 * DAY)
    first, again = (drawn(notice, at=at) for notice in Notice.objects.order_by("id"))
    assert first.subject != again.subject and again.language == "es"
    assert again.text.splitlines()[0] == "Miércoles, 2 de diciembre de 2026, 08:00 (Lima, UTC−5)"


def test_after_a_pause_only_one_nudge_leaves(asked, at):
    assert [role_reminders.send_due(at=at + 8 * DAY + n * timedelta(hours=12)) for n in range(3)] == [1, 0, 0]


@pytest.mark.parametrize("answer", [roles.accept, roles.decline])
def test_who_answered_is_not_nudged(asked, ana, at, answer):
    answer(role=asked, by=ana, at=at)
    assert role_reminders.nudges_due(at=at + 3 * DAY).count() == 0


def test_nudge_is_not_delivered_to_who_answered_meanwhile(asked, ana, at):
    later = at + 3 * DAY
    role_reminders.send_due(at=later)
    roles.accept(role=asked, by=ana, at=later)
    delivery.deliver_due(clock=lambda: later)
    assert Notice.objects.latest("id").state == Notice.State.SUPPRESSED


def test_nudge_by_hand_takes_the_place_of_the_one_that_day(asked, bo, at):
    roles.remind(role=asked, by=bo, at=at + 3 * DAY - timedelta(hours=1))
    assert [role_reminders.send_due(at=at + 3 * DAY + n * timedelta(hours=12)) for n in range(3)] == [0, 0, 1]


def test_nobody_is_nudged_after_the_start_or_of_what_is_off(asked, workshop, at):
    assert role_reminders.nudges_due(at=workshop.starts_at).count() == 0
    Event.objects.update(state="cancelled")
    assert role_reminders.send_due(at=at + 3 * DAY) == 0
    assert not guards.ask("events.role_invitation", Notice.objects.get().subject_ref, at).ok


def test_asking_anew_begins_anew(asked, ana, bo, at):
    role_reminders.send_due(at=at + 3 * DAY)
    roles.decline(role=asked, by=ana, at=at + 3 * DAY)
    roles.invite(event=asked.event, who=ana, part=Part("interpreter", "es"), by=bo, at=at + 4 * DAY)
    assert role_reminders.send_due(at=at + 6 * DAY) == 0
    assert role_reminders.send_due(at=at + 7 * DAY) == 1


# --- Briefs ---


def test_brief_is_due_once_in_the_last_two_days(mine):
    due_at = mine.event.starts_at - BRIEF
    sent = [role_reminders.send_due(at=due_at + wait) for wait in (-timedelta(minutes=1), timedelta(), DAY)]
    assert sent == [0, 1, 0]


def test_brief_speaks_her_language_and_hour_and_says_what_she_needs(mine, workshop):
    at = workshop.starts_at - BRIEF
    Role.objects.update(rehearsal_at=at + DAY)
    MaterialFactory.create(event=workshop, title="Slides of Inês", visibility="team", released_at=None)
    MaterialFactory.create(title="Of another event")
    for language, how_many in (("es", 2), ("fr", 1)):
        for _ in range(how_many):
            RegistrationFactory.create(event=workshop, member=MemberFactory.create(language=language))
    RegistrationFactory.create(event=workshop, state="waitlisted", queue_no=1)
    role_reminders.send_due(at=at)
    text = drawn(*briefs(), at=at).text
    assert text.splitlines()[0] == "Miércoles, 2 de diciembre de 2026, 08:00 (Lima, UTC−5)"
    for words in (f"/assignment/{mine.pk}.", "Slides of Inês", "martes, 1 de diciembre de 2026, 08:00 (Lima, UTC−5)"):
        assert words in text
    assert " 2, " in text and "Of another event" not in text


def test_one_brief_for_a_person_with_two_parts(mine, ana, workshop):
    other = RoleFactory.create(event=workshop, member=ana, kind="speaker")
    at = workshop.starts_at - BRIEF
    assert role_reminders.send_due(at=at) == 1
    text = drawn(*briefs(), at=at).text
    assert all(f"/assignment/{role.pk}." in text for role in (mine, other))


def test_brief_comes_again_after_a_move_and_the_old_one_is_not_delivered(mine, workshop, bo):
    at = workshop.starts_at - BRIEF
    role_reminders.send_due(at=at)
    schedule.move(
        event=workshop, wall_date=workshop.wall_date, wall_time=time(15), minutes=90, zone=workshop.zone, by=bo, at=at
    )
    assert role_reminders.send_due(at=at + timedelta(minutes=5)) == 0  # the move may still be taken back
    delivery.deliver_due(clock=lambda: at + timedelta(minutes=11))
    assert role_reminders.send_due(at=at + 2 * timedelta(hours=1)) == 1
    assert [notice.state for notice in briefs()] == ["suppressed", "queued"]


def test_brief_is_silent_after_a_cancellation(mine, workshop, bo):
    at = workshop.starts_at - BRIEF
    role_reminders.send_due(at=at)
    schedule.cancel(event=workshop, reason="Storm", by=bo, at=at)
    assert role_reminders.send_due(at=at + DAY) == 0
    assert not guards.ask("events.staff_brief", briefs()[0].subject_ref, at).ok


@pytest.mark.parametrize("state", ["invited", "declined", "replaced"])
def test_only_who_said_yes_is_briefed(mine, workshop, state):
    Role.objects.update(state=state)
    assert role_reminders.briefs_due(at=workshop.starts_at - BRIEF).count() == 0


def test_who_accepts_late_is_briefed_then_and_nobody_after_the_start(mine, workshop, ana):
    Role.objects.update(state="invited")
    late = workshop.starts_at - timedelta(hours=1)
    roles.accept(role=mine, by=ana, at=late)
    assert role_reminders.briefs_due(at=workshop.starts_at).count() == 0
    assert role_reminders.send_due(at=late) == 1
    assert briefs()[0].expires_at == workshop.starts_at


def test_somebody_without_an_address_or_account_is_passed_over(workshop, ana, cy):
    for person in (ana, cy):
        RoleFactory.create(event=workshop, member=person)
    ana.email = None
    ana.save(update_fields=["email"])
    cy.is_active = False
    cy.save(update_fields=["is_active"])
    assert role_reminders.send_due(at=workshop.starts_at - BRIEF) == 0


def test_48_elapsed_hours_across_a_clock_change(mine, workshop):
    # Paris turns its clocks on 28 March 2027: 15:00 that Sunday is 13:00Z, and 48 hours earlier it is 14:00 in Paris.
    event = Event.objects.get(pk=workshop.pk)
    event.wall_date, event.wall_time, event.zone = date(2027, 3, 28), time(15), "Europe/Paris"
    event.save()
    assert role_reminders.send_due(at=datetime(2027, 3, 26, 12, 59, tzinfo=UTC)) == 0
    assert role_reminders.send_due(at=datetime(2027, 3, 26, 13, 0, tzinfo=UTC)) == 1


@pytest.mark.parametrize("people", [1, 12])
def test_run_costs_the_same_for_many(workshop, at, people, django_assert_num_queries):
    RoleFactory.create_batch(people, event=workshop)
    RoleFactory.create_batch(people, event=workshop, state="invited", invited_at=at)
    with django_assert_num_queries(3):
        assert role_reminders.send_due(at=workshop.starts_at - BRIEF) == 2 * people


def test_command_counts_and_posts(mine, workshop):
    said = []
    for options in (["--dry-run"], [], []):
        out = StringIO()
        moment = (workshop.starts_at - BRIEF).isoformat()
        call_command("send_due_reminders", "--json", "--at", moment, *options, stdout=out)
        said.append(json.loads(out.getvalue())["role_mails"])
    assert said == [1, 1, 0]
