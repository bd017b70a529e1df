"""Gatherings made from the last one, changed and shown."""

from datetime import date, time

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from audit.models import Entry
from events.actions import schedule
from events.actions.schedule import ScheduleRefused
from events.models import Event, Question, Registration, Role
from tests.factories import (
    CircleFactory,
    RegistrationFactory,
    RoleFactory,
    RoomFactory,
    SegmentFactory,
    WorkshopFactory,
)
from tests.factories.events import GatheringFactory
from workshops.actions import gatherings
from workshops.actions.gatherings import COPIED, GatheringRefused
from workshops.models import Gathering, Workshop

# What a copy does not take from the workshop it is made from; a new field of an event has to be put here or there.
OF_ITS_OWN = {
    "id", "event_ptr", "uid", "kind", "slug", "state", "home", "wall_date", "wall_time", "minutes", "zone",
    "starts_at", "ends_at", "sequence", "registration_opens_at", "registration_closes_at", "promotion_until",
    "join_url", "meeting_number", "passcode", "dial_in", "urgent_contact", "reminders_since",
    "attendance_recorded_at", "updated_at", "gathering",
}  # fmt: skip


@pytest.fixture
def autumn(community) -> Gathering:
    return GatheringFactory.create(zone="Africa/Accra", summary="Two days.")


def spring(community, **more) -> Gathering:
    values = {"season": "spring", "year": 2027, "starts_on": date(2027, 6, 1), "zone": "Africa/Accra", **more}
    return Gathering(
        community=community, name="Spring 2027", name_en="Spring 2027", ends_on=values["starts_on"], **values
    )


def clone(autumn, by, at, *, only=None, **more) -> Gathering:
    ids = [one.pk for one in (only if only is not None else autumn.workshops.all())]
    new = spring(autumn.community, **more)
    return gatherings.clone(source=autumn, gathering=new, workshops=ids, by=by, at=at)


def test_every_field_of_a_workshop_is_copied_or_named_as_its_own():
    assert {field.name for field in Workshop._meta.concrete_fields} == {*COPIED} | OF_ITS_OWN
    assert not {*COPIED} & OF_ITS_OWN


def test_copy_is_a_draft_with_texts_length_seats_and_audience(autumn, bo, at):
    wider = CircleFactory.create(name="Guests")
    told = {"title": "Honey", "description_es": "Miel", "benefit_markets_fr": "Du miel", "capacity": 12, "minutes": 75}
    tags = {"commodities": ["cocoa"], "landscape": "Petén", "about_countries": ["GT"], "interpretation": ["es"]}
    first = WorkshopFactory.create(gathering=autumn, audience=[wider, autumn.community.circle], **told, **tags)
    made = clone(autumn, bo, at).workshops.get()
    assert {name: getattr(made, name) for name in (*told, *tags)} == {**told, **tags}
    assert (made.state, made.theme_id, made.purpose) == ("draft", first.theme_id, first.purpose)
    assert set(made.audience.all()) == set(first.audience.all())
    assert (made.wall_date, made.wall_time, made.slug) == (date(2027, 6, 2), time(13), "spring-2027-honey")


def test_nothing_of_people_agenda_or_links_comes_along(autumn, bo, at):
    first = WorkshopFactory.create(gathering=autumn, join_url="https://meet.example.org/x", passcode="12")
    event = first.event_ptr
    RegistrationFactory.create(event=event), RoleFactory.create(event=event), SegmentFactory.create(event=event)
    RoomFactory.create(event=event), Question.objects.create(event=event, words="Why?", position=0)
    made = clone(autumn, bo, at).workshops.get()
    assert (made.join_url, made.passcode, made.registration_opens_at) == ("", "", None)
    assert [Registration.objects.filter(event=made.pk).count(), Role.objects.filter(event=made.pk).count()] == [0, 0]
    assert [made.segments.count(), made.rooms.count(), Question.objects.filter(event=made.pk).count()] == [0, 0, 0]
    assert made.uid != first.uid


