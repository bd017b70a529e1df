"""Reporting a concern as anybody, and the queue of those who look after it."""

import html

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.urls import reverse

from forestallies.lib.text import check_printable, tidy
from jobs.models import Submission
from members.models import Concern, Grant
from tests.factories import ConcernFactory, GrantFactory, MemberFactory, WorkshopFactory
from tests.html_forms import fields_of
from tests.pages.test_registration_desk import NAUGHTY
from tests.world import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
REPORT, QUEUE = reverse("concern_report"), reverse("concern_list")


def words_of(answer) -> str:
    return html.unescape(" ".join(answer.content.decode().split()))


def send(browser, page=REPORT, **changes):
    given = {"words": "They shouted.", "where": "other", **changes}
    return browser.post(page, {**fields_of(browser.get(page)), **given}, follow=True)


def test_visitor_reports_without_a_name_and_gets_a_number(client, community):
    answer = send(client, where=str(community.circle_id))
    concern = Concern.objects.get()
    assert concern.reference in words_of(answer) and concern.circle == community.circle
    assert (concern.reporter, concern.name, concern.email) == (None, "", "")
    assert "sessionid" not in client.cookies  # no cookie tells the next reader of this telephone what was done here


def test_same_form_twice_is_one_concern_with_one_number(client, community):
    fields = {**fields_of(client.get(REPORT)), "words": "They shouted.", "where": "other"}
    first, second = client.post(REPORT, fields), client.post(REPORT, fields)
    assert (first.url, Concern.objects.count()) == (second.url, 1)


def test_member_is_named_only_when_she_says_so(ana):
    browser = sign_in(ana)
    send(browser)
    send(browser, named="on")
    assert list(Concern.objects.order_by("pk").values_list("reporter__name", flat=True)) == [None, "Ana Quispe"]
    assert list(Submission.objects.order_by("pk").values_list("actor__name", flat=True)) == [None, "Ana Quispe"]


def test_page_of_an_event_fills_in_what_it_is_about(english, workshop):
    browser, page = sign_in(english), f"{REPORT}?event={workshop.slug}"
    fields = fields_of(browser.get(page))
    assert (fields["about"], fields["where"]) == ([workshop.title], [str(workshop.home_id)])
    send(browser, page, where=str(workshop.home_id))
    assert (Concern.objects.get().circle, Concern.objects.get().event_slug) == (workshop.home, workshop.slug)


@pytest.mark.parametrize("slug", ["secret", "no-such"])
def test_page_tells_nothing_of_events_that_the_reader_does_not_see(client, cy, slug):
    WorkshopFactory.create(slug="secret", title="Merger talks", state="draft")
    for browser in (client, sign_in(cy)):
        answer = browser.get(f"{REPORT}?event={slug}")
        assert answer.status_code == 200 and "Merger talks" not in words_of(answer)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"words": " "}, "This field is required."), ({"where": "999"}, "not one of the available choices"),
     ({"email": "nobody"}, "valid email"), ({"website": "spam"}, "Please leave this field empty."),
     ({"words": "x" * 4001}, "4000")],
)  # fmt: skip
def test_bad_report_is_told_and_nothing_typed_is_lost(client, community, changes, words):
    answer = send(client, about="Honey, day two", **changes)
    assert answer.status_code == 422 and words in words_of(answer) and not Concern.objects.exists()
    assert fields_of(answer)["about"] == ["Honey, day two"]


def test_naughty_words_are_kept_as_typed_and_shown_so(client, as_bo, community):
    kept = []
    for one in NAUGHTY:
        try:
            check_printable(one)
        except ValidationError:
            continue
        if 0 < len(tidy(one, lines=True)) <= 4000:
            kept.append(ConcernFactory.create(circle=community.circle, words=one, about=one[:100], name=one[:100]))
    assert len(kept) > 50
    for concern in kept:
        answer = as_bo.get(reverse("concern_detail", args=[concern.pk]))
        assert answer.status_code == 200 and "<script>alert" not in answer.content.decode()
    assert as_bo.get(QUEUE).status_code == 200
    cache.clear()
    assert Concern.objects.get(pk=send_words(client, "<b>Zoë</b> Ꝺ 🌳")).words == "<b>Zoë</b> Ꝺ 🌳"


