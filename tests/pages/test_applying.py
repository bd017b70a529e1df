"""Applying: the organisation that is meant, the zone, saving and continuing; and the applicant's own page."""

import html
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from forestallies.tasks import apply_retention
from members.actions import questions
from members.joining_emails import STATUS
from members.models import Application, ApplicationDraft, Question
from notices.models import Notice
from tests.factories import ApplicationFactory, MemberFactory, OrganisationFactory

WORDS = {
    "name": "Ada Mensah", "email": "ada@example.org", "country": "GH", "zone": "", "language": "fr",
    "languages": ["en", "ak"], "organisation_name": "Golden Ridge", "stakeholder": "COMP", "role": "Buyer",
    "why": "We buy cocoa grown in the shade.", "privacy": "on", "code_of_conduct": "on", "commitment": "on",
    "competition": "on",
}  # fmt: skip
HOSTILE = "\"><script>alert(1)</script>{{7*7}}{% load %}'; DROP TABLE x;--"


@pytest.fixture(autouse=True)
def _nobody_tried_yet(db):
    cache.clear()


@pytest.fixture
def apply(client, community, clock):
    def apply(key=None, address=None, **changes):
        return client.post(address or reverse("apply"), {"submission": key or uuid4(), **WORDS, **changes})

    return apply


def link_in(kind) -> str:
    return Notice.objects.filter(kind=kind).latest("pk").text.split("/apply/continue/")[1].split("/")[0]


# --- The form ---


def test_form_has_fourteen_fields_at_most(client, community):
    form = client.get(reverse("apply")).context["form"]
    hidden = {"submission", "website", "shown", "organisation"}  # the last one is asked only where names are near
    assert len(set(form.fields) - hidden) == 14


def test_languages_are_kept_and_that_of_the_messages_is_one_of_them(apply):
    apply()
    apply(email="bo@example.org", languages=[], language="pt-br")
    assert list(Application.objects.order_by("pk").values_list("languages", flat=True)) == [["en", "ak"], ["pt"]]


@pytest.mark.parametrize(
    ("country", "zone", "kept"),
    [
        ("GH", "", "Africa/Accra"),
        ("GH", "America/Manaus", "Africa/Accra"),
        ("BR", "America/Manaus", "America/Manaus"),
        ("AR", "", "America/Argentina/Buenos_Aires"),
    ],
)
def test_zone_follows_the_country(apply, country, zone, kept):
    assert apply(country=country, zone=zone).status_code == 302
    assert Application.objects.get().zone == kept


def test_country_with_several_zones_asks_for_one_of_a_short_list(apply):
    answer = apply(country="BR")
    choices = [code for code, _name in answer.context["form"].fields["zone"].choices]
    assert (answer.status_code, len(choices), choices[1]) == (422, 8, "America/Sao_Paulo")
    assert apply(country="BR", zone="Africa/Accra").status_code == 422


def test_near_name_is_asked_about_and_nothing_typed_is_lost(apply):
    near = OrganisationFactory.create(name="Golden Rigde")
    answer = apply()
    page = answer.content.decode()
    assert answer.status_code == 422 and not Application.objects.exists()
    assert "Golden Rigde (Netherlands)" in page and "None of these; ours is a new one" in page
    assert all(words in page for words in ("Ada Mensah", "grown in the shade", "Buyer", 'value="Golden Ridge"'))
    for chosen, kept in (str(near.pk), near.pk), ("new", None):
        assert apply(organisation=chosen, email=f"{chosen}@example.org").status_code == 302
        assert Application.objects.latest("pk").organisation_id == kept


@pytest.mark.parametrize("chosen", ["", "0", "-1", "x", "999999", "None"])
def test_near_name_takes_no_other_answer(apply, chosen):
    OrganisationFactory.create(name="Golden Rigde")
    other = OrganisationFactory.create(name="Somebody else")
    assert apply(organisation=chosen).status_code == apply(organisation=other.pk).status_code == 422


def test_same_name_is_taken_without_asking(apply):
    same = OrganisationFactory.create(name="GOLDEN RIDGÉ")
    assert apply().status_code == 302
    assert Application.objects.get().organisation == same


def test_organisation_that_nobody_offered_cannot_be_slipped_in(apply):
    other = OrganisationFactory.create(name="Somebody else")
    assert apply(organisation=other.pk).status_code == 302
    assert Application.objects.get().organisation is None


def test_name_of_an_independent_person_is_not_given_away(apply):
    OrganisationFactory.create(name="Golden Rigde", kind="INDV")
    assert apply().status_code == 302


# --- Later ---


def save(apply, **changes):
    return apply(later="1", **changes)


