"""What the page of an event, a card and My page say to each state of a registration and each hour."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from events.models import Event, Registration
from tests.factories import RegistrationFactory, WorkshopFactory


@pytest.fixture
def ana(ana):
    ana.language = "en"
    ana.save(update_fields=["language"])
    return ana


def shown(browser, event) -> str:
    return " ".join(browser.get(event.get_absolute_url()).content.decode().split())


def send(browser, name, event, key=None):
    return browser.post(reverse(name, args=[event.pk]), {"submission": key or uuid4()}, follow=True)


def words(answer) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def set_event(event, **values) -> Event:
    Event.objects.filter(pk=event.pk).update(**values)
    event.refresh_from_db()
    return event


def registered(event, member, state, **values) -> Registration:
    defaults = {"waitlisted": {"queue_no": 1}, "cancelled": {"cancelled_by": "member"}}.get(state, {})
    return RegistrationFactory.create(event=event, member=member, state=state, **{**defaults, **values})


@pytest.fixture
def offer(workshop, ana, at):
    set_event(workshop, makes_offers=True)
    return registered(workshop, ana, "offered", offer_expires_at=at + timedelta(hours=48))


def test_offer_says_until_when_in_her_own_zone(as_ana, workshop, offer, clock):
    for page in (shown(as_ana, workshop), " ".join(as_ana.get(reverse("my_page")).content.decode().split())):
        assert "A seat is kept for you until <strong>Monday, 23 November 2026, 04:00 (Lima, UTC−5)</strong>" in page
        assert reverse("offer_accept", args=[workshop.pk]) in page


def test_offer_is_taken_once_however_often_it_is_sent(as_ana, workshop, offer, clock):
    key = uuid4()
    for _ in range(2):
        assert "The seat is yours" in words(send(as_ana, "offer_accept", workshop, key))
    offer.refresh_from_db()
    assert (offer.state, offer.transitions.count()) == ("confirmed", 2)


def test_offer_is_let_pass(as_ana, workshop, offer, clock):
    assert "next person on the list" in words(send(as_ana, "registration_cancel", workshop))
    offer.refresh_from_db()
    assert offer.state == "declined"
    assert reverse("registration_create", args=[workshop.pk]) in shown(as_ana, workshop)


def test_offer_that_ended_cannot_be_taken(as_ana, workshop, offer, clock):
    clock.move_to(offer.offer_expires_at)
    assert "Take the seat" not in shown(as_ana, workshop)
    assert "did not take the seat in time" in shown(as_ana, workshop)
    assert "This offer has ended" in words(send(as_ana, "offer_accept", workshop))
    offer.refresh_from_db()
    assert offer.state == "offered"


def test_nobody_takes_what_is_not_offered(as_ana, ana, cy, client, workshop, clock):
    assert send(as_ana, "offer_accept", workshop).status_code == 404
    registered(workshop, ana, "waitlisted")
    assert "No seat is offered" in words(send(as_ana, "offer_accept", workshop))
    client.force_login(cy)
    assert send(client, "offer_accept", workshop).status_code == 404
    assert Registration.objects.get().state == "waitlisted"


def test_form_without_key_takes_nothing(as_ana, workshop, offer, clock):
    answer = as_ana.post(reverse("offer_accept", args=[workshop.pk]), follow=True)
    assert "nothing was changed" in words(answer)
    offer.refresh_from_db()
    assert offer.state == "offered"


def test_expired_offer_leads_back_to_the_list(as_ana, ana, workshop, clock):
    registered(workshop, ana, "expired")
    page = shown(as_ana, workshop)
    assert "Your offer has ended" in page and "Do you still want to come?" in page
    send(as_ana, "registration_create", workshop)
    assert ana.registrations.get().state == "confirmed"


def test_pending_is_said_and_taken_back(as_ana, ana, workshop, clock):
    set_event(workshop, needs_approval=True)
    assert "The team decides on each registration" in shown(as_ana, workshop)
    assert "The team decides" in words(send(as_ana, "registration_create", workshop))
    assert "Take my registration back" in shown(as_ana, workshop)
    assert "taken your registration back" in words(send(as_ana, "registration_cancel", workshop))
    assert ana.registrations.get().state == "cancelled"


def test_group_registration_is_declined_and_comes_back(as_ana, ana, workshop, clock):
    registered(workshop, ana, "confirmed", automatic=True)
    page = shown(as_ana, workshop)
    assert "You are registered with your group" in page and "I cannot come" in page and "Cancel my place" not in page
    assert "Thank you for telling us" in words(send(as_ana, "registration_cancel", workshop))
    assert ana.registrations.get().state == "declined"
    assert "You said that you cannot come" in shown(as_ana, workshop)
    send(as_ana, "registration_create", workshop)
    assert (ana.registrations.get().state, ana.registrations.get().automatic) == ("confirmed", False)


@pytest.mark.parametrize(("makes_offers", "sentence"), [(False, "has it at once"), (True, "has some hours to take it")])
def test_waiting_says_the_position_and_how_the_list_works(as_ana, ana, workshop, clock, makes_offers, sentence):
    set_event(workshop, makes_offers=makes_offers)
    RegistrationFactory.create(event=workshop, state="waitlisted", queue_no=1)
    registered(workshop, ana, "waitlisted", queue_no=7)
    page = shown(as_ana, workshop)
    assert "you are number 2" in page and sentence in page


def test_list_that_stops_earlier_says_when(as_ana, ana, workshop, clock):
    set_event(workshop, promotion_until=workshop.starts_at - timedelta(days=1))
    registered(workshop, ana, "waitlisted")
    assert "until Tuesday, 1 December 2026, 08:00 (Lima, UTC−5)" in shown(as_ana, workshop)
    clock.move_to(workshop.starts_at - timedelta(hours=20))
    assert "the list does not move any more" in shown(as_ana, workshop)


def test_free_seat_with_people_waiting_is_a_place_on_the_list(as_ana, ana, workshop, clock):
    """After the last passing on, a seat may be free while people wait; whoever comes goes behind them."""
    RegistrationFactory.create(event=workshop, state="waitlisted", queue_no=1)
    assert "Join the waiting list" in shown(as_ana, workshop)
    assert "Full: waiting list of 1" in shown(as_ana, workshop)
    send(as_ana, "registration_create", workshop)
    assert ana.registrations.get().state == "waitlisted"


def _later(event):
    return {"registration_opens_at": event.starts_at - timedelta(days=3)}


def _closed(event):
    return {"registration_closes_at": event.starts_at - timedelta(days=30)}


def _cancelled(_event):
    return {"state": "cancelled"}


@pytest.mark.parametrize(
    ("change", "after", "sentence"),
    [
        (_later, None, "Registration opens on <strong>Sunday, 29 November 2026, 08:00 (Lima, UTC−5)</strong>"),
        (_closed, None, "Registration is closed."),
        (None, timedelta(0), "This event has begun, so nobody can register any more."),
        (None, timedelta(hours=2), "This event is over."),
        (_cancelled, None, "This event does not take place."),
    ],
)
def test_each_reason_has_its_own_sentence(as_ana, workshop, clock, change, after, sentence):
    set_event(workshop, **(change(workshop) if change else {}))
    if after is not None:
        clock.move_to(workshop.starts_at + after)
    page = shown(as_ana, workshop)
    said = [one for one in SENTENCES if one in page]
    assert [one for one in said if one in sentence] == said and sentence in page
    assert reverse("registration_create", args=[workshop.pk]) not in page


SENTENCES = [
    "Registration opens on", "Registration is closed.", "has begun", "This event is over.", "does not take place",
    "for another group",
]  # fmt: skip


def test_whom_it_is_not_for_reads_so(client, bo, workshop, clock):
    bo.language = "en"
    bo.save(update_fields=["language"])
    client.force_login(bo)
    assert "This event is for another group" in shown(client, workshop)


@pytest.mark.parametrize("state", ["pending", "confirmed", "waitlisted", "offered", "expired", "declined", "cancelled"])
@pytest.mark.parametrize("where", ["page", "my_page", "gathering"])
def test_every_state_can_be_drawn_at_every_hour(as_ana, ana, at, clock, state, where):
    workshop = WorkshopFactory.create(capacity=1)
    extra = {"offer_expires_at": at + timedelta(hours=5)} if state == "offered" else {}
    registered(workshop.event_ptr, ana, state, **extra)
    address = {
        "page": workshop.get_absolute_url(),
        "my_page": reverse("my_page"),
        "gathering": workshop.gathering.get_absolute_url(),
    }[where]
    for moment in (at, at + timedelta(hours=6), workshop.starts_at, workshop.ends_at):
        clock.move_to(moment)
        assert as_ana.get(address).status_code == 200


@pytest.mark.parametrize("rows", [3, 500])
def test_my_page_costs_the_same_for_three_and_five_hundred(
    as_ana, ana, community, clock, rows, django_assert_num_queries
):
    gathering = WorkshopFactory.create().gathering
    made = WorkshopFactory.build_batch(0)
    for number in range(rows):
        made.append(WorkshopFactory.create(gathering=gathering, theme=gathering.workshops.first().theme))
        state = ["confirmed", "waitlisted", "pending"][number % 3]
        made[-1] = Registration(
            event=made[-1].event_ptr, member=ana, state=state, queue_no=1 if state == "waitlisted" else None,
            created_at=made[-1].starts_at, state_since=made[-1].starts_at,
        )  # fmt: skip
    Registration.objects.bulk_create(made)
    as_ana.get(reverse("my_page"))
    with django_assert_num_queries(14):
        answer = as_ana.get(reverse("my_page"))
    assert len(answer.context["registered"]) == min(rows, 20)
    assert len(answer.content) < 60_000


def test_earlier_registrations_are_behind_a_link(as_ana, ana, workshop, clock):
    RegistrationFactory.create(event=workshop, member=ana)
    later = WorkshopFactory.create(wall_date=workshop.wall_date.replace(day=20), title="The later one")
    RegistrationFactory.create(event=later.event_ptr, member=ana)
    clock.move_to(workshop.ends_at)
    first, earlier = (as_ana.get(reverse("my_page") + query) for query in ("", "?show=earlier"))
    assert [place.event.title for place in first.context["registered"]] == ["The later one"]
    assert [place.event for place in earlier.context["registered"]] == [workshop]


@pytest.mark.parametrize("query", ["?page=0", "?page=999", "?page=x", "?show=%27", "?page=-1&show=earlier"])
def test_odd_addresses_of_my_page_are_harmless(as_ana, ana, workshop, clock, query):
    RegistrationFactory.create(event=workshop, member=ana)
    assert as_ana.get(reverse("my_page") + query).status_code == 200
