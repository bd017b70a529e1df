"""The staff's planner: years, a gathering made from the last one, and one gathering changed."""

from datetime import date

import pytest
from django.urls import reverse

from audit.models import Entry
from members.models import Membership
from tests.factories import CircleFactory, GrantFactory, MemberFactory, RegistrationFactory, WorkshopFactory
from tests.factories.events import GatheringFactory
from tests.factories.members import LONG_AGO
from tests.html_forms import fields_of
from tests.pages.test_registration_desk import NAUGHTY
from tests.world import sign_in
from workshops.models import Gathering, Workshop

pytestmark = pytest.mark.usefixtures("clock")  # Saturday 21 November 2026, 09:00Z
PLAN, NEW = reverse("gathering_plan"), reverse("gathering_create")


@pytest.fixture
def as_bo(bo):
    bo.language = "en"
    bo.save(update_fields=["language"])
    return sign_in(bo)


@pytest.fixture
def autumn(community) -> Gathering:
    gathering = GatheringFactory.create(zone="Africa/Accra")
    WorkshopFactory.create(title="Honey", gathering=gathering, countries=["PE", "GH"])
    WorkshopFactory.create(title="Water", gathering=gathering)
    return gathering


def edit_page(gathering) -> str:
    return reverse("gathering_edit", args=[gathering.slug])


def words_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def send(browser, page=NEW, **changes):
    """Open a page and press its button, as a browser does, with some fields changed."""
    return browser.post(page, {**fields_of(browser.get(page)), **changes})


def test_plan_says_what_to_do_in_the_years_without_two(as_bo, autumn):
    text = words_of(as_bo.get(PLAN))
    assert "Only one gathering is planned for 2026. Members expect two: make the second one from the last." in text
    assert "No gathering is planned for 2027." in text and "2 workshops" in text


def test_plan_of_somebody_who_plans_nothing_is_empty(community, autumn):
    dee = MemberFactory.create(name="Dee")
    GrantFactory.create(member=dee, circle=CircleFactory.create(kind="edition", name="SSKE"), right="facilitator")
    text = words_of(sign_in(dee).get(PLAN))
    assert "You look after no community" in text and "Autumn gathering 2026" not in text
    assert sign_in(dee).get(NEW).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_plan_costs_the_same_for_one_and_three(as_bo, community, rows, django_assert_num_queries):
    for year in range(2026, 2026 + rows):
        gathering = GatheringFactory.create(
            slug=f"g-{year}", year=year, starts_on=date(year, 5, 1), ends_on=date(year, 5, 1)
        )
        WorkshopFactory.create_batch(rows, gathering=gathering)
    as_bo.get(PLAN)
    with django_assert_num_queries(6):
        as_bo.get(PLAN)


def test_page_proposes_the_next_one_with_its_new_hours(as_bo, autumn):
    text = words_of(as_bo.get(NEW))
    assert 'value="Spring 2027"' in text and 'value="2027-06-01"' in text
    assert "Wednesday, 2 June 2027, 13:00 (Accra, UTC+0)" in text and "08:00" in text


def test_looking_shows_the_hours_of_another_zone_and_makes_nothing(as_bo, autumn):
    answer = send(as_bo, look="yes", zone="Asia/Jakarta", starts_on="2027-05-04")
    assert "Wednesday, 5 May 2027, 13:00 (Jakarta, UTC+7)" in words_of(answer)
    assert "1 h 30 min before 7 or after 21 o’clock" in words_of(answer)  # 01:00 in Lima
    assert (answer.status_code, Gathering.objects.count()) == (200, 1)


def test_gathering_is_made_once_however_often_it_is_sent(as_bo, autumn):
    fields = fields_of(as_bo.get(NEW))
    for _turn in range(2):
        answer = as_bo.post(NEW, fields)
    made = Gathering.objects.get(slug="spring-2027")
    assert answer.url == edit_page(made)
    assert list(made.workshops.values_list("title", "state")) == [("Honey", "draft"), ("Water", "draft")]
    assert Entry.objects.filter(verb="gathering.cloned").count() == 1


def test_unticked_workshop_stays_behind(as_bo, autumn):
    water = Workshop.objects.get(title="Water")
    send(as_bo, workshops=[water.pk])
    assert list(Workshop.objects.filter(gathering__slug="spring-2027").values_list("title", flat=True)) == ["Water"]


def test_another_source_than_the_list_shows_brings_all_of_its_own(as_bo, autumn, community):
    old = GatheringFactory.create(slug="old", year=2025, starts_on=date(2025, 12, 1), ends_on=date(2025, 12, 1))
    WorkshopFactory.create(title="Old", gathering=old, wall_date=date(2025, 12, 1))
    send(as_bo, source=old.pk)
    assert list(Workshop.objects.filter(gathering__slug="spring-2027").values_list("title", flat=True)) == ["Old"]


