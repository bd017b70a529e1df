"""The page behind the signed link of a mail: one place, one button, no sign-in."""

import io
import logging
import re
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from events.models import Event, Registration
from events.places import PLACE, place_link
from forestallies.logs import MaskSecrets
from jobs.models import Submission
from tests.factories import MemberFactory, RegistrationFactory

LINK = "https://meet.example.org/secret-room"


@pytest.fixture
def ana(ana):
    ana.language = "en"
    ana.save(update_fields=["language"])
    return ana


@pytest.fixture
def mine(workshop, ana):
    Event.objects.filter(pk=workshop.pk).update(join_url=LINK, dial_in="+1 555 0100", makes_offers=True)
    return RegistrationFactory.create(event=workshop, member=ana)


@pytest.fixture
def offer(mine, at):
    return turn(mine, "offered", offer_expires_at=at + timedelta(hours=48))


def turn(registration, state, **values):
    defaults = {"waitlisted": {"queue_no": 3}, "cancelled": {"cancelled_by": "member"}}.get(state, {})
    Registration.objects.filter(pk=registration.pk).update(state=state, **{**defaults, **values})
    registration.refresh_from_db()
    return registration


def path(registration) -> str:
    return urlsplit(place_link(registration)).path


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def press(browser, registration, act, key=None):
    return browser.post(path(registration), {"submission": key or uuid4(), "act": act}, follow=True)


def buttons(answer) -> list[str]:
    return re.findall(r'name="act" value="(\w+)"', text(answer))


@pytest.mark.parametrize(
    ("state", "sentence", "acts"),
    [
        ("confirmed", "You have a place.", ["leave"]),
        ("waitlisted", "You are number <strong>1</strong> on the waiting list.", ["leave"]),
        ("pending", "The team has not decided yet.", ["leave"]),
        ("expired", "The offer has ended", []),
        ("declined", "You are not registered for this event.", []),
        ("cancelled", "You are not registered for this event.", []),
    ],
)
def test_each_state_has_its_sentence_and_its_button(client, mine, clock, state, sentence, acts):
    answer = client.get(path(turn(mine, state)))
    assert (answer.status_code, sentence in text(answer), buttons(answer)) == (200, True, acts)


def test_offer_says_until_when_in_the_members_zone(client, offer, clock):
    answer = client.get(path(offer))
    assert "A seat is kept for you until <strong>Monday, 23 November 2026, 04:00 (Lima, UTC−5)</strong>" in text(answer)
    assert buttons(answer) == ["accept", "leave"]


def test_group_registration_is_declined(client, mine, clock):
    Registration.objects.update(automatic=True)
    answer = client.get(path(mine))
    assert "You are registered with your group." in text(answer) and "I cannot come" in text(answer)
    press(client, mine, "leave")
    mine.refresh_from_db()
    assert mine.state == "declined"


def test_looking_changes_nothing(client, offer, clock):
    before = Registration.objects.values().get()
    for verb in ("get", "head"):
        assert getattr(client, verb)(path(offer)).status_code == 200
    assert (Registration.objects.values().get(), offer.transitions.count()) == (before, 1)
    assert not Submission.objects.exists()


def test_offer_is_taken_once_however_often_it_is_pressed(client, offer, clock):
    key = uuid4()
    for one in (key, key, uuid4()):
        assert "The seat is yours." in text(press(client, offer, "accept", one))
    offer.refresh_from_db()
    assert (offer.state, offer.transitions.count()) == ("confirmed", 2)
    assert offer.transitions.latest("id").by == offer.member


def test_old_acceptance_sent_again_after_leaving_takes_nothing(client, offer, clock):
    key = uuid4()
    press(client, offer, "accept", key)
    press(client, offer, "leave")
    press(client, offer, "accept", key)
    offer.refresh_from_db()
    assert offer.state == "cancelled"


def test_leaving_twice_says_so(client, mine, clock):
    assert "Done. Thank you for telling us." in text(press(client, mine, "leave"))
    assert "You had left already" in text(press(client, mine, "leave"))
    assert mine.transitions.count() == 2


def test_offer_that_ended_is_not_taken(client, offer, clock):
    clock.move_to(offer.offer_expires_at)
    answer = client.get(path(offer))
    assert "The offer has ended" in text(answer) and buttons(answer) == []
    assert "This offer has ended" in text(press(client, offer, "accept"))
    offer.refresh_from_db()
    assert offer.state == "offered"


@pytest.mark.parametrize("how", ["cancelled", "begun", "over", "closed"])
def test_nothing_is_given_up_when_it_is_too_late(client, mine, workshop, clock, how):
    if how in ("begun", "over"):
        clock.move_to(workshop.starts_at if how == "begun" else workshop.ends_at)
    else:
        Event.objects.filter(pk=workshop.pk).update(state=how)
    answer = client.get(path(mine))
    sentence = "does not take place" if how == "cancelled" else "nothing can be changed here any more"
    assert sentence in text(answer) and buttons(answer) == []
    assert "can no longer be cancelled" in text(press(client, mine, "leave"))
    mine.refresh_from_db()
    assert mine.state == "confirmed"


