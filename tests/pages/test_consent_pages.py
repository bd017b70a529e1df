"""What I agree to: the list, the question, the no; and the same for coordinators."""

import html
import re
from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from audit.models import Entry
from members import terms
from members.models import Consent, TermVersion
from tests.factories import CircleFactory, CommunityFactory, GrantFactory, MemberFactory, MembershipFactory
from tests.factories.terms import agreed, publish
from tests.html_forms import fields_of
from tests.world import sign_in

LIST, ASK, MINE = "/me/consents/", "/me/consents/ask/", "/me/"


@pytest.fixture
def member(ana, community, clock):
    ana.language = "en"
    ana.save(update_fields=["language"])
    MembershipFactory.create(member=ana, community=community)
    return ana


@pytest.fixture
def coordinator(bo, clock):
    bo.language = "en"
    bo.save(update_fields=["language"])
    return bo


def answer(browser, at, *chosen, key=None, **more):
    body = {"submission": key or uuid4(), "shown": terms.signature(terms.in_force(at)), **more}
    return browser.post(ASK, {**body, **dict.fromkeys(chosen, "on")})


def words_of(response) -> str:
    return html.unescape(re.sub(r"<[^>]+>|\s+", " ", response.content.decode()))


def test_my_page_says_what_waits_and_stops_when_it_is_answered(member, as_ana, at):
    assert ASK in as_ana.get(MINE).content.decode()
    answer(as_ana, at, *Consent.Term.values)
    assert ASK not in as_ana.get(MINE).content.decode()


def test_question_shows_what_is_new_and_ticks_nothing(member, as_ana):
    agreed(member)
    publish("competition", changes_en="We added carbon prices.", text_en="## Prices\n- No carbon prices")
    page = as_ana.get(ASK)
    assert [one.term.value for one, _tick in page.context["asked"]] == ["competition"]
    body = page.content.decode()
    assert "We added carbon prices." in body and "<li>No carbon prices</li>" in body and "checked" not in body


def test_answer_is_kept_once_however_often_it_is_sent(member, as_ana, at):
    key = uuid4()
    for _ in range(2):
        answer(as_ana, at, "privacy", key=key)
    consent = Consent.objects.get()
    assert (consent.term, consent.language, consent.given_at) == ("privacy", "en", at)


def test_nothing_ticked_is_a_clear_sentence(member, as_ana, at):
    page = answer(as_ana, at)
    assert page.status_code == 422 and "Please tick what you agree to" in words_of(page)


def test_outdated_page_is_shown_anew(member, as_ana, at):
    page = answer(as_ana, at, "privacy", shown="2020,2020,2020,2020")
    assert page.status_code == 422 and "changed while you were reading" in words_of(page)
    assert fields_of(page)["shown"] == [terms.signature(terms.in_force(at))]


def test_later_leads_to_my_page_and_asks_no_more_for_now(member, as_ana, at):
    agreed(member)
    publish(at=at)
    assert answer(as_ana, at, later="1").url == MINE
    assert ASK not in as_ana.get(MINE).content.decode()


def test_no_says_what_follows_and_asks_about_the_membership(member, as_ana, bo, at):
    agreed(member)
    address = reverse("consent_refuse", args=["commitment"])
    assert "Pause my membership" in words_of(as_ana.get(address))
    assert as_ana.post(address, {"submission": uuid4()}).status_code == 422
    assert as_ana.post(address, {"submission": uuid4(), "then": "end"}).url == LIST
    assert (member.memberships.get().state, Consent.objects.get(term="commitment").withdrawn_at) == ("ended", at)
    assert "You do not agree" in words_of(as_ana.get(LIST))


def test_unknown_term_is_not_found(member, as_ana):
    assert as_ana.get("/me/consents/everything/no/").status_code == 404
    assert as_ana.get("/terms/everything/2026-11/").status_code == 404
    assert as_ana.get("/terms/privacy/1999/").status_code == 404


