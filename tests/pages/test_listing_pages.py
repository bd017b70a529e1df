"""Needs and offers: written, found, matched and closed; introductions that both want; partnerships that began."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from members import matching
from members.actions import listings
from members.actions.listings import ListingRefused
from members.listing_emails import INTRODUCTION
from members.models import Introduction, Listing, Membership, Partnership, Theme
from members.models.listings import INTRODUCTIONS_A_DAY, LISTINGS_EACH
from notices import drawers, guards
from notices.models import Notice
from tests.factories import (
    CircleFactory,
    CommunityFactory,
    IntroductionFactory,
    ListingFactory,
    MemberFactory,
    MembershipFactory,
    WorkshopFactory,
)
from tests.html_forms import fields_of
from tests.world import sign_in

LIST, NEW, MINE = "/directory/needs/", "/directory/needs/new/", "/me/introductions/"
State = Introduction.State


@pytest.fixture
def ana(ana):
    ana.language = "en"
    ana.save(update_fields=["language"])
    MembershipFactory.create(member=ana, organisation=None)
    return ana


@pytest.fixture
def theme(db):
    return Theme.objects.create(slug="access-to-finance", name="Access to finance")


@pytest.fixture
def need(ana):
    return ListingFactory.create(member=ana, what="Buyer for shade cocoa", country="PE", languages=["es"])


@pytest.fixture
def offer(need):
    """Eve's, in the same country and with the same language."""
    eve = MemberFactory.create(name="Eve Ekoka", email="eve@secret.example")
    return ListingFactory.create(
        member=eve, kind="offer", what="We buy shade cocoa", country="PE", languages=["es", "en"]
    )


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def detail(listing) -> str:
    return reverse("listing_detail", args=[listing.pk])


def shown(browser, **query) -> list[str]:
    return [one.what for one in browser.get(LIST, query).context["page"].items]


def link_of(introduction, member) -> str:
    return reverse("introduction_page", args=[INTRODUCTION.token(f"{introduction.pk}:{member.pk}")])


def press(browser, path, act):
    return browser.post(path, {"act": act, "submission": uuid4()})


def words_of(kind) -> dict[str, str]:
    """What the mails of a kind say when they leave, by their addresses."""
    rows = Notice.objects.filter(kind=kind)
    return {row.address: drawers.draw(row.kind, row.facts, at=row.created_at).text for row in rows}


def test_member_lists_a_need_once_however_often_the_form_arrives(as_ana, ana, theme, clock):
    fields = {**fields_of(as_ana.get(NEW)), "kind": "need", "what": "Buyer", "exchange": "trade", "theme": theme.pk}
    for _ in range(2):
        page = as_ana.post(NEW, {**fields, "country": "PE", "until": "2026-12-31"})
        assert page.status_code == 302, page.context["form"].errors
    listing = Listing.objects.get()
    assert (listing.member, listing.theme, listing.country, listing.languages) == (ana, theme, "PE", ["en"])
    assert Entry.objects.filter(verb="listing.made").count() == 1


@pytest.mark.parametrize(
    "bad", [{"until": "2026-11-20"}, {"kind": "gift"}, {"what": ""}, {"community": "7000"}, {"languages": ["xx"]}]
)
def test_bad_input_gets_a_sentence_and_nothing_is_lost(as_ana, ana, clock, bad):
    good = {**fields_of(as_ana.get(NEW)), "kind": "need", "what": "Buyer", "exchange": "trade", "details": "Kept"}
    page = as_ana.post(NEW, {**good, **bad})
    assert page.status_code == 422 and "Please look at these points" in text(page)
    assert fields_of(page)["details"] == ["Kept"] and not Listing.objects.exists()


def test_open_ones_of_the_community_are_found_by_each_filter(as_ana, offer, theme, clock):
    Listing.objects.filter(pk=offer.pk).update(theme=theme)
    for query in ({}, {"kind": "offer"}, {"exchange": "trade"}, {"theme": theme.pk}, {"country": "PE"}):
        assert shown(as_ana, **query) == ["We buy shade cocoa"]
    for query in ({"kind": "need"}, {"exchange": "visit"}, {"country": "GH"}, {"country": "XX"}):
        assert shown(as_ana, **query) == []
    assert offer.member.email not in text(as_ana.get(detail(offer)))


