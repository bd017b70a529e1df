"""Actions and drafts as pages: a group's, a member's own, and the way into the next gathering."""

import html
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from forestallies.lib.text import check_printable, tidy
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    OpenPointFactory,
    OrganisationFactory,
    RegistrationFactory,
    RoleFactory,
    WorkshopFactory,
    join,
)
from tests.factories.events import GatheringFactory
from tests.html_forms import fields_of
from tests.pages.test_registration_desk import NAUGHTY
from tests.world import sign_in
from workshops.models import OpenPoint

pytestmark = pytest.mark.usefixtures("clock")  # Saturday 21 November 2026, 09:00Z
MINE = reverse("my_actions")


@pytest.fixture
def held(english, community):
    """A workshop of spring with a seat for Ana."""
    gathering = GatheringFactory.create(
        slug="spring-2026", name="Spring 2026", season="spring", starts_on=date(2026, 5, 19), ends_on=date(2026, 5, 20)
    )
    workshop = WorkshopFactory.create(
        gathering=gathering, title="Honey", slug="honey", wall_date=date(2026, 5, 19), state="closed"
    )
    RegistrationFactory.create(event=workshop.event_ptr, member=english)
    return workshop


@pytest.fixture
def as_eve(held):
    """The browser of a co-facilitator."""
    member = join(MemberFactory.create(name="Eve Host"), held.gathering.community.circle)
    RoleFactory.create(event=held.event_ptr, member=member, kind="co_facilitator")
    return sign_in(member, second_factor=False)


@pytest.fixture
def autumn(held):
    return WorkshopFactory.create(title="Honey II")


def page_of(held) -> str:
    return reverse("workshop_points", args=[held.slug])


def point_page(point) -> str:
    return reverse("workshop_point", args=[point.workshop.slug, point.pk])


def carry_page(workshop) -> str:
    return reverse("gathering_carry", args=[workshop.gathering.slug])


def words_of(answer) -> str:
    return html.unescape(" ".join(answer.content.decode().split()))


def send(browser, page, **changes):
    return browser.post(page, {**fields_of(browser.get(page)), **changes}, follow=True)


def test_co_facilitator_writes_down_who_does_what_by_when(as_eve, english, held):
    organisation = OrganisationFactory.create(name="Honey Company (demo)")
    MembershipFactory.create(member=english, organisation=organisation)
    send(as_eve, page_of(held), what="Visit a hive", who=f"member:{english.pk}", due_on="2026-12-10")
    send(as_eve, page_of(held), what="Pay", who=f"organisation:{organisation.pk}")
    answer = send(as_eve, page_of(held), kind="draft", what="On honey", link="https://drafts.example.org/honey")
    text = words_of(answer)
    assert "Action · Ana Quispe · by 10 December 2026" in text and "Action · Honey Company (demo)" in text
    assert "Draft · nobody yet" in text and 'href="https://drafts.example.org/honey"' in text
    assert OpenPoint.objects.filter(owner=english, organisation=None).count() == 1


def test_participant_reads_and_writes_nothing(english, as_eve, held):
    OpenPointFactory.create(workshop=held, what="Visit a hive")
    browser = sign_in(english)
    text = words_of(browser.get(page_of(held)))
    assert "Visit a hive" in text and "Write it down" not in text and "Change or close" not in text
    assert browser.post(page_of(held), {"what": "Mine"}).status_code == 403


def test_member_without_a_seat_does_not_read(held):
    dee = join(MemberFactory.create(name="Dee"), held.gathering.community.circle)
    OpenPointFactory.create(workshop=held, what="Visit a hive")
    assert sign_in(dee).get(page_of(held)).status_code == 403


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"what": ""}, "This field is required."), ({"link": "javascript:alert(1)"}, "https://"),
     ({"who": "member:99999"}, "not one of the available choices"), ({"due_on": "0001-01-01"}, "valid date"),
     ({"owner_words": "Ada", "who": "ana"}, "one of the two")],
)  # fmt: skip
def test_bad_input_is_told_and_kept(as_eve, english, held, changes, words):
    if changes.get("who") == "ana":
        changes = {**changes, "who": f"member:{english.pk}"}
    answer = send(as_eve, page_of(held), **{"what": "Visit a hive", "text": "Soon.", **changes})
    assert answer.status_code == 422 and words in words_of(answer) and fields_of(answer)["text"] == ["Soon."]
    assert not OpenPoint.objects.exists()


def test_same_form_twice_writes_it_down_once(as_eve, held):
    fields = {**fields_of(as_eve.get(page_of(held))), "what": "Visit a hive"}
    for _twice in range(2):
        assert as_eve.post(page_of(held), fields).status_code == 302
    assert OpenPoint.objects.count() == 1


def test_change_on_an_old_page_is_told_and_replaces_only_when_sent_again(as_eve, held):
    point = OpenPointFactory.create(workshop=held)
    old = fields_of(as_eve.get(point_page(point)))
    send(as_eve, point_page(point), what="Second")
    answer = as_eve.post(point_page(point), {**old, "what": "Third"})
    assert answer.status_code == 422 and "Somebody changed this meanwhile." in words_of(answer)
    as_eve.post(point_page(point), {**fields_of(answer), "version": "2", "what": "Third"})
    assert OpenPoint.objects.get().what == "Third"


