"""The cockpit of an event: who opens which of its pages, what is still to do, its messages and its history."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.html import escape

from audit.models import Entry, record
from events import cockpit
from events.actions import schedule, speaker_questions
from events.models import Event, Role, RoomPlace, SpeakerQuestion
from events.telling import label
from notices import outbox
from notices.models import Notice
from notices.render import Message, Recipient
from tests.factories import (
    MaterialFactory,
    MemberFactory,
    RegistrationFactory,
    RoleFactory,
    RoomFactory,
    SegmentFactory,
    WorkshopFactory,
    join,
)
from tests.world import sign_in

pytestmark = pytest.mark.usefixtures("clock")  # Saturday 21 November 2026, 09:00Z
HOSTILE = '<script>alert(1)</script> {{7*7}} "><svg/onload=x> א'


@pytest.fixture
def as_bo(bo):
    bo.language = "en"
    bo.save(update_fields=["language"])
    return sign_in(bo)


@pytest.fixture
def ready(workshop):
    """A workshop that lacks nothing: a link, a contact, a run of show."""
    workshop.join_url, workshop.urgent_contact = "https://meet.example.org/x", "Ama, +233 20 000 0000"
    workshop.save(update_fields=["join_url", "urgent_contact"])
    SegmentFactory.create(event=workshop, minutes=workshop.minutes)
    return workshop


def page(browser, event, name="event_cockpit", query=""):
    return browser.get(reverse(name, args=[event.pk]) + query)


def helper(event, kind):
    """Somebody of the audience who accepted a role."""
    role = RoleFactory.create(event=event, kind=kind, member=join(MemberFactory.create(), event.audience.get()))
    return sign_in(role.member)


def tabs(answer) -> list[str]:
    return [tab.name for tab in answer.context["tabs"]]


def posted(event, **fields) -> Notice:
    """A message about an event in whatever state."""
    person = MemberFactory.create(name="Ama Boateng")
    recipient = Recipient(person.email, person.name, "en", "UTC", person.pk)
    message = Message("reminder_24h", recipient, "subject", "text", "html", about=(label(event.pk),))
    key = str(uuid4())
    outbox.post_once(outbox.Posting(message=message, key=key), at=event.starts_at - timedelta(days=20))
    Notice.objects.filter(key=key).update(**fields)
    return Notice.objects.get(key=key)


def test_what_is_missing_is_said_with_the_page_that_mends_it(as_bo, workshop):
    workshop.interpretation = ["fr"]
    workshop.save(update_fields=["interpretation"])
    RoleFactory.create(event=workshop, kind=Role.Kind.INTERPRETER, channel="fr")
    RegistrationFactory.create(event=workshop)
    RoomFactory.create(event=workshop)
    RoleFactory.create(event=workshop, kind=Role.Kind.SPEAKER, state="invited")
    posted(workshop, state="failed", problem="550 no such user")
    said = [(one.words, one.tab) for one in page(as_bo, workshop).context["todo"]]
    assert said == [
        ("There is no meeting link yet, so nobody can join.", ""),
        ("1 message could not be sent.", "event_messages"),
        ("1 invitation has no answer yet.", "role_list"),
        ("There is no run of show yet.", "segment_list"),
        ("1 person is in no room yet.", "room_list"),
        ("Nobody is named who helps when somebody cannot get in.", ""),
        ("Interpretation into French: 1 of 2 interpreters.", "role_list"),
    ]


def test_ready_event_says_so(as_bo, ready):
    assert page(as_bo, ready).context["todo"] == []
    assert "Everything that the portal can check is ready." in page(as_bo, ready).content.decode()


def test_run_of_show_longer_than_the_event_is_said_with_the_minutes(as_bo, ready):
    SegmentFactory.create(event=ready, minutes=7)
    [one] = page(as_bo, ready).context["todo"]
    assert one.words == "The run of show is 7 minutes longer than the event."


def test_held_event_lacks_its_attendance_and_nothing_else(as_bo, workshop, clock):
    RegistrationFactory.create_batch(2, event=workshop)
    clock.move_to(workshop.ends_at)
    [one] = page(as_bo, workshop).context["todo"]
    assert (one.words, one.tab) == ("2 people have no attendance mark yet.", "attendance_edit")


def test_cancelled_event_lacks_nothing(as_bo, workshop):
    Event.objects.filter(pk=workshop.pk).update(state="cancelled")
    answer = page(as_bo, workshop)
    assert answer.context["todo"] == []
    assert "This event is cancelled." in answer.content.decode()


def test_facilitator_by_role_sees_her_event_only_and_neither_people_nor_messages(workshop):
    browser = helper(workshop, Role.Kind.FACILITATOR)
    answer = page(browser, workshop)
    assert answer.status_code == 200
    assert not {"registration_list", "event_messages", "event_history"} & set(tabs(answer))
    assert [page(browser, workshop, name).status_code for name in ("event_messages", "event_history")] == [403, 403]
    assert page(browser, WorkshopFactory.create()).status_code == 403


def test_co_facilitator_sees_the_overview_without_what_is_to_do(workshop):
    answer = page(helper(workshop, Role.Kind.CO_FACILITATOR), workshop)
    assert (answer.status_code, answer.context["todo"]) == (200, [])
    assert "Change time, seats and meeting link" not in answer.content.decode()


@pytest.mark.parametrize("kind", [Role.Kind.SPEAKER, Role.Kind.INTERPRETER])
def test_guests_do_not_open_the_cockpit(workshop, kind):
    assert page(helper(workshop, kind), workshop).status_code == 403


def test_role_that_was_not_accepted_opens_no_cockpit(workshop):
    role = RoleFactory.create(event=workshop, state=Role.State.INVITED)
    assert page(sign_in(role.member), workshop).status_code == 403


def test_messages_are_told_apart_by_how_they_stand(as_bo, workshop):
    at = workshop.starts_at
    posted(workshop, state="failed", problem="550 no such user", finished_at=at)
    posted(workshop, state="sent", finished_at=at)
    posted(workshop)
    posted(WorkshopFactory.create(), state="sent", finished_at=at)
    answer = page(as_bo, workshop, "event_messages")
    assert [(group.name, number) for group, number in answer.context["groups"]] == [
        ("failed", 1), ("waiting", 1), ("sent", 1), ("dropped", 0),
    ]  # fmt: skip
    failed = page(as_bo, workshop, "event_messages", "?show=failed")
    assert [line.notice.problem for line in failed.context["lines"]] == ["550 no such user"]


def test_planned_messages_are_counted_ahead_and_stored_nowhere(as_bo, workshop):
    for zone in ("America/Lima", "Africa/Accra", "Africa/Accra"):
        RegistrationFactory.create(event=workshop, member__zone=zone)
    weekly = [workshop.starts_at - timedelta(days=7, hours=hours) for hours in (4, -1)]
    answer = page(as_bo, workshop, "event_messages")
    assert [(one.kind, one.people, one.first, one.last, one.local) for one in answer.context["planned"]] == [
        ("reminder, 7 days before", 3, *weekly, "Wednesday, 25 November 2026, 09:00 on each person’s own clock"),
        ("reminder, 24 hours before", 3, *[workshop.starts_at - timedelta(hours=24)] * 2, ""),
        ("reminder, an hour before", 3, *[workshop.starts_at - timedelta(hours=1)] * 2, ""),
        ("thank-you and feedback", 3, *[workshop.ends_at + timedelta(hours=1)] * 2, ""),
    ]
    assert "09:00 on each person’s own clock" in answer.content.decode()
    assert Notice.objects.count() == 0


def test_sign_in_mails_are_not_among_the_messages_of_an_event(as_bo, workshop):
    posted(workshop, sensitive=True)
    assert page(as_bo, workshop, "event_messages").context["lines"] == []


def test_history_names_who_did_what(as_bo, bo, workshop, at):
    schedule.move(
        event=workshop, wall_date=workshop.wall_date, wall_time=workshop.wall_time.replace(hour=15),
        minutes=workshop.minutes, zone=workshop.zone, by=bo, at=at,
    )  # fmt: skip
    record(verb="something.new", subject=RoleFactory.create(event=workshop), by=None, at=at)
    [first, second] = page(as_bo, workshop, "event_history").context["lines"]
    assert (first.who, first.words) == ("", "something.new")
    assert (second.who, second.words) == ("Bo Dupont", "moved the event")
    assert second.detail == (
        "Wednesday, 2 December 2026, 13:00 (Accra, UTC+0) → Wednesday, 2 December 2026, 15:00 (Accra, UTC+0)"
    )


def test_hostile_words_are_shown_as_typed(as_bo, workshop):
    Event.objects.filter(pk=workshop.pk).update(title_en=HOSTILE, title=HOSTILE, urgent_contact=HOSTILE)
    posted(workshop, state="failed", problem=HOSTILE)
    for name in ("event_cockpit", "event_messages", "event_history"):
        assert escape(HOSTILE) in page(as_bo, workshop, name).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("event_cockpit", 10), ("event_messages", 11), ("event_history", 9)])
def test_cockpit_costs_the_same_for_one_and_three(as_bo, bo, ready, at, rows, name, queries, django_assert_num_queries):
    for _ in range(rows):
        RegistrationFactory.create(event=ready)
        posted(ready)
        record(verb="event.announced", subject=ready, by=bo, at=at)
    page(as_bo, ready, name)
    with django_assert_num_queries(queries):
        page(as_bo, ready, name)


@pytest.mark.parametrize("tab", [tab.name for tab in cockpit.TABS])
def test_no_page_of_the_cockpit_takes_more_than_twelve_queries(as_bo, ready, tab, django_assert_max_num_queries):
    for _ in range(3):
        registration = RegistrationFactory.create(event=ready)
        room = RoomFactory.create(event=ready)
        RoomPlace.objects.create(room=room, event=ready, member=registration.member, placed_at=ready.starts_at)
        SegmentFactory.create(event=ready, position=ready.segments.count())
        MaterialFactory.create(event=ready)
        RoleFactory.create(event=ready, kind=Role.Kind.CO_FACILITATOR)
        SpeakerQuestion.objects.create(
            event=ready, member=registration.member, words="Why?", created_at=ready.starts_at
        )
    page(as_bo, ready, tab)
    with django_assert_max_num_queries(12):
        assert page(as_bo, ready, tab).status_code == 200


def test_history_tells_no_hour_at_which_somebody_asked_the_speakers(as_bo, workshop, ana):
    RegistrationFactory.create(event=workshop, member=ana)
    for with_name in (False, True):
        speaker_questions.ask(event=workshop, words="Who pays?", with_name=with_name, by=ana, at=workshop.starts_at)
    assert Entry.objects.filter(verb="speaker_question.asked").count() == 2
    assert page(as_bo, workshop, "event_history").context["lines"] == []


def test_phone_has_the_page_of_the_day_at_hand_and_the_others_one_tap_away(as_bo, workshop):
    host = page(helper(workshop, Role.Kind.CO_FACILITATOR), workshop)
    assert [tab.name for tab in host.context["tabs"] if tab.near == "always"] == [
        "event_cockpit", "segment_live", "my_room",
    ]  # fmt: skip
    assert not host.context["has_more_tabs"]
    team = page(as_bo, workshop, "event_history")
    assert [tab.name for tab in team.context["tabs"] if tab.near == "always"] == [
        "event_cockpit", "segment_list", "segment_live",
    ]  # fmt: skip
    assert team.context["has_more_tabs"]


@pytest.mark.parametrize("tab", cockpit.TABS, ids=lambda tab: tab.name)
def test_the_current_page_stands_among_the_tabs_once(as_bo, workshop, tab):
    said = page(as_bo, workshop, tab.name).content.decode().split('class="tabs"')[1].split("</nav>")[0]
    shown = said.split("<details")[0]
    assert said.count(f'"{reverse(tab.name, args=[workshop.pk])}"') == 1
    assert f'"{reverse(tab.name, args=[workshop.pk])}" aria-current="page"' in shown
