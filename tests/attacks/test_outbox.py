"""A coordinator of another circle, at the messages of this one: by their numbers, their buttons and their search."""

from uuid import uuid4

import pytest
from django.urls import reverse

from events.telling import label
from notices.models import Notice, RefusedAddress
from tests.factories import CircleFactory, GrantFactory, MemberFactory
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