def test_first_gathering_of_a_community_is_made_from_nothing(as_bo, community):
    answer = send(as_bo, name_en="First", starts_on="2027-05-04", season="spring", year="2027")
    assert answer.status_code == 302
    made = Gathering.objects.get()
    assert (made.name, made.ends_on, made.workshops.count()) == ("First", date(2027, 5, 4), 0)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"starts_on": "31.2."}, "Enter a valid date."),
        ({"starts_on": "9999-12-31"}, "Enter a valid date."),
        ({"year": "99999"}, "less than or equal to 2099"),
        ({"zone": "Mars/Base"}, "Select a valid choice"),
        ({"season": "autumn", "year": "2026"}, "There is a gathering of Autumn 2026 already."),
        (
            {"name_en": "", "name_es": "", "name_fr": "", "name_pt_br": ""},
            "Please give a name, in at least one language.",
        ),
        ({"source": "77"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(as_bo, autumn, wrong, sentence):
    answer = send(as_bo, **{"name_es": "Otra", **wrong})
    assert (answer.status_code, sentence in words_of(answer)) == (422, True)
    assert "name_es" in wrong or 'value="Otra"' in words_of(answer)
    assert Gathering.objects.count() == 1


@pytest.mark.parametrize("text", NAUGHTY)
def test_hostile_name_is_refused_in_words_or_shown_as_typed(as_bo, autumn, text):
    answer = send(as_bo, name_en=text[:120])
    assert answer.status_code in ((400,) if "\0" in text else (302, 422))
    if answer.status_code == 302:
        made = Gathering.objects.get(year=2027)
        assert as_bo.get(PLAN).status_code == as_bo.get(edit_page(made)).status_code == 200


def test_page_of_a_gathering_warns_of_a_missing_side_and_missing_texts(as_bo, autumn):
    Workshop.objects.filter(title="Water").update(state="draft", benefit_markets_en="")
    member = MemberFactory.create()
    Membership.objects.create(member=member, community=autumn.community, stakeholder="COMP", joined_at=LONG_AGO)
    RegistrationFactory.create(event=Workshop.objects.get(title="Honey").event_ptr, member=member)
    text = words_of(as_bo.get(edit_page(autumn)))
    assert text.count("No forest community has a seat yet. Please invite people who speak for one.") == 1
    assert text.count("Before it can be scheduled it needs the two texts on who benefits.") == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_page_of_a_gathering_costs_the_same_for_one_and_three(as_bo, community, rows, django_assert_num_queries):
    gathering = GatheringFactory.create()
    for workshop in WorkshopFactory.create_batch(rows, gathering=gathering):
        RegistrationFactory.create_batch(rows, event=workshop.event_ptr)
    as_bo.get(edit_page(gathering))
    with django_assert_num_queries(9):
        as_bo.get(edit_page(gathering))


def test_gathering_is_shown_to_members_by_one_tick(as_bo, autumn):
    Gathering.objects.update(is_published=False)
    answer = send(as_bo, edit_page(autumn), is_published="on", held="hybrid", place="Accra")
    assert answer.status_code == 302
    autumn.refresh_from_db()
    assert (autumn.is_published, autumn.where()) == (True, "in one place and online: Accra")


def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unseen(as_bo, autumn):
    fields = fields_of(as_bo.get(edit_page(autumn)))
    Gathering.objects.update(place="Kumasi")
    answer = as_bo.post(edit_page(autumn), {**fields, "name_en": "Mine"})
    assert answer.status_code == 422 and "Somebody changed this gathering meanwhile." in words_of(answer)
    assert Gathering.objects.get().name_en == "Autumn gathering 2026"
    as_bo.post(edit_page(autumn), {**fields_of(answer)})
    assert Gathering.objects.get().name_en == "Mine"


def test_admin_asks_for_both_texts_before_a_workshop_is_scheduled(as_bo, autumn):
    draft = Workshop.objects.get(title="Water")
    Workshop.objects.filter(pk=draft.pk).update(state="draft", benefit_markets_en="")
    page = reverse("admin:workshops_workshop_change", args=[draft.pk])
    answer = as_bo.post(page, {**fields_of(as_bo.get(page)), "state": "scheduled"})
    errors = answer.context["adminform"].form.errors
    assert list(errors) == ["benefit_markets_en"]
    as_bo.post(page, {**fields_of(as_bo.get(page)), "state": "scheduled", "benefit_markets_es": "Miel"})
    assert Workshop.objects.get(pk=draft.pk).state == "scheduled"


def test_admin_keeps_the_texts_of_a_scheduled_workshop(as_bo, autumn):
    page = reverse("admin:workshops_workshop_change", args=[Workshop.objects.get(title="Water").pk])
    answer = as_bo.post(page, {**fields_of(as_bo.get(page)), "benefit_communities_en": ""})
    assert list(answer.context["adminform"].form.errors) == ["benefit_communities_en"]


def test_admin_saves_tags(as_bo, autumn):
    water = Workshop.objects.get(title="Water")
    page = reverse("admin:workshops_workshop_change", args=[water.pk])
    tags = {"commodities": ["cocoa", "tea"], "landscape": "Petén", "about_countries": ["GT"]}
    as_bo.post(page, {**fields_of(as_bo.get(page)), **tags})
    assert Workshop.objects.get(pk=water.pk).tags() == ["cocoa", "tea", "Petén", "Guatemala"]
