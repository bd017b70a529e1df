"""Pages about memberships and organisations: one button by link, coordinators' lists, and what a contact may see."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from members.actions import affiliations
from members.membership_emails import RIGHT, STAY
from members.models import Affiliation, Grant, Membership, Organisation, SupportedProject
from tests.factories import GrantFactory, MemberFactory, MembershipFactory, OrganisationFactory, join
from tests.html_forms import fields_of
from tests.world import sign_in

STATES = {"stay": "active", "dormant": "dormant", "ended": "ended"}


@pytest.fixture
def noordzee(db) -> Organisation:
    return OrganisationFactory.create(name="Noordzee")


@pytest.fixture
def hers(english, noordzee, at) -> Membership:
    Affiliation.objects.create(
        member=english, organisation=noordzee, role="Buyer", starts_on=at.date().replace(year=2025)
    )
    return MembershipFactory.create(member=english, organisation=noordzee)


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def of(member, community) -> Membership:
    return MembershipFactory.create(member=join(member, community.circle))


@pytest.mark.parametrize("act", STATES)
def test_link_shows_first_and_one_button_does_it(hers, clock, act):
    path, browser = reverse("membership_page", args=[STAY.token(hers.pk)]), Client()
    assert "would you like to stay?" in text(browser.get(path))
    assert not hers.steps.exists()
    for _turn in range(2):
        assert browser.post(path, {"act": act, "submission": "7d8f2b1e-2f0c-4a55-9f39-0c4a1b1f7a11"}).status_code == 302
    hers.refresh_from_db()
    assert (hers.state, hers.steps.count()) == (STATES[act], 0 if act == "stay" else 1)


def test_who_pauses_comes_back_by_the_same_link_and_who_left_does_not(hers, clock):
    path, browser = reverse("membership_page", args=[STAY.token(hers.pk)]), Client()
    for act, state in (("dormant", "dormant"), ("active", "active"), ("ended", "ended"), ("active", "ended")):
        browser.post(path, {"act": act, "submission": uuid4()})
        hers.refresh_from_db()
        assert hers.state == state


def test_link_of_another_kind_opens_nothing(hers):
    assert Client().get(reverse("membership_page", args=[RIGHT.token(hers.pk)])).status_code == 404


def test_yearly_question_stands_on_my_page_until_the_button_is_pressed(as_ana, hers, clock, at):
    Membership.objects.update(joined_at=at - timedelta(days=364))
    assert "Is what is written of you still right?" not in text(as_ana.get("/me/"))
    Membership.objects.update(joined_at=at - timedelta(days=365))
    assert "Is what is written of you still right?" in text(as_ana.get("/me/"))
    path = reverse("membership_check_page", args=[RIGHT.token(hers.pk)])
    assert "Noordzee, Buyer" in text(Client().get(path))
    Client().post(path, {"submission": uuid4()})
    assert "Is what is written of you still right?" not in text(as_ana.get("/me/"))


def test_leaving_asks_for_a_reason_and_keeps_her_words(as_ana, hers, clock):
    path = reverse("my_membership_change", args=[hers.pk, "ended"])
    fields = fields_of(as_ana.get(path))
    refused = as_ana.post(path, {**fields, "words": "<b>Goodbye</b>"})
    assert refused.status_code == 422 and "&lt;b&gt;Goodbye" in text(refused)
    as_ana.post(path, {**fields, "reason": "no_time", "words": "<b>Goodbye</b>"})
    [step] = hers.steps.all()
    assert (step.state, step.reason, step.words) == ("ended", "no_time", "<b>Goodbye</b>")


def test_coordinators_end_several_after_a_question(as_bo, hers, community, clock):
    bea = of(MemberFactory.create(name="Bea"), community)
    chosen = {"chosen": [hers.pk, bea.pk], "do": "ended", "submission": uuid4()}
    asked = as_bo.post("/staff/members/", chosen)
    assert "End 2 memberships?" in text(asked) and Membership.objects.standing().count() == 2
    assert as_bo.post("/staff/members/", {**chosen, "sure": "1"}).status_code == 422
    assert as_bo.post("/staff/members/", {**chosen, "sure": "1", "reason": "other"}).status_code == 302
    assert Membership.objects.standing().count() == 0


def test_list_is_narrowed_by_state_and_forgives_a_typing_error(as_bo, hers, community, clock):
    of(MemberFactory.create(name="Bea Nyarko"), community)
    Membership.objects.filter(pk=hers.pk).update(state="dormant")

    def names(**query) -> list[str]:
        return [one.member.name for one in as_bo.get("/staff/members/", query).context["page"].items]

    assert names() == ["Ana Quispe", "Bea Nyarko"]
    assert names(state="dormant") == names(name="quipse") == ["Ana Quispe"]
    assert names(checked="no") == []


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_the_same_for_one_and_for_three(as_bo, community, rows, clock, django_assert_num_queries):
    for _turn in range(rows):
        made = of(MemberFactory.create(), community)
        Affiliation.objects.create(member=made.member, organisation=made.organisation, starts_on="2026-01-01")
    with django_assert_num_queries(7):
        assert len(as_bo.get("/staff/members/").context["page"].items) == rows
    with django_assert_num_queries(5):
        assert len(as_bo.get("/staff/organisations/").context["page"].items) == rows


def test_contact_sees_names_roles_and_states_and_no_address(hers, noordzee, cy, clock, at):
    GrantFactory.create(member=cy, circle=None, organisation=noordzee, right="organisation_contact")
    path = reverse("contact_organisation", args=[noordzee.pk])
    page = text(sign_in(cy).get(path))
    assert "Ana Quispe" in page and "Buyer" in page and "Active" in page and hers.member.email not in page
    Grant.objects.update(ends_at=at)
    assert sign_in(cy).get(path).status_code == 404


def test_coordinator_names_a_contact_and_ends_it_with_its_dates_kept(as_bo, hers, noordzee, clock):
    give = reverse("organisation_contact_give", args=[noordzee.pk])
    as_bo.post(give, {"member": hers.member_id, "submission": uuid4()})
    [grant] = Grant.objects.filter(right="organisation_contact")
    assert (grant.member_id, grant.ends_at) == (hers.member_id, None)
    clock.shift(60)
    as_bo.post(reverse("grant_end", args=[grant.pk]), {"submission": uuid4()})
    grant.refresh_from_db()
    assert grant.ends_at is not None
    assert "Ana Quispe" in text(as_bo.get(reverse("organisation_detail", args=[noordzee.pk])))


def test_coordinator_cannot_end_the_right_to_coordinate(as_bo, bo, hers, clock):
    own = bo.grants.get()
    assert as_bo.post(reverse("grant_end", args=[own.pk]), {"submission": uuid4()}).status_code == 403
    own.refresh_from_db()
    assert own.ends_at is None


def test_projects_are_saved_shown_and_removed_and_a_bad_link_is_refused(as_bo, hers, noordzee, clock):
    path = reverse("organisation_edit", args=[noordzee.pk])
    fields = fields_of(as_bo.get(path))
    bad = as_bo.post(path, {**fields, "name_0": "Trees", "country_0": "PE", "link_0": "javascript:alert(1)"})
    assert bad.status_code == 422 and not SupportedProject.objects.exists()
    as_bo.post(path, {**fields, "name_0": "Trees", "country_0": "PE", "link_0": "https://example.org/trees"})
    assert "Trees" in text(as_bo.get(reverse("organisation_detail", args=[noordzee.pk])))
    as_bo.post(path, {**fields_of(as_bo.get(path)), "name_0": "", "country_0": "", "link_0": ""})
    assert not SupportedProject.objects.exists()


def test_new_role_keeps_the_old_one_and_the_end_frees_the_membership(hers, bo, noordzee, at):
    [old] = hers.member.affiliations.all()
    new = affiliations.change_role(affiliation=old, role="Director", by=hers.member, at=at)
    affiliations.end(affiliation=new, by=bo, at=at)
    rows = hers.member.affiliations.order_by("pk").values_list("role", "ends_on")
    assert [(role, ends is not None) for role, ends in rows] == [("Buyer", True), ("Director", True)]
    assert Membership.objects.get(pk=hers.pk).organisation is None


def test_coordinator_adds_an_organisation_by_its_name(as_bo, hers, clock):
    OrganisationFactory.create(name="Alpenblick Confections")
    path = reverse("affiliation_create", args=[hers.pk])
    near = as_bo.post(path, {"organisation": "Alpenblik Confection", "role": "Adviser", "submission": uuid4()})
    assert near.status_code == 422 and "Similar names: Alpenblick Confections" in text(near)
    as_bo.post(path, {"organisation": "alpenblick confections", "role": "Adviser", "submission": uuid4()})
    assert set(hers.member.affiliations.values_list("role", flat=True)) == {"Buyer", "Adviser"}


def test_members_find_the_community_in_both_menus_of_five_at_most(as_ana, english, clock):
    home = f'href="{reverse("directory_people")}"'
    assert home not in text(as_ana.get(reverse("profile_edit")))
    MembershipFactory.create(member=english)
    page = text(as_ana.get(reverse("profile_edit")))
    bar = page.partition('class="bottom-bar"')[2].partition("</nav>")[0]
    assert (page.count(home), bar.count("<li>")) == (2, 5)


def test_staff_menu_shows_a_facilitator_only_what_she_may_open(hers, community, clock):
    facilitator = MemberFactory.create(language="en")
    GrantFactory.create(member=facilitator, circle=community.circle, right="facilitator")
    page = text(sign_in(facilitator).get(reverse("gathering_plan")))
    menu = page.partition('aria-label="Staff pages"')[2].partition("</nav>")[0]
    assert (menu.count("<li>"), "menu__head" in menu) == (4, False)


@pytest.mark.parametrize("name", ["member_list", "import_list", "erasure_list", "term_list", "concern_list"])
def test_bar_of_a_phone_marks_staff_on_every_staff_page(as_bo, hers, clock, name):
    bar = text(as_bo.get(reverse(name))).partition('class="bottom-bar"')[2].partition("</nav>")[0]
    assert f'href="{reverse("application_list")}" aria-current="true"' in bar
    bar = text(as_bo.get(reverse("profile_edit"))).partition('class="bottom-bar"')[2].partition("</nav>")[0]
    assert f'href="{reverse("application_list")}" aria-current="true"' not in bar


def test_membership_and_organisation_lead_to_merging_and_erasing(as_bo, hers, noordzee, clock):
    page = text(as_bo.get(reverse("membership_detail", args=[hers.pk])))
    assert f"{reverse('merge_people_choose')}?one={hers.member_id}" in page
    assert reverse("erasure_create", args=[hers.member_id]) in page
    page = text(as_bo.get(reverse("organisation_detail", args=[noordzee.pk])))
    assert f"{reverse('merge_organisations_choose')}?one={noordzee.pk}" in page