def test_closed_over_or_foreign_ones_are_not_shown(as_ana, offer, at, clock):
    other = CommunityFactory.create(slug="other", name="Other", circle=CircleFactory.create(name="Other"))
    foreign = ListingFactory.create(community=other, kind="offer")
    over = ListingFactory.create(kind="offer", until=at.date() - timedelta(days=1))
    asleep = ListingFactory.create(kind="offer")
    Membership.objects.filter(member=asleep.member).update(state="dormant")
    listings.turn(listing=offer, is_open=False, by=offer.member, at=at)
    assert shown(as_ana) == []
    assert {as_ana.get(detail(one)).status_code for one in (foreign, over, asleep, offer)} == {404}


def test_owner_closes_and_opens_again_and_nobody_else(as_ana, need, offer, clock):
    assert press(as_ana, reverse("listing_turn", args=[need.pk]), "close").status_code == 302
    assert Listing.objects.get(pk=need.pk).state == "closed"
    press(as_ana, reverse("listing_turn", args=[need.pk]), "open")
    assert Listing.objects.get(pk=need.pk).state == "open"
    assert press(as_ana, reverse("listing_turn", args=[offer.pk]), "close").status_code == 404
    assert as_ana.get(reverse("listing_edit", args=[offer.pk])).status_code == 404


def test_what_fits_is_said_in_words_the_best_first_in_one_query(need, offer, theme, at, django_assert_num_queries):
    Listing.objects.filter(pk=need.pk).update(theme=theme)
    need.refresh_from_db()
    for values in ({"theme": theme}, {"country": "PE", "languages": []}, {"kind": "need", "theme": theme}):
        ListingFactory.create(**{"kind": "offer", "languages": [], **values})
    best = ListingFactory.create(kind="offer", theme=theme, country="PE", languages=["es"])
    with django_assert_num_queries(1):
        found = matching.matches_of(need, at=at)
    whole, *others = [", ".join(match.why) for match in found]
    assert whole == "same theme, same country, a language in common"
    assert set(others) == {"same theme", "same country, a language in common"}
    assert found[0].listing == best and len(found) == 3


def test_asking_for_an_introduction_mails_the_other_without_an_address(as_ana, ana, need, offer, clock):
    page = as_ana.get(detail(need))
    assert "Same country, a language in common" in text(page)
    path = reverse("listing_introduce", args=[need.pk])
    assert as_ana.post(path, {"submission": uuid4(), "other": offer.pk}).status_code == 302
    assert list(words_of("match_suggested")) == [offer.member.email]
    assert ana.email not in words_of("match_suggested")[offer.member.email]
    assert offer.member.email not in text(as_ana.get(MINE))
    assert "Nothing fits yet" in text(as_ana.get(detail(need)))


def test_both_yes_gives_each_the_others_address(as_ana, ana, need, offer, at, clock):
    found = listings.introduce(one=need, other=offer, by=ana, at=at)
    page = text(Client().get(link_of(found, offer.member)))
    assert "Buyer for shade cocoa" in page and ana.email not in page
    assert press(Client(), link_of(found, offer.member), "yes").status_code == 302
    words = words_of("introduction")
    assert offer.member.email in words[ana.email] and ana.email in words[offer.member.email]
    assert offer.member.email in text(as_ana.get(MINE))


def test_no_ends_it_and_shows_nothing(ana, need, offer, at, clock):
    found = listings.introduce(one=need, other=offer, by=ana, at=at)
    press(sign_in(offer.member), reverse("introduction_answer", args=[found.pk]), "no")
    assert Introduction.objects.get().state == State.DECLINED and not words_of("introduction")
    assert guards.ask("members.match_suggested", f"{found.pk}:{offer.member_id}", at).ok is False
    with pytest.raises(ListingRefused, match="proposed already"):
        listings.introduce(one=need, other=offer, by=ana, at=at)


def test_coordinator_suggests_and_both_are_asked(bo, ana, need, offer, at, clock):
    path = reverse("listing_introduce", args=[need.pk])
    assert sign_in(bo).post(path, {"submission": uuid4(), "other": offer.pk}).status_code == 302
    found = Introduction.objects.get()
    assert set(words_of("match_suggested")) == {ana.email, offer.member.email}
    listings.answer(introduction=found, agrees=True, by=ana, at=at)
    assert Introduction.objects.get().state == State.ASKED and not words_of("introduction")
    listings.answer(introduction=found, agrees=True, by=offer.member, at=at)
    assert Introduction.objects.get().state == State.AGREED