def test_list_leads_to_the_words_and_the_language_agreed_to(member, as_ana):
    agreed(member, "competition")
    publish("competition")
    link = f"{reverse('term_text', args=['competition', '2026-11'])}?in=es"
    assert link in as_ana.get(LIST).content.decode()
    words = words_of(as_ana.get(link))
    assert "Algunos miembros compiten" in words and "not the version that counts now" in words


def test_coming_version_is_shown_to_coordinators_only(client, coordinator, clock, at):
    publish("privacy", "2027", at=at.replace(year=2027))
    address = reverse("term_text", args=["privacy", "2027"])
    assert (client.get(address).status_code, sign_in(coordinator).get(address).status_code) == (404, 200)


def test_redirect_after_signing_in_asks_first_and_respects_next(client, member, settings):
    member.set_password("under the shade trees")
    member.save()
    member.emailaddress_set.create(email=member.email, verified=True, primary=True)
    body = {"login": member.email, "password": "under the shade trees"}
    assert client.post("/accounts/login/", body).url == ASK
    client.logout()
    assert client.post("/accounts/login/", {**body, "next": "/me/messages/"}).url == "/me/messages/"


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_any_number(member, as_ana, number, django_assert_num_queries):
    for turn in range(number):
        agreed(member, "privacy", version=f"v{turn}")
    as_ana.get(LIST)
    with django_assert_num_queries(8):
        as_ana.get(LIST)


# --- Coordinators ---


def test_tallies_count_each_member_once(member, coordinator, community, at):
    publish("competition")
    people = [MembershipFactory.create(community=community).member for _ in range(4)]
    agreed(people[0], "competition", version="2026-12")
    agreed(people[1], "competition")
    agreed(people[2], "competition")
    Consent.objects.filter(member=people[2]).update(withdrawn_at=at)
    page = sign_in(coordinator).get(reverse("term_list"))
    counts = {tally.version.term: tally.counts for tally in page.context["tallies"]}
    assert counts["competition"] == {"present": 1, "earlier": 1, "no": 1, "none": 2}
    assert counts["privacy"] == {"present": 0, "earlier": 0, "no": 0, "none": 5}
    said = " ".join(words_of(page).split())
    assert "1 person agreed to the present version" in said and "2 people have not answered yet" in said


def test_people_are_narrowed_and_those_elsewhere_are_not_shown(member, coordinator, cy):
    MembershipFactory.create(
        community=CommunityFactory.create(slug="elsewhere", circle=CircleFactory.create()), member=cy
    )
    agreed(member, "competition")
    address = reverse("term_people", args=["competition"])
    browser = sign_in(coordinator)
    for show, found in ("present", [member]), ("none", []), ("", [member]):
        assert [row for row, *_ in browser.get(f"{address}?show={show}").context["lines"]] == found


@pytest.mark.parametrize("number", [1, 3])
def test_people_cost_the_same_for_any_number(coordinator, community, number, django_assert_num_queries):
    MembershipFactory.create_batch(number, community=community)
    browser = sign_in(coordinator)
    browser.get(reverse("term_people", args=["privacy"]))
    with django_assert_num_queries(7):
        browser.get(reverse("term_people", args=["privacy"]))


def test_download_is_safe_in_a_spreadsheet_and_recorded(member, coordinator):
    member.name = "=1+1"
    member.save()
    answer = sign_in(coordinator).get(reverse("term_download", args=["privacy"]))
    assert b"'=1+1" in b"".join(answer.streaming_content)
    assert Entry.objects.get(verb="consents.exported").detail == {"term": "privacy", "rows": 1}


def test_download_asks_again_who_one_is(member, coordinator):
    answer = sign_in(coordinator, second_factor=False).get(reverse("term_download", args=["privacy"]))
    assert answer.status_code == 302 and not Entry.objects.filter(verb="consents.exported").exists()