def test_only_what_is_ticked_and_not_called_off_comes_along(autumn, bo, at):
    first, second = WorkshopFactory.create_batch(2, gathering=autumn)
    off = WorkshopFactory.create(gathering=autumn, state="cancelled")
    made = clone(autumn, bo, at, only=[second, off])
    assert list(made.workshops.values_list("title", flat=True)) == [second.title]
    assert first.title != second.title


def test_gathering_itself_is_not_shown_and_is_written_down(autumn, bo, at):
    WorkshopFactory.create_batch(2, gathering=autumn)
    made = clone(autumn, bo, at)
    assert (made.is_published, made.slug, made.ends_on, made.summary_en) == (
        False, "spring-2027", date(2027, 6, 2), "Two days.",
    )  # fmt: skip
    entry = Entry.objects.get(verb="gathering.cloned")
    assert (entry.subject_id, entry.actor_id, entry.detail) == (
        made.pk,
        bo.pk,
        {"source": autumn.pk, "workshops": 2, "carried": 0},
    )


def test_season_that_is_taken_is_refused_and_nothing_is_made(autumn, bo, at):
    WorkshopFactory.create(gathering=autumn)
    with pytest.raises(GatheringRefused, match="There is a gathering of Autumn 2026 already") as refusal:
        clone(autumn, bo, at, season="autumn", year=2026)
    assert (refusal.value.field, Gathering.objects.count(), Workshop.objects.count()) == ("season", 1, 1)


def test_database_itself_holds_one_gathering_a_season(autumn):
    with pytest.raises(IntegrityError, match="gathering_once_a_season"):
        GatheringFactory.create(slug="again")


def test_extra_gathering_is_possible_beside_the_two(autumn, bo, at):
    clone(autumn, bo, at, season="extra")
    assert clone(autumn, bo, at, season="extra").slug == "extra-2027-2"


def test_hour_that_does_not_exist_is_refused_by_name(autumn, bo, at):
    Gathering.objects.update(zone="Europe/Paris")
    autumn.refresh_from_db()
    WorkshopFactory.create(
        gathering=autumn, title="Night", zone="Europe/Paris", wall_date=autumn.starts_on, wall_time=time(2, 30)
    )
    with pytest.raises(GatheringRefused, match="“Night”: The clocks in this zone jump over that time"):
        clone(autumn, bo, at, zone="Europe/Paris", starts_on=date(2027, 3, 28))
    assert Gathering.objects.count() == 1


def test_members_and_strangers_make_nothing(autumn, ana, cy, at):
    for person in (ana, cy):
        with pytest.raises(PermissionDenied):
            clone(autumn, person, at)
    assert Gathering.objects.count() == 1


def test_change_names_the_fields_and_the_same_again_is_none(autumn, bo, at):
    for _turn in range(2):
        gatherings.change(gathering=autumn, values={"place": "Accra", "is_published": True}, by=bo, at=at)
    [entry] = Entry.objects.filter(verb="gathering.changed")
    assert entry.detail == {"fields": ["place"], "shown": True}


def test_days_that_end_before_they_begin_are_refused(autumn, bo, at):
    with pytest.raises(GatheringRefused, match="The last day comes before the first"):
        gatherings.change(gathering=autumn, values={"ends_on": date(2026, 11, 30)}, by=bo, at=at)


@pytest.mark.parametrize("missing", ["benefit_communities", "benefit_markets"])
def test_workshop_is_announced_only_when_it_says_who_benefits(community, bo, at, missing):
    draft = WorkshopFactory.create(state="draft", **{missing: ""})
    with pytest.raises(ScheduleRefused, match="Before it is scheduled, please write what") as refusal:
        schedule.announce(event=draft.event_ptr, by=bo, at=at)
    assert (refusal.value.field, Event.objects.get(pk=draft.pk).state) == (f"{missing}_en", "draft")


def test_one_language_is_enough_to_announce_it(community, bo, at):
    draft = WorkshopFactory.create(state="draft", benefit_markets="", benefit_markets_pt_br="Mel")
    schedule.announce(event=draft.event_ptr, by=bo, at=at)
    assert Workshop.objects.get(pk=draft.pk).benefits()[1] == ("For markets", "Mel")
