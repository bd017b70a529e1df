"""A member without a sign for 120 days is asked twice, a quarter apart, and pauses a quarter later."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Attendance, Event
from forestallies import inactivity
from forestallies.inactivity import QUARTER, SILENCE
from members.actions import life
from members.models import Member, Membership
from notices import guards, timed
from notices.models import Notice, Preference
from tests.factories import AttendanceFactory, MembershipFactory, RegistrationFactory, RoleFactory, WorkshopFactory

DAY = timedelta(days=1)


@pytest.fixture
def silent(ana, at) -> Membership:
    """Ana joined long ago, and was last here 121 days ago."""
    Member.objects.filter(pk=ana.pk).update(last_seen_on=(at - SILENCE - DAY).date())
    return MembershipFactory.create(member=ana)


def kinds() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("kind", flat=True))


def seen(member, at) -> None:
    Member.objects.filter(pk=member.pk).update(last_seen_on=at.date())


def test_she_is_asked_twice_and_then_pauses(silent, at):
    assert [inactivity.send_due(at=at + turn * DAY) for turn in (0, 1, 89)] == [1, 0, 0]
    assert [inactivity.send_due(at=at + QUARTER + turn * DAY) for turn in (0, 1, 89)] == [1, 0, 0]
    assert inactivity.count_due(at=at + 2 * QUARTER) == 1
    assert inactivity.send_due(at=at + 2 * QUARTER) == 1
    silent.refresh_from_db()
    assert (silent.state, kinds()) == ("dormant", ["still_there", "still_there", "membership_changed"])
    assert list(silent.steps.values_list("reason", "by")) == [("no_sign", None)]
    assert inactivity.send_due(at=at + 9 * QUARTER) == 0


def test_visit_begins_the_count_anew(silent, ana, at):
    inactivity.send_due(at=at)
    seen(ana, at + 10 * DAY)
    assert inactivity.send_due(at=at + QUARTER) == 0
    later = at + 10 * DAY + SILENCE + DAY
    assert inactivity.send_due(at=later) == 1
    assert Membership.objects.get().stay_asks == 1
    assert [facts["asks"] for facts in Notice.objects.order_by("pk").values_list("facts", flat=True)] == [1, 1]


@pytest.mark.parametrize("sign", ["registered", "seat ahead", "attended", "part", "joined", "seen", "stayed"])
def test_nobody_is_asked_who_gave_a_sign(silent, ana, at, sign):
    event = WorkshopFactory.create().event_ptr
    if sign in ("registered", "seat ahead"):
        state = "cancelled" if sign == "registered" else "confirmed"
        since = at - (SILENCE - DAY if sign == "registered" else 2 * SILENCE)
        by = "member" if sign == "registered" else ""
        RegistrationFactory.create(event=event, member=ana, state=state, cancelled_by=by, state_since=since)
    elif sign == "attended":
        AttendanceFactory.create(event=event, member=ana, status=Attendance.Status.PARTIAL)
    elif sign == "part":
        RoleFactory.create(event=event, member=ana, state="accepted")
    elif sign == "seen":
        seen(ana, at - SILENCE)
    else:
        Membership.objects.update(**{f"{sign}_at": at - SILENCE + DAY})
    starts_at = at + DAY if sign == "seat ahead" else at - 9 * DAY
    Event.objects.filter(pk=event.pk).update(starts_at=starts_at, ends_at=starts_at + DAY)
    assert inactivity.send_due(at=at) == 0


@pytest.mark.parametrize("status", ["no_show", "excused"])
def test_absence_is_no_sign(silent, ana, at, status):
    event = WorkshopFactory.create().event_ptr
    AttendanceFactory.create(event=event, member=ana, status=status)
    assert inactivity.send_due(at=at) == 1


@pytest.mark.parametrize("case", ["no address", "does not want it", "dormant"])
def test_who_cannot_or_does_not_want_to_be_asked_is_neither_asked_nor_paused(silent, ana, at, case):
    if case == "no address":
        Member.objects.filter(pk=ana.pk).update(email=None)
    elif case == "dormant":
        Membership.objects.update(state="dormant")
    else:
        Preference.objects.create(member=ana, kind="still_there", wanted=False, changed_at=at)
    assert [inactivity.send_due(at=at + number * QUARTER) for number in range(4)] == [0] * 4


def test_mail_does_not_leave_once_she_stays(silent, ana, at):
    inactivity.send_due(at=at)
    [notice] = Notice.objects.all()
    assert guards.ask(notice.guard, notice.subject_ref, at).ok
    life.stay(membership=silent, by=ana, at=at)
    assert not guards.ask(notice.guard, notice.subject_ref, at).ok


def test_beat_and_command_ask_this_sender(silent, at):
    assert timed.count_due(at=at)["inactivity"] == 1
    assert timed.send_due(at=at)["inactivity"] == 1


def test_visit_is_a_day_written_once(ana, clock, at):
    browser = Client()
    browser.force_login(ana)
    assert Member.objects.get(pk=ana.pk).last_seen_on == at.date()
    with CaptureQueriesContext(connection) as same_day:
        browser.get(reverse("profile_edit"))
    clock.shift(DAY)
    with CaptureQueriesContext(connection) as next_day:
        browser.get(reverse("profile_edit"))
    writes = [
        sum('"last_seen_on" = ' in query["sql"] for query in day.captured_queries) for day in (same_day, next_day)
    ]
    assert writes == [0, 1]
    assert Member.objects.get(pk=ana.pk).last_seen_on == (at + DAY).date()
