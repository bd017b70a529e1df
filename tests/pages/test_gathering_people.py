"""Who takes part in a gathering: by name only who agreed; and what everybody may read of it."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from audit.models import Entry
from events.models import Event
from members.models import Membership
from tests.factories import MemberFactory, OrganisationFactory, RegistrationFactory, SegmentFactory, WorkshopFactory
from tests.factories.members import LONG_AGO
from tests.pages.test_registration_desk import NAUGHTY
from tests.world import sign_in
from workshops.models import Appearance, Gathering, Workshop

pytestmark = pytest.mark.usefixtures("clock")
PAGE, ME = (reverse(name, args=["autumn-2026"]) for name in ("gathering_people", "gathering_appear"))
PUBLIC = reverse("gathering_page", args=["autumn-2026"])


@pytest.fixture
def as_ana(as_ana, ana):
    ana.language = "en"
    ana.save(update_fields=["language"])
    return as_ana


@pytest.fixture
def honey(community):
    return WorkshopFactory.create(title="Honey", landscape="Petén")


def seated(workshop, name, *, agrees=True, **more):
    member = MemberFactory.create(name=name)
    RegistrationFactory.create(event=workshop.event_ptr, member=member, **more)
    if agrees:
        Appearance.objects.create(gathering=workshop.gathering, member=member, since=LONG_AGO)
    return member


def words_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def wish(browser, wish="name", key=None):
    return browser.post(ME, {"wish": wish, "submission": key or uuid4()}, follow=True)


def test_only_who_agreed_is_named_and_the_others_are_counted(as_ana, honey):
    seated(honey, "Ama Named")
    seated(honey, "Kofi Quiet", agrees=False)
    text = words_of(as_ana.get(PAGE))
    assert "2 people have a seat." in text and "And 1 person who is not named." in text
    assert "Ama Named" in text and "Kofi Quiet" not in text


def test_who_has_no_seat_is_not_named_though_she_agreed(as_ana, honey):
    seated(honey, "Wanda Waits", state="waitlisted", queue_no=1)
    gone = seated(honey, "Gina Gone")
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    text = words_of(as_ana.get(PAGE))
    assert "0 people have a seat." in text and "Wanda" not in text and "Gina" not in text


def test_name_stands_with_organisation_and_country_and_no_address(as_ana, honey):
    member = seated(honey, "Ama Named")
    organisation = OrganisationFactory.create(name="Cooperativa (demo)")
    Membership.objects.create(
        member=member,
        community=honey.gathering.community,
        organisation=organisation,
        stakeholder="COMM",
        joined_at=LONG_AGO,
    )
    text = words_of(as_ana.get(PAGE))
    assert "Cooperativa (demo) · Ghana" in text and member.email not in text


def test_people_of_one_workshop(as_ana, honey):
    water = WorkshopFactory.create(title="Water", slug="water")
    seated(honey, "Ama"), seated(water, "Kofi")
    text = words_of(as_ana.get(f"{PAGE}?of=water"))
    assert "Kofi" in text and "Ama" not in text and "1 person has a seat." in text
    assert as_ana.get(f"{PAGE}?of=nothing").status_code == 404


def test_member_is_named_as_long_as_she_wishes(as_ana, ana, honey):
    RegistrationFactory.create(event=honey.event_ptr, member=ana)
    assert "Ana Quispe<small>" not in words_of(as_ana.get(PAGE))
    assert "Ana Quispe<small>" in words_of(wish(as_ana))
    assert "Ana Quispe<small>" not in words_of(wish(as_ana, "hide"))
    assert list(Entry.objects.filter(verb__startswith="gathering.").values_list("verb", flat=True)) == [
        "gathering.named", "gathering.unnamed",
    ]  # fmt: skip


def test_wish_sent_twice_is_one_wish(as_ana, ana, honey):
    key = uuid4()
    wish(as_ana, key=key), wish(as_ana, key=key)
    assert Appearance.objects.filter(member=ana).count() == 1


@pytest.mark.parametrize("sent", [{}, {"wish": "x"}, {"wish": "name"}])
def test_broken_wish_changes_nothing(as_ana, honey, sent):
    answer = as_ana.post(ME, sent, follow=True)
    assert "That form was incomplete and nothing was changed." in words_of(answer)
    assert not Appearance.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_one_and_three(as_ana, honey, rows, django_assert_num_queries):
    for number in range(rows):
        seated(honey, f"Person {number}")
    as_ana.get(PAGE)
    with django_assert_num_queries(11):
        as_ana.get(PAGE)


# --- The public page ---


def test_visitor_reads_what_when_on_which_theme_and_how_to_join(client, honey):
    Event.objects.update(join_url="https://meet.example.org/secret")
    seated(honey, "Ama Named")
    text = words_of(client.get(PUBLIC))
    for words in ("Autumn gathering 2026", "Honey", "Gender equality", "A price that stays.", "Petén", "Apply to join"):
        assert words in text
    assert "Competition-law notice" in text
    assert "Ama" not in text and "secret" not in text and "I want to take part" not in text


def test_stranger_with_an_account_reads_the_public_page(cy, honey):
    text = words_of(sign_in(cy).get(PUBLIC))
    assert "Honey" in text and "I want to take part" not in text


def test_drafts_are_nobodys_but_the_teams(client, cy, honey):
    WorkshopFactory.create(title="Not yet", state="draft")
    assert "Not yet" not in words_of(client.get(PUBLIC))
    Gathering.objects.update(is_published=False)
    assert client.get(PUBLIC).status_code == sign_in(cy).get(PUBLIC).status_code == 404


def test_member_chooses_as_before(as_ana, honey):
    assert "I want to take part" in words_of(as_ana.get(PUBLIC))


def test_workshop_says_who_benefits_and_keeps_to_competition_law(as_ana, honey):
    text = words_of(as_ana.get(honey.get_absolute_url()))
    assert "For forest communities</dt><dd>A price that stays." in text
    assert "For markets</dt><dd>Forest products with a known origin." in text
    assert text.count("Competition-law notice") == 1


def test_notice_stands_on_the_agenda(as_ana, honey):
    SegmentFactory.create(event=honey.event_ptr)
    text = words_of(as_ana.get(honey.get_absolute_url()))
    assert text.count("Competition-law notice") == 1
    assert text.index('id="agenda"') < text.index("Competition-law notice")


def test_only_the_team_sees_the_mix(as_ana, bo, honey):
    bo.language = "en"
    bo.save(update_fields=["language"])
    warning = "Neither a forest community nor a company has a seat yet."
    assert warning not in words_of(as_ana.get(honey.get_absolute_url()))
    assert warning in words_of(sign_in(bo).get(honey.get_absolute_url()))


@pytest.mark.parametrize("text", NAUGHTY)
def test_hostile_landscape_is_shown_as_typed(client, honey, text):
    workshop = Workshop.objects.get(pk=honey.pk)
    workshop.landscape = text[:120]
    try:
        workshop.save(update_fields=["landscape"])
    except ValidationError:
        return
    assert client.get(PUBLIC).status_code == 200
