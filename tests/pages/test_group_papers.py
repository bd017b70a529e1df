"""The notes of a group as pages, and the sheet that people sign."""

import html
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from audit.models import Entry
from forestallies.lib.text import check_printable, tidy
from members.models import Membership
from tests.factories import MemberFactory, OrganisationFactory, RegistrationFactory, RoleFactory, WorkshopFactory, join
from tests.factories.members import LONG_AGO
from tests.html_forms import fields_of
from tests.pages.test_registration_desk import NAUGHTY
from tests.world import sign_in
from workshops.models import GroupNote


@pytest.fixture
def held(ana, clock):
    """A workshop that has just begun, with a seat for Ana, who reads English here."""
    ana.language = "en"
    ana.save(update_fields=["language"])
    workshop = WorkshopFactory.create(title="Honey", slug="honey")
    RegistrationFactory.create(event=workshop.event_ptr, member=ana)
    clock.move_to(workshop.starts_at)
    return workshop


@pytest.fixture
def eve(held):
    member = join(MemberFactory.create(name="Eve Host"), held.gathering.community.circle)
    RoleFactory.create(event=held.event_ptr, member=member, kind="co_facilitator")
    return member


def notes_page(workshop) -> str:
    return reverse("workshop_notes", args=[workshop.slug])


def sheet(workshop, query="") -> str:
    return reverse("workshop_sheet", args=[workshop.pk]) + query


def words_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def send(browser, workshop, words, version=0):
    return browser.post(notes_page(workshop), {"words": words, "version": version})


def test_participant_writes_and_reads_without_script(as_ana, held):
    page = notes_page(held)
    answer = as_ana.post(page, {**fields_of(as_ana.get(page)), "words": "We met."}, follow=True)
    assert "The notes are saved, for everybody in the group." in words_of(answer)
    assert fields_of(answer)["words"] == ["We met."]


def test_conflict_shows_both_and_loses_nothing(as_ana, eve, held):
    as_eve = sign_in(eve, second_factor=False)
    send(as_eve, held, "Eve was first.")
    answer = send(as_ana, held, "Ana was second.")
    assert answer.status_code == 409
    assert "Eve was first." in words_of(answer) and fields_of(answer)["words"] == ["Ana was second."]
    as_ana.post(notes_page(held), {**fields_of(answer), "words": "Eve was first. Ana was second."})
    assert held.group_notes.first().words == "Eve was first. Ana was second."
    assert "Eve was first." in words_of(as_ana.get(notes_page(held) + "?version=1"))


def test_words_sent_after_the_notes_closed_can_be_copied(ana, held, clock):
    clock.move_to(held.ends_at + timedelta(days=15))
    answer = send(sign_in(ana), held, "Too late.")
    assert answer.status_code == 422 and "These notes are closed." in words_of(answer)
    assert "Too late." in words_of(answer) and not GroupNote.objects.exists()


def test_notes_before_the_workshop_say_when_they_open(as_ana, held, clock):
    clock.move_to(held.starts_at - timedelta(days=1))
    assert "The notes open shortly before the start:" in words_of(as_ana.get(notes_page(held)))


def test_notes_of_long_ago_are_read_only(as_ana, ana, held, clock):
    send(as_ana, held, "We met.")
    clock.move_to(held.ends_at + timedelta(days=400))
    text = words_of(sign_in(ana).get(notes_page(held)))
    assert "We met." in text and "These notes are closed." in text and "<textarea" not in text


def test_member_without_a_seat_reads_no_notes(held):
    member = join(MemberFactory.create(), held.gathering.community.circle)
    assert sign_in(member).get(notes_page(held)).status_code == 403


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_form_without_a_version_overwrites_nothing(as_ana, held, version):
    answer = send(as_ana, held, "Mine.", version)
    assert answer.status_code == 422 and fields_of(answer)["words"] == ["Mine."]
    assert not GroupNote.objects.exists()


@pytest.mark.parametrize(("query", "status"), [("?version=x", 404), ("?version=9", 404), ("?version=²", 404)])
def test_version_that_does_not_exist(as_ana, held, query, status):
    assert as_ana.get(notes_page(held) + query).status_code == status


@pytest.mark.parametrize("text", NAUGHTY)
def test_hostile_notes_are_shown_as_typed_or_refused_in_words(as_ana, held, text):
    answer = send(as_ana, held, text)
    assert answer.status_code in ((400,) if "\0" in text else (302, 422))
    assert as_ana.get(notes_page(held)).status_code == 200


# --- The sheet ---


@pytest.fixture
def as_eve(eve):
    return sign_in(eve, second_factor=False)


def seated(workshop, name, organisation=""):
    member = MemberFactory.create(name=name)
    RegistrationFactory.create(event=workshop.event_ptr, member=member)
    if organisation:
        Membership.objects.create(
            member=member, community=workshop.gathering.community, joined_at=LONG_AGO, stakeholder="COMP",
            organisation=OrganisationFactory.create(name=organisation),
        )  # fmt: skip
    return member


def order(text, *words):
    return sorted(words, key=text.index)


def test_sheet_stands_by_organisation_and_the_team_first(as_eve, held):
    seated(held, "Zoe", "Ábaco"), seated(held, "Abel", "Zinc")
    text = words_of(as_eve.get(sheet(held)))
    assert order(text, "Ábaco", "Zoe", "Zinc", "Abel", "Without an organisation", "Ana Quispe", "Eve Host") == [
        "Eve Host", "Ábaco", "Zoe", "Zinc", "Abel", "Without an organisation", "Ana Quispe",
    ]  # fmt: skip
    assert "Co-facilitator" in text and "Not on the list" in text and "non-competitive" in text


def test_sheet_stands_by_name_where_that_is_asked(as_eve, held):
    seated(held, "Zoe", "Ábaco"), seated(held, "Abel", "Zinc")
    text = words_of(as_eve.get(sheet(held, "?by=name")))
    assert order(text, "Zoe", "Abel", "Ana Quispe") == ["Abel", "Ana Quispe", "Zoe"]
    assert '<td class="sign__no">4</td>' in text


def test_sheet_names_confirmed_seats_only_and_no_address(as_eve, held):
    waiting = MemberFactory.create(name="Wanda Waits")
    RegistrationFactory.create(event=held.event_ptr, member=waiting, state="waitlisted", queue_no=1)
    kofi = seated(held, "Kofi")
    text = words_of(as_eve.get(sheet(held)))
    assert "Kofi" in text and "Wanda" not in text and kofi.email not in text


def test_sheet_is_written_down(as_eve, eve, held):
    as_eve.get(sheet(held))
    entry = Entry.objects.get(verb="workshop.sheet_drawn")
    assert (entry.actor_id, entry.detail) == (eve.pk, {"people": 2})


@pytest.mark.parametrize("rows", [1, 3])
def test_sheet_costs_the_same_for_one_and_three(as_eve, held, rows, django_assert_num_queries):
    for number in range(rows):
        seated(held, f"Person {number}", f"Organisation {number}")
    as_eve.get(sheet(held))
    with django_assert_num_queries(11):
        as_eve.get(sheet(held))


def test_hostile_names_fit_on_the_sheet(as_eve, held):
    for name in (tidy(text)[:120] for text in NAUGHTY if is_printable(text)):
        if name:
            seated(held, name)
    page = as_eve.get(sheet(held)).content.decode()
    names = MemberFactory._meta.model.objects.filter(registrations__event=held.pk).values_list("name", flat=True)
    assert len(names) > 20 and not [name for name in names if html.escape(name) not in page]


def is_printable(text) -> bool:
    try:
        check_printable(text)
    except ValidationError:
        return False
    return True