def send_words(browser, words) -> int:
    send(browser, words=words)
    return Concern.objects.latest("pk").pk


def test_too_many_from_one_address_are_stopped(client, settings, community):
    cache.clear()
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "concern": "2/h/ip"}
    assert [send(client).status_code for _turn in range(3)] == [200, 200, 429]
    assert Concern.objects.count() == 2
    cache.clear()


def test_coordinator_reads_it_and_writes_what_was_done(as_bo, community, ana):
    concern = ConcernFactory.create(circle=community.circle, reporter=ana, about="Honey", email="ana@example.org")
    page = reverse("concern_detail", args=[concern.pk])
    assert concern.words in words_of(as_bo.get(QUEUE))
    text = words_of(as_bo.get(page))
    assert "Ana Quispe" in text and "ana@example.org" in text and "Nothing yet." in text
    done = {**fields_of(as_bo.get(page)), "state": "closed", "note": "We called both."}
    text = words_of(as_bo.post(page, done, follow=True))
    concern.refresh_from_db()
    assert concern.state == "closed" and "We called both." in text and "Bo Dupont" in text


def test_closing_without_a_note_says_so_and_keeps_the_choice(as_bo, community):
    concern = ConcernFactory.create(circle=community.circle)
    page = reverse("concern_detail", args=[concern.pk])
    answer = as_bo.post(page, {**fields_of(as_bo.get(page)), "state": "closed"})
    assert answer.status_code == 422 and "Please write a note" in words_of(answer)
    assert fields_of(answer)["state"] == ["closed"]


def test_concern_about_a_coordinator_is_not_there_for_her(as_bo, community):
    concern = ConcernFactory.create(circle=community.circle, about_coordinator=True, words="Bo shouted.")
    assert as_bo.get(reverse("concern_detail", args=[concern.pk])).status_code == 404
    assert "Bo shouted." not in words_of(as_bo.get(QUEUE))
    root = MemberFactory.create(name="Root", is_superuser=True)
    assert "Bo shouted." in words_of(sign_in(root).get(QUEUE))


def test_facilitator_never_sees_the_queue(community):
    fay = MemberFactory.create(name="Fay")
    GrantFactory.create(member=fay, circle=community.circle, right=Grant.Right.FACILITATOR)
    concern = ConcernFactory.create(circle=community.circle)
    browser = sign_in(fay)
    assert browser.get(QUEUE).status_code == 403
    assert browser.get(reverse("concern_detail", args=[concern.pk])).status_code == 403
    assert "Concerns" not in words_of(browser.get(reverse("staff_event_list")))


@pytest.mark.parametrize("rows", [1, 3])
def test_queue_costs_the_same_for_one_and_three(as_bo, community, rows, django_assert_num_queries):
    for _turn in range(rows):
        ConcernFactory.create(circle=community.circle, reporter=MemberFactory.create())
    as_bo.get(QUEUE)
    with django_assert_num_queries(6):
        as_bo.get(QUEUE)


def test_links_lead_there_from_the_footer_and_from_the_competition_law_notice(client, english, workshop):
    assert f'href="{REPORT}"' in client.get("/").content.decode()
    page = sign_in(english).get(reverse("workshop_page", args=[workshop.slug])).content.decode()
    assert f'href="{REPORT}?event={workshop.slug}"' in page


def test_confirmation_shows_nothing_but_a_number(client):
    assert client.get("/concern/sent/ABCD-2345/").status_code == 200
    assert client.get("/concern/sent/call-me-0800/").status_code == 404