def test_one_side_cannot_answer_for_the_other_nor_a_stranger(as_ana, ana, bo, need, offer, at, clock):
    found = listings.introduce(one=need, other=offer, by=ana, at=at)
    press(as_ana, reverse("introduction_answer", args=[found.pk]), "yes")
    assert Introduction.objects.get().state == State.ASKED
    assert press(sign_in(bo), reverse("introduction_answer", args=[found.pk]), "yes").status_code == 404
    assert Client().get(link_of(found, bo)).status_code == 404


def test_what_does_not_fit_is_refused(ana, bo, need, offer, at):
    mine = ListingFactory.create(member=ana, kind="offer")
    for one, other in ((need, mine), (need, ListingFactory.create()), (offer, mine)):
        with pytest.raises(ListingRefused, match="a need and an offer"):
            listings.introduce(one=one, other=other, by=ana, at=at)
    listings.turn(listing=offer, is_open=False, by=offer.member, at=at)
    offer.refresh_from_db()
    with pytest.raises(ListingRefused, match="closed"):
        listings.introduce(one=need, other=offer, by=ana, at=at)


def test_member_cannot_bring_two_others_together(as_ana, ana, offer, clock):
    other = ListingFactory.create()
    as_ana.post(reverse("listing_introduce", args=[other.pk]), {"submission": uuid4(), "other": offer.pk})
    assert Introduction.objects.count() == 0


def test_there_is_a_limit_for_listings_and_for_introductions(ana, need, at):
    for _ in range(INTRODUCTIONS_A_DAY):
        IntroductionFactory.create(proposed_by=ana, created_at=at)
    with pytest.raises(ListingRefused, match="within a day"):
        listings.introduce(one=need, other=ListingFactory.create(kind="offer"), by=ana, at=at)
    for _ in range(LISTINGS_EACH - 1):
        ListingFactory.create(member=ana)
    with pytest.raises(ListingRefused, match="close one first"):
        listings.save(listing=ListingFactory.build(member=ana, community=need.community), by=ana, at=at)


def test_partnership_is_recorded_with_its_introduction_and_seen_by_staff_only(as_ana, bo, need, offer, at, clock):
    found = IntroductionFactory.create(
        need=need, offer=offer, state="agreed", need_agreed_at=at, offer_agreed_at=at, closed_at=at
    )
    path = reverse("partnership_start", args=[found.pk])
    assert as_ana.post(path, fields_of(as_ana.get(path))).status_code == 302
    made = Partnership.objects.get()
    assert (made.introduction, made.recorded_by, made.community) == (found, need.member, need.community)
    bo.language = "en"
    bo.save(update_fields=["language"])
    page = text(sign_in(bo).get("/staff/partnerships/"))
    assert "Through an introduction of Ana Quispe and Eve Ekoka" in page and "recorded by Ana Quispe" in page
    assert as_ana.get("/staff/partnerships/").status_code == 403


def test_coordinator_records_one_that_began_at_a_workshop_and_how_it_stands(bo, community, clock):
    workshop = WorkshopFactory.create(title="Working with smallholders")
    browser = sign_in(bo)
    path = reverse("partnership_create", args=[community.pk])
    given = {"parties": "Ceiba Alta, Noordzee", "what": "Cocoa", "started_on": "2026-11-01"}
    about = f"events.event:{workshop.pk}"
    assert browser.post(path, {**fields_of(browser.get(path)), **given, "about": about}).status_code == 302
    made = Partnership.objects.get()
    assert (made.about, made.recorded_by) == (about, bo)
    assert "Working with smallholders" in text(browser.get("/staff/partnerships/"))
    path = reverse("partnership_edit", args=[made.pk])
    browser.post(path, {**fields_of(browser.get(path)), "state": "active"})
    assert Partnership.objects.get().state == "active"
    assert browser.post(path, {**fields_of(browser.get(path)), "about": "events.event:7000"}).status_code == 422


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("path", "queries"), [(LIST, 7), (MINE, 4)])
def test_lists_cost_the_same_for_any_number(as_ana, ana, clock, at, rows, path, queries, django_assert_num_queries):
    for _ in range(rows):
        IntroductionFactory.create(need=ListingFactory.create(member=ana))
    with django_assert_num_queries(queries):
        as_ana.get(path)
