"""The team's page of roles: who is asked, who answered, what is missing; and inviting, replacing, withdrawing."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import escape

from events.models import Event, Role
from forestallies.lib.text import clean
from members.models import Grant, Member
from notices.models import Notice
from tests.factories import CircleFactory, GrantFactory, MemberFactory, RoleFactory, WorkshopFactory, join
from tests.html_forms import fields_of
from tests.pages.test_registration_desk import NAUGHTY
from tests.world import sign_in

pytestmark = pytest.mark.usefixtures("clock")  # Saturday 21 November 2026, 09:00Z


@pytest.fixture
def bo(bo):
    bo.language = "en"
    bo.save(update_fields=["language"])
    return bo


@pytest.fixture
def as_bo(bo):
    return sign_in(bo)


@pytest.fixture
def ama(workshop, at) -> Role:
    """Ama was asked three days ago to interpret into French."""
    Event.objects.filter(pk=workshop.pk).update(interpretation=["fr", "es"])
    member = MemberFactory.create(name="Ama Boateng", email="ama@example.org")
    return RoleFactory.create(
        event=workshop, member=member, kind="interpreter", channel="fr", state="invited",
        invited_at=at - timedelta(days=3),
    )  # fmt: skip


def listed(browser, event):
    return browser.get(reverse("role_list", args=[event.pk]))


def press(browser, event, do, role, key=None):
    data = {"submission": key or uuid4(), "do": do, "role": getattr(role, "pk", role)}
    return browser.post(reverse("role_list", args=[event.pk]), data)


def invite(browser, event, query="", **data):
    given = {"submission": uuid4(), "do": "invite", "kind": "speaker", **data}
    return browser.post(reverse("role_invite", args=[event.pk]) + query, given)


NEWCOMER = {"name": "Inês Carvalho", "email": "ines@example.org", "country": "GH", "language": "pt-br"}


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


# --- What it shows ---


def test_board_pairs_interpreters_and_says_what_is_missing(as_bo, workshop, ama):
    board = listed(as_bo, workshop).context["board"]
    assert [(group.kind, group.channel, len(group.lines)) for group in board.groups] == [
        ("facilitator", "", 0), ("co_facilitator", "", 0), ("speaker", "", 0),
        ("interpreter", "fr", 1), ("interpreter", "es", 0),
    ]  # fmt: skip
    assert board.warnings == [
        "Only one person interprets into French. Two take turns.",
        "Nobody interprets into Spanish yet.",
    ]


def test_two_who_stand_are_enough_and_who_cannot_does_not_count(as_bo, workshop, ama):
    RoleFactory.create(event=workshop, kind="interpreter", channel="fr", state="declined")
    assert "Only one person interprets into French." in text(listed(as_bo, workshop))
    RoleFactory.create(event=workshop, kind="interpreter", channel="fr")
    assert "into French" not in text(listed(as_bo, workshop))


def test_page_says_who_answered_when_and_why_not(as_bo, workshop, ama, at):
    Role.objects.update(state="declined", answered_at=at, reason="ill <b>")
    shown = text(listed(as_bo, workshop))
    assert "Saturday, 21 November 2026, 10:00 <small>(Paris, UTC+1)</small>" in shown and "ill &lt;b&gt;" in shown


def test_confirmed_hours_are_summed(as_bo, workshop, at):
    for minutes in (90, 45):
        RoleFactory.create(event=workshop, kind="speaker", minutes_worked=minutes, minutes_confirmed_at=at)
    assert "2 h 15 min" in text(listed(as_bo, workshop))


def test_hostile_names_are_shown_as_typed(as_bo, workshop):
    kept = []
    for name in NAUGHTY:
        with suppress(ValidationError):  # what the gate refuses never gets here
            kept.append(clean(name[:120]))
    for name in kept:
        RoleFactory.create(event=workshop, member=MemberFactory.create(name=name))
    shown = listed(as_bo, workshop).content.decode()
    assert len(kept) > 60 and [name for name in kept if escape(name) not in shown] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_page_costs_the_same_for_one_and_three(as_bo, workshop, at, rows, django_assert_num_queries):
    for _ in range(rows):
        instead = RoleFactory.create(event=workshop, kind="interpreter", channel="fr", state="invited", invited_at=at)
        RoleFactory.create(event=workshop, state="replaced", replaced_by=instead)
        RoleFactory.create(event=workshop, kind="speaker")
    with django_assert_num_queries(8):
        listed(as_bo, workshop)


# --- Inviting ---


def test_somebody_found_by_name_is_invited_with_what_was_typed(as_bo, workshop, ana):
    page = reverse("role_invite", args=[workshop.pk]) + "?kind=interpreter&channel=fr"
    sent = {**{name: values[0] for name, values in fields_of(as_bo.get(page)).items()}, "find": "quis"}
    found = as_bo.post(page, {**sent, "do": "find", "expectation": "Come early."})
    kept = {name: values[0] for name, values in fields_of(found).items()}
    assert (found.status_code, kept["expectation"], kept["channel"]) == (200, "Come early.", "fr")
    assert not Role.objects.exists()
    answer = as_bo.post(page, {**kept, "member": ana.pk, "do": "invite"})
    assert answer.url == reverse("role_list", args=[workshop.pk])
    role = Role.objects.get()
    assert (role.member, role.kind, role.channel, role.expectation) == (ana, "interpreter", "fr", "Come early.")


def test_new_person_is_invited_by_address(as_bo, workshop):
    data = {**NEWCOMER, "rehearsal_on": "2026-12-01", "rehearsal_clock": "15:30"}
    assert invite(as_bo, workshop, **data).status_code == 302
    role = Role.objects.get()
    assert (role.member.name, role.member.zone, role.member.language) == ("Inês Carvalho", "Africa/Accra", "pt-br")
    assert role.rehearsal_at == datetime(2026, 12, 1, 15, 30, tzinfo=UTC)
    assert "The invitation to Inês Carvalho is on its way." in text(listed(as_bo, workshop))


def test_answer_is_the_same_whether_an_address_is_known_or_not(as_bo, workshop, cy):
    said = []
    for address in (cy.email, "nobody@example.org"):
        answer = invite(as_bo, workshop, **{**NEWCOMER, "email": address})
        messages = [str(message) for message in listed(as_bo, workshop).context["messages"]]
        said.append((answer.status_code, messages))
    assert said[0] == said[1] == (302, ["The invitation to Inês Carvalho is on its way."])


def test_form_sent_twice_invites_once(as_bo, workshop):
    key = uuid4()
    for _ in range(2):
        assert invite(as_bo, workshop, **NEWCOMER, submission=key).status_code == 302
    assert (Role.objects.count(), Notice.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": ""}, "This field is required."),
        ({"kind": "king"}, "Select a valid choice."),
        ({"kind": "interpreter"}, "Please choose the channel."),
        ({"email": ""}, "Please give an e-mail address."),
        ({"email": "x@"}, "Enter a valid email address."),
        ({"email": f"{'x' * 60}@{'y' * 60}.{'y' * 60}.{'y' * 60}.{'y' * 60}.org"}, "at most 254 characters"),
        ({"name": ""}, "Please give a name."),
        ({"name": "a\u202eb"}, "Please remove the invisible characters"),
        ({"country": ""}, "Please choose the country."),
        ({"country": "BR"}, "This country has several time zones; please choose one."),
        ({"name": "", "email": ""}, "Please choose somebody you found, or give a name and an address."),
        ({"member": "999999"}, "This person is not among those found. Please search again."),
        ({"rehearsal_on": "2026-12-01"}, "Please give the day and the time of the rehearsal, or neither."),
        ({"rehearsal_on": "2026-12-02", "rehearsal_clock": "13:00"}, "The rehearsal has to be before the event."),
        ({"rehearsal_on": "2026-11-20", "rehearsal_clock": "13:00"}, "This time is over already."),
        ({"rehearsal_on": "soon", "rehearsal_clock": "13:00"}, "Enter a valid date."),
    ],
)
def test_mistakes_are_sentences_and_nothing_typed_is_lost(as_bo, workshop, changes, words):
    data = {**NEWCOMER, "expectation": "Five slides, please.", **changes}
    answer = invite(as_bo, workshop, **data)
    assert (answer.status_code, Role.objects.count(), Member.objects.filter(email="ines@example.org").count()) == (
        422, 0, 0,
    )  # fmt: skip
    assert words in text(answer) and "Five slides, please." in text(answer)


def test_refusal_of_the_action_keeps_what_was_typed(as_bo, workshop, ama):
    data = {**NEWCOMER, "email": "ama@example.org", "kind": "interpreter", "channel": "fr", "expectation": "Typed"}
    answer = invite(as_bo, workshop, **data)
    assert answer.status_code == 422 and "was asked for this already" in text(answer) and "Typed" in text(answer)


def test_search_finds_the_audience_the_team_and_who_helped_before_but_no_stranger(as_bo, bo, workshop, ana, cy):
    GrantFactory.create(member=MemberFactory.create(name="Quispe Staff"), circle=workshop.home, right="facilitator")
    RoleFactory.create(event=WorkshopFactory.create().event_ptr, member=MemberFactory.create(name="Quispe Helped"))
    MemberFactory.create(name="Quispe Stranger")
    RoleFactory.create(member=MemberFactory.create(name="Quispe Elsewhere"))
    found = invite(as_bo, workshop, do="find", find="QUISPÉ")
    assert [one.name for one in found.context["people"]] == ["Ana Quispe", "Quispe Helped", "Quispe Staff"]
    assert invite(as_bo, workshop, do="find", find="qu").context["people"] == []
    stranger = Member.objects.get(name="Quispe Stranger")
    assert invite(as_bo, workshop, member=stranger.pk).status_code == 422


# --- Replacing, withdrawing, reminding, changing ---


def test_part_is_given_to_somebody_else(as_bo, workshop, ama):
    query = f"?instead={ama.pk}"
    page = as_bo.get(reverse("role_invite", args=[workshop.pk]) + query)
    assert "So far: Ama Boateng" in text(page)
    assert invite(as_bo, workshop, query, **NEWCOMER).status_code == 302
    ama.refresh_from_db()
    assert (ama.state, ama.replaced_by.member.name, ama.replaced_by.channel) == ("replaced", "Inês Carvalho", "fr")
    assert "now Inês Carvalho" in text(listed(as_bo, workshop))


def test_part_given_away_meanwhile_is_not_given_twice(as_bo, workshop, ama):
    query = f"?instead={ama.pk}"
    invite(as_bo, workshop, query, **NEWCOMER)
    answer = invite(as_bo, workshop, query, **{**NEWCOMER, "email": "other@example.org"})
    assert answer.status_code == 422 and "given to somebody else meanwhile" in text(answer)
    assert Role.objects.count() == 2 and not Member.objects.filter(email="other@example.org").exists()


def test_withdrawing_and_reminding_by_button(as_bo, workshop, ama):
    assert press(as_bo, workshop, "remind", ama).status_code == 302
    again = press(as_bo, workshop, "remind", ama)
    assert again.status_code == 422 and "less than a day ago" in text(again)
    assert 'value="remind"' not in text(listed(as_bo, workshop))
    assert press(as_bo, workshop, "withdraw", ama).status_code == 302
    ama.refresh_from_db()
    assert (ama.state, ama.replaced_by) == ("replaced", None)


@pytest.mark.parametrize(("do", "role"), [("", 1), ("rule", 1), ("remind", "x"), ("remind", ""), ("withdraw", 10**30)])
def test_nonsense_changes_nothing(as_bo, workshop, ama, do, role):
    answer = press(as_bo, workshop, do, role)
    assert answer.status_code == 422 and "That form was incomplete and nothing was changed." in text(answer)


def test_role_of_another_event_is_not_touched(as_bo, workshop, ama):
    other = WorkshopFactory.create().event_ptr
    assert press(as_bo, other, "withdraw", ama).status_code == 422
    assert as_bo.get(reverse("role_change", args=[other.pk, ama.pk])).status_code == 404
    for instead in (ama.pk, "x", "-1", 10**30):
        assert as_bo.get(reverse("role_invite", args=[other.pk]) + f"?instead={instead}").status_code == 404
    assert Role.objects.get().state == "invited"


def test_what_is_expected_and_the_channel_are_changed(as_bo, workshop, ama):
    page = reverse("role_change", args=[workshop.pk, ama.pk])
    sent = {name: values[0] for name, values in fields_of(as_bo.get(page)).items()}
    changes = {"channel": "es", "expectation": "New words", "rehearsal_on": "2026-12-01", "rehearsal_clock": "09:00"}
    assert as_bo.post(page, {**sent, **changes}).status_code == 302
    ama.refresh_from_db()
    assert (ama.channel, ama.expectation, ama.rehearsal_at.hour) == ("es", "New words", 9)
    shown = {name: values[0] for name, values in fields_of(as_bo.get(page)).items()}
    assert {name: shown[name] for name in changes} == changes


# --- Who may ---


def test_only_those_who_schedule_get_here(workshop, ama, ana, cy):
    lead = join(MemberFactory.create(), workshop.home)
    RoleFactory.create(event=workshop, member=lead)  # facilitates this very event
    elsewhere = MemberFactory.create()
    GrantFactory.create(member=elsewhere, circle=CircleFactory.create(), right=Grant.Right.COORDINATOR)
    for person, status in ((ana, 403), (lead, 403), (ama.member, 403), (cy, 404), (elsewhere, 404)):
        browser = sign_in(person)
        assert listed(browser, workshop).status_code == status
        assert press(browser, workshop, "withdraw", ama).status_code == status
        assert invite(browser, workshop, **NEWCOMER).status_code == status
    assert (Role.objects.get(pk=ama.pk).state, Notice.objects.count()) == ("invited", 0)


def test_draft_and_past_events_offer_nothing(as_bo, workshop, ama, clock):
    Event.objects.filter(pk=workshop.pk).update(state="draft")
    assert "as soon as it is announced" in text(listed(as_bo, workshop))
    assert "is a draft" in text(invite(as_bo, workshop, **NEWCOMER))
    Event.objects.filter(pk=workshop.pk).update(state="scheduled")
    clock.move_to(workshop.ends_at)
    shown = text(listed(sign_in(Member.objects.get(name="Bo Dupont")), workshop))
    assert "nobody is invited any more" in shown and 'value="withdraw"' not in shown