def write(browser, **words):
    filled = {
        f"{column}_{code}": f"{column} {code}" for column in ("summary", "text", "changes") for code in terms.LANGUAGES
    }
    body = {"submission": uuid4(), "version": "2027-01", **filled, **words}
    return browser.post(reverse("term_write", args=["privacy"]), body)


def release(browser, day):
    return browser.post(reverse("term_publish", args=["privacy"]), {"submission": uuid4(), "day": day.isoformat()})


def test_draft_begins_with_the_present_words_and_is_published_today(coordinator, member, at):
    browser = sign_in(coordinator)
    form = browser.get(reverse("term_write", args=["privacy"])).context["form"]
    assert form["text_es"].value().startswith("Guardamos lo que necesitamos")
    assert write(browser).status_code == 302 and terms.in_force(at)["privacy"].version == "2026-11"
    assert release(browser, at.date()).url == reverse("term_list")
    row = TermVersion.objects.get(version="2027-01")
    assert (row.published_by, row.in_force_from, row.text_fr) == (coordinator, at, "text fr")
    assert terms.in_force(at)["privacy"] == row


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt-br"])
def test_day_of_publishing_is_filled_in_as_browsers_want_it(coordinator, language):
    coordinator.language = language
    coordinator.save(update_fields=["language"])
    browser = sign_in(coordinator)
    write(browser)
    assert 'value="2026-11-21"' in browser.get(reverse("term_write", args=["privacy"])).content.decode()


def test_publishing_is_asked_for_once_more(coordinator, at):
    browser = sign_in(coordinator)
    write(browser)
    page = words_of(browser.get(reverse("term_write", args=["privacy"])))
    assert "Publish version 2027-01 …" in page and "can neither be changed nor taken back" in page


def test_publishing_wants_all_languages_and_a_day_to_come(coordinator, at):
    browser = sign_in(coordinator)
    write(browser, text_fr="")
    assert "all four languages" in words_of(release(browser, at.date()))
    write(browser)
    assert "today or later" in words_of(release(browser, date(2026, 11, 20)))
    assert not TermVersion.objects.filter(version="2027-01").exclude(published_at=None).exists()


def test_name_of_a_published_version_cannot_be_taken_again(coordinator):
    publish("privacy")
    browser = sign_in(coordinator)
    for version in ("2026-11", "2026-12"):
        assert "published already" in words_of(write(browser, version=version))


def test_facilitator_and_stranger_stay_outside(member, cy):
    for person in (member, cy, MemberFactory.create()):
        assert sign_in(person).get(reverse("term_list")).status_code == 403


def test_who_coordinates_an_edition_alone_reads_and_does_not_write(coordinator, member, at):
    """The terms are those of the whole portal."""
    edition = CircleFactory.create(kind="edition")
    ed = GrantFactory.create(circle=edition, right="coordinator", member__name="Ed Ition").member
    browser = sign_in(ed)
    page = words_of(browser.get(reverse("term_list")))
    assert "Write the next version" not in page
    assert browser.get(reverse("term_write", args=["privacy"])).status_code == 403
    assert write(browser, version="2026-12").status_code == 403
    assert "Write the next version" in words_of(sign_in(coordinator).get(reverse("term_list")))


# --- The notice on workshops ---


def test_notice_of_the_present_version_stands_on_the_workshop(as_ana, member, workshop):
    page = as_ana.get(workshop.get_absolute_url())
    assert "We share in a non-competitive way" in words_of(page)
    publish("competition", summary_en="No carbon prices either.")
    assert "No carbon prices either." in words_of(as_ana.get(workshop.get_absolute_url()))


def test_agreement_is_withdrawn_by_that_name_and_the_question_says_of_what(member, as_ana, at):
    agreed(member, "privacy", at=at)
    assert re.findall(r'href="/me/consents/privacy/no/">(.*?)</a>', as_ana.get(LIST).content.decode()) == ["Withdraw"]
    question = " ".join(as_ana.get("/me/consents/privacy/no/").content.decode().split())
    assert "<h1>I do not agree<br><small>Privacy notice</small></h1>" in question