def test_offer_in_a_cancelled_event_is_not_taken(client, offer, workshop, clock):
    Event.objects.filter(pk=workshop.pk).update(state="cancelled")
    assert "This event was cancelled." in text(press(client, offer, "accept"))
    offer.refresh_from_db()
    assert offer.state == "offered"


def test_moved_event_shows_its_new_hour(client, mine, workshop, clock):
    assert "Wednesday, 2 December 2026, 08:00 (Lima, UTC−5)" in text(client.get(path(mine)))
    workshop.refresh_from_db()
    workshop.wall_date = workshop.wall_date.replace(day=3)
    workshop.save(update_fields=["wall_date"])
    assert "Thursday, 3 December 2026, 08:00 (Lima, UTC−5)" in text(client.get(path(mine)))


def _forged(token):
    number, _, signature = token.partition(".")
    other = signing.Signer(salt="something.else", sep=".").sign(number)
    return [
        token[:-1], token[:5], f"{int(number) + 1}.{signature}", f"{number}.", number, ".", f"{token}x", other,
        *(PLACE.signer.sign(made_up) for made_up in ("999999999999", "x", "9" * 40, "-1")), "%00", "é.é",
    ]  # fmt: skip


@pytest.mark.parametrize("which", range(14))
def test_link_that_was_cut_forged_or_made_for_nothing_opens_nothing(client, mine, clock, which):
    token = _forged(PLACE.token(mine.pk))[which]
    for verb in ("get", "post"):
        answer = getattr(client, verb)(f"/place/{token}/", {"submission": uuid4(), "act": "leave"})
        assert answer.status_code in (400, 404)
        assert answer.content and mine.event.title not in answer.content.decode()
    mine.refresh_from_db()
    assert mine.state == "confirmed"


def test_link_of_a_closed_account_opens_nothing(client, mine, ana, clock):
    ana.is_active = False
    ana.save(update_fields=["is_active"])
    assert client.get(path(mine)).status_code == 404
    press(client, mine, "leave")
    mine.refresh_from_db()
    assert mine.state == "confirmed"


@pytest.mark.parametrize("verb", ["put", "patch", "delete", "options", "trace"])
def test_other_verbs_are_refused(client, mine, clock, verb):
    assert getattr(client, verb)(path(mine)).status_code == 405


@pytest.mark.parametrize("data", [{}, {"act": "leave"}, {"act": "cancel"}, {"act": "", "submission": "x"}])
def test_incomplete_form_changes_nothing_and_says_so(client, mine, clock, data):
    assert "nothing was changed" in text(client.post(path(mine), data, follow=True))
    mine.refresh_from_db()
    assert mine.state == "confirmed"


def test_key_of_one_button_does_not_press_another(client, offer, clock):
    key = uuid4()
    press(client, offer, "accept", key)
    assert press(client, offer, "leave", key).status_code == 400
    offer.refresh_from_db()
    assert offer.state == "confirmed"


def test_form_from_elsewhere_is_refused(mine, clock):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path(mine), {"submission": uuid4(), "act": "leave"}).status_code == 403


def test_shows_no_meeting_link_and_nobodys_name(client, mine, workshop, ana, clock):
    RegistrationFactory.create(event=workshop, member=MemberFactory.create(name="Zelda Other"))
    clock.move_to(workshop.starts_at - timedelta(minutes=10))
    page = client.get(path(mine)).content.decode()
    for secret in (LINK, "555 0100", "Zelda", "Ana", ana.email):
        assert secret not in page


def test_is_not_indexed_and_never_kept(client, mine, clock):
    for answer in (client.get(path(mine)), client.get("/place/1.x/")):
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "no-store" in answer.headers["Cache-Control"] and "private" in answer.headers["Cache-Control"]
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_speaks_the_members_language_even_in_what_it_says_afterwards(client, mine, ana, clock):
    ana.language = "es"
    ana.save(update_fields=["language"])
    browser = Client(headers={"accept-language": "fr"})
    answer = browser.get(path(mine))
    assert (answer.headers["Content-Language"], '<html lang="es">' in text(answer)) == ("es", True)
    refused = browser.post(path(mine), {}, follow=True)
    assert "no se cambió nada" in text(refused).lower() or "nothing was changed" not in text(refused)


def test_language_chosen_on_the_device_comes_first(client, mine, clock):
    client.cookies["django_language"] = "fr"
    assert '<html lang="fr">' in text(client.get(path(mine)))


def test_somebody_else_who_is_signed_in_acts_for_whom_the_link_is(client, cy, mine, clock):
    client.force_login(cy)
    press(client, mine, "leave")
    mine.refresh_from_db()
    assert (mine.state, mine.cancelled_by, mine.transitions.latest("id").by) == ("cancelled", "member", mine.member)


def test_token_is_masked_in_logs(mine):
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(MaskSecrets("{message}", style="{"))
    handler.handle(logging.LogRecord("x", logging.INFO, "", 0, '"GET %s HTTP/1.1" 200', (path(mine),), None))
    assert written.getvalue() == '"GET /place/…/ HTTP/1.1" 200\n'


def test_address_is_public_and_reversible(mine):
    assert path(mine) == reverse("place_page", args=[PLACE.token(mine.pk)])
