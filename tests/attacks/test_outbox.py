"""A coordinator of another circle, at the messages of this one: by their numbers, their buttons and their search."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from events.emails import about as about_event
from events.telling import label
from notices.models import Notice, RefusedAddress
from tests.factories import CircleFactory, EventFactory, GrantFactory, MemberFactory
from tests.notices.messages import notice
from tests.world import sign_in

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def as_els(db):
    """Els coordinates an edition of SSKE, and nothing of Forest Allies."""
    member = MemberFactory.create(name="Els Where", email="els@example.org")
    GrantFactory.create(member=member, circle=CircleFactory.create(kind="edition", name="SSKE 2026–27"))
    return sign_in(member)


@pytest.fixture
def row(workshop, ana, community):
    about = [label(workshop.pk), f"members.circle:{community.circle_id}"]
    return notice(to=ana, about=about, text="Private words")


@pytest.mark.parametrize("name", ["outbox_notice", "outbox_html"])
def test_message_is_not_found_by_its_number(as_els, row, name):
    assert as_els.get(reverse(name, args=[row.pk])).status_code == 404


@pytest.mark.parametrize(("name", "state"), [("outbox_cancel", "queued"), ("outbox_resend", "sent")])
def test_message_is_not_acted_on_by_its_number(as_els, row, name, state):
    Notice.objects.update(state=state, finished_at=None if state == "queued" else row.created_at)
    assert as_els.post(reverse(name, args=[row.pk]), {"submission": uuid4()}).status_code == 404
    assert Notice.objects.get().state == state


@pytest.mark.parametrize("name", ["event_message", "event_message_html"])
def test_events_page_is_no_way_around(as_els, row, workshop, name):
    assert as_els.get(reverse(name, args=[workshop.pk, row.pk])).status_code == 404


@pytest.mark.parametrize("more", [{}, {"sure": "1"}, {"everything": "1"}, {"everything": "1", "sure": "1"}])
def test_list_does_nothing_with_numbers_of_others(as_els, row, more):
    data = {"submission": uuid4(), "do": "cancel", "chosen": [row.pk], **more}
    answer = as_els.post(reverse("outbox_list"), data)
    assert "Ana Quispe" not in answer.content.decode()
    assert Notice.objects.get().state == "queued"


def test_search_finds_and_counts_nothing_of_others(as_els, row, workshop):
    answer = as_els.get(reverse("outbox_list"), {"who": "ana"})
    assert (answer.context["lines"], answer.context["number"]) == ([], 0)
    assert as_els.get(reverse("outbox_list"), {"event": workshop.pk}).status_code == 422


def test_address_of_another_circles_person_is_out_of_reach(as_els, ana, at):
    refused = RefusedAddress.objects.create(address=ana.email, member=ana, refusals=3, last_at=at, stopped_at=at)
    address = reverse("outbox_address_let_go_on", args=[refused.pk])
    assert as_els.post(address, {"submission": uuid4()}).status_code == 404
    assert ana.email not in as_els.get(reverse("outbox_address_list")).content.decode()
    assert RefusedAddress.objects.count() == 1


def test_key_of_one_act_is_of_no_use_for_another(bo, community, row):
    browser, other, key = sign_in(bo), notice(circle=community.circle), uuid4()
    browser.post(reverse("outbox_cancel", args=[row.pk]), {"submission": key})
    assert browser.post(reverse("outbox_cancel", args=[other.pk]), {"submission": key}).status_code == 400
    assert Notice.objects.get(pk=other.pk).state == "queued"


@pytest.fixture
def of_both(workshop, ana, community):
    """One message that tells Ana of her places in an event of Bo's circle and in one of Els'."""
    day = workshop.wall_date - timedelta(days=1)
    elsewhere = EventFactory.create(title="Secret session", wall_date=day, home=CircleFactory.create(kind="edition"))
    about = [label(workshop.pk), f"members.circle:{community.circle_id}", *about_event(elsewhere)]
    return notice(to=ana, about=about, text="Private words of two circles")


@pytest.mark.parametrize("state", ["queued", "sent"])
def test_message_of_two_circles_is_not_read_by_the_coordinator_of_one(bo, of_both, state):
    Notice.objects.update(state=state, finished_at=None if state == "queued" else of_both.created_at)
    as_bo = sign_in(bo)
    seen = as_bo.get(reverse("outbox_notice", args=[of_both.pk])).content.decode()
    assert "Ana Quispe" in seen and "Private words" not in seen
    assert as_bo.get(reverse("outbox_html", args=[of_both.pk])).status_code == 404
    for name in ("outbox_cancel", "outbox_resend"):
        assert as_bo.post(reverse(name, args=[of_both.pk]), {"submission": uuid4()}).status_code == 404
    assert Notice.objects.get().state == state


def test_list_names_no_event_of_another_circle(bo, of_both, workshop):
    answer = sign_in(bo).get(reverse("outbox_list"))
    assert [(line.event, line.others) for line in answer.context["lines"]] == [(workshop, 0)]
    assert "Secret session" not in answer.content.decode()


@pytest.mark.parametrize("name", ["event_message_html", "event_message_cancel", "event_message_resend"])
def test_messages_of_an_event_are_no_way_to_what_tells_of_another_teams(bo, of_both, workshop, name):
    as_bo = sign_in(bo)
    seen = as_bo.get(reverse("event_message", args=[workshop.pk, of_both.pk])).content.decode()
    assert "Private words" not in seen
    address = reverse(name, args=[workshop.pk, of_both.pk])
    answer = as_bo.get(address) if name.endswith("html") else as_bo.post(address, {"submission": uuid4()})
    assert (answer.status_code, Notice.objects.get().state) == (404, "queued")


def test_message_of_two_circles_is_read_by_who_coordinates_both(bo, of_both, workshop):
    for name in of_both.about[3:]:
        GrantFactory.create(member=bo, circle_id=int(name.rpartition(":")[2]))
    as_bo = sign_in(bo)
    for address in (
        reverse("outbox_notice", args=[of_both.pk]),
        reverse("event_message", args=[workshop.pk, of_both.pk]),
    ):
        assert "Private words" in as_bo.get(address).content.decode()