def test_point_is_dropped_with_a_reason(as_eve, held):
    point = OpenPointFactory.create(workshop=held)
    state = reverse("workshop_point_state", args=[held.slug, point.pk])
    key = fields_of(as_eve.get(point_page(point)))["submission"][0]
    answer = as_eve.post(state, {"submission": key, "state": "dropped", "reason": " "})
    assert answer.status_code == 422 and "Please say why it is dropped" in words_of(answer)
    answer = as_eve.post(state, {"submission": key, "state": "dropped", "reason": "Too dear."}, follow=True)
    assert "Dropped: Too dear." in words_of(answer)


def test_naughty_words_are_shown_as_typed(as_eve, held):
    for one in NAUGHTY:
        try:
            check_printable(one)
        except ValidationError:
            continue
        if 0 < len(tidy(one)) <= 120:
            OpenPointFactory.create(workshop=held, what=one, owner_words=one, text=one)
    assert OpenPoint.objects.count() > 50
    answer = as_eve.get(page_of(held))
    assert answer.status_code == 200 and "<script>alert" not in answer.content.decode()


def test_member_sees_her_own_actions_and_says_that_one_is_done(english, held):
    OpenPointFactory.create(workshop=held, owner=english, what="Visit a hive")
    hidden = WorkshopFactory.create(title="Secret plans", state="draft")
    OpenPointFactory.create(workshop=hidden, owner=english, what="Bring a jar")
    other = OpenPointFactory.create(workshop=held, what="Not hers")
    browser = sign_in(english)
    answer = browser.get(MINE)
    text = words_of(answer)
    assert "Visit a hive" in text and "Bring a jar" in text and "Not hers" not in text and "Secret plans" not in text
    point = OpenPoint.objects.get(what="Visit a hive")
    key = {"submission": fields_of(answer)["submission"][0]}
    text = words_of(browser.post(reverse("my_action_done", args=[point.pk]), key, follow=True))
    assert "Well done" in text and "Visit a hive" not in text
    assert browser.post(reverse("my_action_done", args=[other.pk]), key).status_code == 404


def test_page_of_the_next_gathering_shows_what_is_carried(english, held, autumn):
    OpenPointFactory.create(workshop=held, what="Visit a hive", owner_words="Ada Secretary")
    text = words_of(sign_in(english).get(autumn.gathering.get_absolute_url()))
    assert "Carried from Spring 2026" in text and "Visit a hive" in text
    assert "Ada Secretary" not in text and "Choose where they go" not in text  # who does it is the group's to know


def test_coordinator_places_one_drops_one_and_leaves_one(as_bo, held, autumn):
    first, second, third = OpenPointFactory.create_batch(3, workshop=held)
    page = carry_page(autumn)
    assert "3 open actions and drafts" in words_of(as_bo.get(reverse("gathering_edit", args=[autumn.gathering.slug])))
    changes = {f"to_{first.pk}": str(autumn.pk), f"to_{second.pk}": "drop"}
    answer = send(as_bo, page, **changes)
    assert answer.status_code == 422 and "Please say why it is dropped" in words_of(answer)
    assert fields_of(answer)[f"to_{first.pk}"] == [str(autumn.pk)] and first.carryings.count() == 0
    answer = send(as_bo, page, **changes, **{f"reason_{second.pk}": "The buyer left."})
    assert "2 of them are decided." in words_of(answer)
    found = dict(OpenPoint.objects.values_list("pk", "state"))
    assert found == {first.pk: "open", second.pk: "dropped", third.pk: "open"}
    assert OpenPoint.objects.get(pk=first.pk).workshop == autumn
    assert "Carried 1 time, from: Spring 2026" in words_of(as_bo.get(page_of(autumn)))


def test_choosing_nothing_says_so(as_bo, held, autumn):
    OpenPointFactory.create(workshop=held)
    assert "Please choose for at least one of them." in words_of(send(as_bo, carry_page(autumn)))


def test_clone_offers_open_points_and_takes_those_that_are_ticked(as_bo, held):
    kept, left = OpenPointFactory.create_batch(2, workshop=held)
    OpenPointFactory.create(workshop=held, what="Long done", state="done", closed_at=held.ends_at)
    page = reverse("gathering_create") + "?from=spring-2026"
    fields = fields_of(as_bo.get(page))
    assert fields["points"] == [str(kept.pk), str(left.pk)] and "Long done" not in words_of(as_bo.get(page))
    as_bo.post(page, {**fields, "points": [str(kept.pk)]})
    found = dict(OpenPoint.objects.values_list("pk", "workshop__state"))
    assert (found[kept.pk], found[left.pk]) == ("draft", "closed")


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_the_same_for_one_and_three(as_bo, english, held, autumn, rows, django_assert_num_queries):
    OpenPointFactory.create_batch(rows, workshop=held, owner=english)
    browser = sign_in(english)
    for reader, page, queries in (
        (browser, MINE, 6), (browser, page_of(held), 10), (as_bo, carry_page(autumn), 8),
    ):  # fmt: skip
        reader.get(page)
        with django_assert_num_queries(queries):
            reader.get(page)
