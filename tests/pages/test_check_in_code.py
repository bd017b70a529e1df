"""The check-in code: typed on the join page, shown by the facilitator, and taken for a while only."""

import html
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from events import check_in
from events.models import AttendanceEvidence, Event, Role
from events.places import join_role_link
from forestallies.lib import clock as portal_clock
from tests.factories import MemberFactory, RegistrationFactory, RoleFactory
from tests.pages.join_page import (
    evidence,
    path,
    press,
    signed_in,
    text,
    type_code,
)
from tests.world import sign_in

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture(autouse=True)
def _nobody_tried_yet(db):
    cache.clear()


@pytest.mark.parametrize("door", ["place", "event", "role"])
def test_code_is_taken_at_each_address_and_said(client, meeting, ana, open_doors, door):
    browser, address = client, path(ana.registrations.get())
    if door == "event":
        browser, address = sign_in(ana), signed_in(meeting)
    if door == "role":
        address = urlsplit(join_role_link(RoleFactory.create(event=meeting, member=ana))).path
    code = check_in.code_at(meeting, portal_clock.now())
    answer = type_code(browser, address, f" {code[:3].lower()} {code[3:]}")
    assert (answer.status_code, answer.url) == (303, f"{address}#check-in")
    shown = text(browser.get(address))
    assert "We have your code." in shown and 'name="code"' not in shown
    assert evidence() == [("Ana Quispe", "code", 1, "")]


@pytest.mark.parametrize("which", ["wrong", "old", "empty", "long"])
def test_wrong_or_old_code_is_a_sentence_and_changes_nothing(client, mine, meeting, open_doors, which):
    old = check_in.code_at(meeting, portal_clock.now() - timedelta(minutes=10))
    typed = {"wrong": "<b>222", "old": old, "empty": " ", "long": "2" * 41}[which]
    answer = type_code(client, path(mine), typed)
    assert (answer.status_code, evidence()) == (422, [])
    assert "code-error" in answer.content.decode() and f'value="{html.escape(typed)}"' in answer.content.decode()
    assert ("This is not the code that is shown now" in text(answer)) == (which in ("wrong", "old"))


def test_eleventh_attempt_in_five_minutes_waits(client, mine, meeting, open_doors):
    attempts = [type_code(client, path(mine), "222222").status_code for _ in range(11)]
    assert attempts == [422] * 10 + [429]
    code = check_in.code_at(meeting, portal_clock.now())
    assert type_code(sign_in(mine.member), signed_in(meeting), code).status_code == 429  # another door, the same person
    other = RegistrationFactory.create(event=meeting)
    assert type_code(client, path(other), code).status_code == 303
    assert press(client, path(mine)).status_code == 303  # the meeting stays open to her
    open_doors.shift(timedelta(minutes=5, seconds=1))
    assert type_code(client, path(mine), check_in.code_at(meeting, portal_clock.now())).status_code == 303


def test_code_is_taken_after_the_end_for_a_quarter_of_an_hour(client, mine, meeting, clock):
    clock.move_to(meeting.ends_at + timedelta(minutes=14, seconds=59))
    assert 'name="code"' in text(client.get(path(mine)))
    assert type_code(client, path(mine), check_in.code_at(meeting, portal_clock.now())).status_code == 303
    clock.move_to(meeting.ends_at + timedelta(minutes=15))
    assert 'name="code"' not in text(client.get(path(mine)))


# --- The facilitator's page ---


@pytest.fixture
def as_fay(meeting):
    fay = MemberFactory.create(name="Fay Facilitator", zone="America/Lima")
    RoleFactory.create(event=meeting, member=fay, kind=Role.Kind.CO_FACILITATOR)
    return sign_in(fay, second_factor=False)


def board(browser, event):
    return browser.get(reverse("check_in_code", args=[event.pk]))


def test_facilitator_sees_the_code_and_how_long_it_holds(as_fay, meeting, mine, open_doors):
    open_doors.shift(timedelta(seconds=100))
    answer = board(as_fay, meeting)
    assert f'<p class="code-board__code">{check_in.code_at(meeting, portal_clock.now())}</p>' in text(answer)
    assert answer.headers["Refresh"] == "201"
    words = "The next code appears in 4 minutes. This one is taken until 08:05 (Lima, UTC−5)."
    assert words in text(answer)
    type_code(Client(), path(mine), check_in.code_at(meeting, portal_clock.now()))
    assert "1 person has typed a code." in text(board(as_fay, meeting))


@pytest.mark.parametrize(("minutes", "shown"), [(-20 - 1 / 60, False), (-20, True), (105 - 1 / 60, True), (105, False)])
def test_code_shows_while_it_is_taken(as_fay, meeting, clock, minutes, shown):
    clock.move_to(meeting.starts_at + timedelta(minutes=minutes))
    answer = board(as_fay, meeting)
    assert ("code-board" in answer.headers.get("Refresh", "") + text(answer).partition("<main")[2]) == shown
    assert ("Refresh" in answer.headers) == shown


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_event_that_does_not_take_place_has_no_code(as_fay, meeting, open_doors, state):
    Event.objects.filter(pk=meeting.pk).update(state=state)
    assert "so it has no check-in code" in text(board(as_fay, meeting))


def test_participants_do_not_see_the_code(as_ana, mine, meeting, open_doors):
    assert board(as_ana, meeting).status_code == 403


@pytest.mark.parametrize("people", [1, 3])
def test_code_page_costs_the_same_for_one_and_three(as_fay, meeting, open_doors, people, django_assert_num_queries):
    for _ in range(people):
        member = RegistrationFactory.create(event=meeting).member
        AttendanceEvidence.objects.create(event=meeting, member=member, source="code", created_at=meeting.starts_at)
    board(as_fay, meeting)
    with django_assert_num_queries(6):
        board(as_fay, meeting)