def test_saved_form_comes_back_as_it_was_through_the_link(apply, client):
    answer = save(apply, name="", why=HOSTILE, country="BR", zone="America/Manaus")
    assert (answer.status_code, answer.url) == (302, reverse("application_saved"))
    address = reverse("application_continue", args=[link_in("application_draft")])
    page = client.get(address)
    form = page.context["form"]
    assert [form[name].value() for name in ("email", "why", "country", "zone", "languages")] == [
        "ada@example.org", HOSTILE, "BR", "America/Manaus", ["en", "ak"],
    ]  # fmt: skip
    assert html.escape(HOSTILE) in page.content.decode() and "<script>alert" not in page.content.decode()
    assert not Application.objects.exists()


def test_consents_are_not_kept(apply):
    save(apply)
    kept = set(ApplicationDraft.objects.get().words)
    assert not kept & {"privacy", "code_of_conduct", "commitment", "competition", "submission"} and "why" in kept


def test_link_sends_the_application_and_is_over_then(apply, client):
    save(apply)
    address = reverse("application_continue", args=[link_in("application_draft")])
    assert apply(address=address).url == reverse("application_sent")
    assert Application.objects.get().name == "Ada Mensah"
    assert (ApplicationDraft.objects.count(), client.get(address).status_code) == (0, 410)


def test_saving_again_keeps_the_link_and_sends_no_second_mail(apply, client, clock):
    save(apply)
    address = reverse("application_continue", args=[link_in("application_draft")])
    clock.shift(timedelta(days=13))
    assert save(apply, address=address, why="Better words").url == address
    clock.shift(timedelta(days=13))
    assert client.get(address).context["form"]["why"].value() == "Better words"
    assert Notice.objects.filter(kind="application_draft").count() == 1


def test_link_is_over_after_fourteen_days_and_what_was_saved_is_deleted(apply, client, clock):
    save(apply)
    address = reverse("application_continue", args=[link_in("application_draft")])
    clock.shift(timedelta(days=14))
    for answer in (client.get(address), apply(address=address), save(apply, address=address)):
        assert answer.status_code == 410
    save(apply, email="other@example.org")
    assert list(ApplicationDraft.objects.values_list("email", flat=True)) == ["other@example.org"]


def test_what_was_saved_goes_after_fourteen_days_by_itself(apply, clock):
    save(apply)
    clock.shift(timedelta(days=14, seconds=-1))
    apply_retention()
    assert ApplicationDraft.objects.count() == 1
    clock.shift(1)
    apply_retention()
    assert ApplicationDraft.objects.count() == 0


def test_answer_is_the_same_for_every_address(apply, ana, community):
    ApplicationFactory.create(community=community, email="waits@example.org")
    answers = [save(apply, email=address) for address in (ana.email, "waits@example.org", "nobody@example.org")]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, reverse("application_saved"))}
    kinds = Notice.objects.values_list("kind", flat=True)
    assert list(kinds) == ["application_draft"] * 3


def test_nobody_writes_over_what_somebody_else_keeps(apply, client):
    save(apply, why="Mine")
    first = link_in("application_draft")
    save(apply, why="Not mine")
    assert client.get(reverse("application_continue", args=[first])).context["form"]["why"].value() == "Mine"


def test_mail_carries_nothing_of_what_was_typed(apply):
    save(apply, name="Visit spam.example now", why="Visit spam.example now")
    notice = Notice.objects.get()
    assert "spam" not in notice.text + notice.html + notice.subject


def test_token_is_kept_as_a_hash_only(apply):
    save(apply)
    row = ApplicationDraft.objects.values().get()
    assert link_in("application_draft") not in json.dumps(row, default=str)


def test_without_an_address_it_is_not_saved_and_nothing_is_lost(apply):
    answer = save(apply, email="ada at example")
    assert (answer.status_code, ApplicationDraft.objects.count()) == (422, 0)
    page = answer.content.decode()
    assert all(words in page for words in ("Enter a valid email address", "ada at example", "grown in the shade"))


def test_one_address_gets_five_links_in_an_hour(apply):
    answers = [save(apply).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]
    assert save(apply, email="other@example.org").status_code == 302


def test_same_form_sent_twice_is_saved_once(apply):
    key = uuid4()
    for _twice in range(2):
        save(apply, key=key)
    assert ApplicationDraft.objects.count() == Notice.objects.count() == 1


def test_endless_words_are_cut(apply):
    save(apply, why="x" * 100_000, languages=["en"] * 500)
    words = ApplicationDraft.objects.get().words
    assert (len(words["why"][0]), len(words["languages"])) == (4000, 20)


@pytest.mark.parametrize("token", ["x", "x" * 500, "1.forged"])
def test_forged_link_opens_nothing(client, community, token):
    assert client.get(f"/apply/continue/{token}/").status_code in (404, 410)


# --- The applicant's own page ---


@pytest.fixture
def application(community):
    return ApplicationFactory.create(community=community, name="Ada Mensah", language="en", zone="Africa/Accra")


def page_of(application, name="application_status") -> str:
    return reverse(name, args=[STATUS.token(application.pk)])


def shown(answer) -> str:
    return " ".join(html.unescape(answer.content.decode()).split())


@pytest.mark.parametrize(
    ("state", "sentence", "can_withdraw"),
    [
        ("submitted", "A coordinator reads it.", True),
        ("in_review", "Perhaps we have a question.", True),
        ("info_requested", "Please answer our question on this page.", True),
        ("approved", "We have sent you a mail with the link to set up your sign-in.", False),
        ("declined", "We could not verify what was written.", False),
        ("withdrawn", "You may apply again at any time.", False),
    ],
)
def test_each_state_says_what_happens_next(client, application, at, clock, state, sentence, can_withdraw):
    decided = at - timedelta(days=1) if state in ("approved", "declined") else None
    Application.objects.update(
        state=state, decided_at=decided, withdrawn_at=at if state == "withdrawn" else None, reason="incomplete"
    )
    answer = client.get(page_of(application))
    assert (answer.status_code, sentence in shown(answer)) == (200, True)
    assert ("Yes, withdraw it" in shown(answer)) == can_withdraw


def test_page_speaks_the_language_she_applied_in(application):
    Application.objects.update(language="es")
    answer = Client(headers={"accept-language": "fr"}).get(page_of(application))
    assert (answer.headers["Content-Language"], answer.headers["X-Robots-Tag"]) == ("es", "noindex, nofollow")
    assert "no-store" in answer.headers["Cache-Control"]


def test_she_answers_by_link_and_the_application_is_in_the_queue_again(client, application, bo, at, clock):
    questions.ask(application=application, text=f"How many? {HOSTILE}", by=bo, at=at)
    assert html.escape(HOSTILE) in client.get(page_of(application)).content.decode()
    address = page_of(application, "application_answer")
    assert client.post(address, {"submission": uuid4(), "answer": ""}).status_code == 422
    bad = client.post(address, {"submission": uuid4(), "answer": "Forty\x07 families"})
    assert (bad.status_code, "control characters" in shown(bad)) == (422, True)
    answer = client.post(address, {"submission": uuid4(), "answer": HOSTILE}, follow=True)
    assert (answer.status_code, Question.objects.get().answer) == (200, HOSTILE)
    assert html.escape(HOSTILE) in answer.content.decode() and "<script>alert" not in answer.content.decode()
    assert Application.objects.get().state == "submitted"


def test_answer_sent_twice_counts_once_and_a_late_one_is_kept_in_sight(client, application, bo, at, clock):
    questions.ask(application=application, text="How many?", by=bo, at=at)
    address, key = page_of(application, "application_answer"), uuid4()
    for _twice in range(2):
        assert client.post(address, {"submission": key, "answer": "Forty"}).status_code == 302
    late = client.post(address, {"submission": uuid4(), "answer": "Fifty"})
    assert (late.status_code, "No question waits" in shown(late)) == (409, True)
    assert Question.objects.get().answer == "Forty"


def test_she_withdraws_by_link_once(client, application, clock):
    address = page_of(application, "application_withdraw")
    assert client.get(address).status_code == 405
    assert client.post(address, {"submission": uuid4()}).status_code == 302
    assert client.post(address, {"submission": uuid4()}).status_code == 409
    assert Application.objects.get().state == "withdrawn"


def test_link_of_the_first_mail_stays_good_beside_that_of_the_question(apply, client, bo, at):
    apply()
    application = Application.objects.get()
    first = Notice.objects.get(kind="application_received").text.split("/apply/status/")[1].split("/")[0]
    questions.ask(application=application, text="How many?", by=bo, at=at)
    for address in (reverse("application_status", args=[first]), page_of(application)):
        assert "How many?" in shown(client.get(address))


@pytest.mark.parametrize("name", ["application_status", "application_answer", "application_withdraw"])
def test_forged_link_opens_no_application(client, application, name):
    other = MemberFactory.create()
    token = STATUS.token(application.pk)
    number, _, signature = token.partition(".")
    for forged in (f"{int(number) + 1}.{signature}", f"{token[:-1]}", f"{number}.", "x", f"{other.pk}.x"):
        verb = client.get if name == "application_status" else client.post
        assert verb(reverse(name, args=[forged])).status_code == 404
