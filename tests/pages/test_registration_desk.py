"""The team's page of registrations: who is in an event, what happens to those ticked, and who may see it at all."""

import re
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import escape

from events.models import Answer, Event, Question, Registration, Role, Transition
from forestallies.lib.text import clean
from tests.factories import CircleFactory, MemberFactory, RegistrationFactory, RoleFactory, WorkshopFactory, join
from tests.html_forms import fields_of
from tests.processes import ROOT
from tests.world import sign_in

State = Registration.State
ESCAPE = re.compile(r"\\(u[0-9a-f]{4}|U[0-9A-F]{8}|[trn\\])")
LETTERS = {"t": "\t", "r": "\r", "n": "\n", "\\": "\\"}


def decoded(line: str) -> str:
    return ESCAPE.sub(lambda found: LETTERS.get(found[1]) or chr(int(found[1][1:], 16)), line)


LINES = (ROOT / "tests/data/naughty-strings.txt").read_text().splitlines()
NAUGHTY = [text for line in LINES if line and not line.startswith("#") and "\ud800" not in (text := decoded(line))]
pytestmark = pytest.mark.usefixtures("clock")  # Saturday 21 November 2026, 09:00Z


@pytest.fixture
def as_bo(bo):
    bo.language = "en"
    bo.save(update_fields=["language"])
    return sign_in(bo)


def registered(event, name, state="confirmed", **more):
    """Somebody of the audience in some state."""
    member = join(MemberFactory.create(name=name), event.audience.get())
    return RegistrationFactory.create(event=event, member=member, state=state, **more)


def address(event, query=""):
    return reverse("registration_list", args=[event.pk]) + query


def page(browser, event, query=""):
    return browser.get(address(event, query))


def press(browser, event, do, chosen, *, reason="", key=None, query="", **more):
    data = {"submission": key or uuid4(), "do": do, "chosen": [row.pk for row in chosen], "reason": reason, **more}
    return browser.post(address(event, query), data)


def said(browser, event) -> list[str]:
    """The messages on the page after a button was pressed."""
    return [str(message) for message in page(browser, event).context["messages"]]


def states(*rows) -> list[str]:
    return [Registration.objects.get(pk=row.pk).state for row in rows]


def listed(answer) -> dict[str, list[str]]:
    return {group.name: [line.member.name for line in lines] for group, lines, _number in answer.context["groups"]}


def positions(answer) -> dict[str, int]:
    found = {line.member.name: line.position for _group, lines, _number in answer.context["groups"] for line in lines}
    return {name: position for name, position in found.items() if position}


def ticked(answer) -> list[str]:
    return fields_of(answer).get("chosen", [])


# --- What it shows ---


def test_page_says_who_has_a_seat_who_waits_who_wishes_and_who_left(as_bo, workshop, at):
    registered(workshop, "Zoe Seated")
    registered(workshop, "Second Waiting", "waitlisted", queue_no=9)
    registered(workshop, "First Waiting", "waitlisted", queue_no=-4)
    registered(workshop, "Una Undecided", "pending")
    registered(workshop, "Olu Offered", "offered", offer_expires_at=at + timedelta(hours=48))
    registered(workshop, "Gone Away", "cancelled", cancelled_by="member")
    answer = page(as_bo, workshop)
    assert listed(answer) == {
        "pending": ["Una Undecided"], "offered": ["Olu Offered"], "seated": ["Zoe Seated"],
        "waiting": ["First Waiting", "Second Waiting"], "left": ["Gone Away"],
    }  # fmt: skip
    assert positions(answer) == {"First Waiting": 1, "Second Waiting": 2}
    text = answer.content.decode()
    assert "until Monday, 23 November 2026, 10:00 <small>(Paris, UTC+1)" in " ".join(
        text.replace('<span class="moment">', "").split()
    )
    assert "cancelled, by the member" in text.lower() and "2 of 2" in text


def test_page_shows_wishes_needs_notes_and_answers(as_bo, workshop):
    row = registered(
        workshop, "Eva", interpretation="es", needs=["captions", "sign_language"], note="Slow line <b>here</b>"
    )
    question = Question.objects.create(
        event=workshop, kind="choice", words_en="What do you grow?", choices_en="Cocoa\nCoffee"
    )
    Answer.objects.create(registration=row, question=question, value="Coffee")
    for answer in (page(as_bo, workshop), as_bo.get(reverse("registration_detail", args=[workshop.pk, row.pk]))):
        text = answer.content.decode()
        for words in (
            "Spanish",
            "Captions to read along, Sign language",
            "Slow line &lt;b&gt;here",
            "What do you grow?",
            "Coffee",
        ):
            assert words in text


def test_position_stays_when_the_list_is_narrowed(as_bo, workshop):
    registered(workshop, "Ama", "waitlisted", queue_no=1)
    registered(workshop, "Zoë", "waitlisted", queue_no=2)
    registered(workshop, "Zoe Seated")
    answer = page(as_bo, workshop, "?state=waiting&name=zoe")
    assert (listed(answer), positions(answer)) == ({"waiting": ["Zoë"]}, {"Zoë": 2})


@pytest.mark.parametrize("query", ["?state=nothing", "?name=" + "x" * 90, "?page=x", "?state=' OR 1&name=&find=%27"])
def test_nonsense_in_the_address_shows_everybody(as_bo, workshop, query):
    registered(workshop, "Eva")
    assert listed(page(as_bo, workshop, query)) == {"seated": ["Eva"]}


def test_link_ticks_all_of_a_state_without_script(as_bo, workshop):
    waiting = [registered(workshop, f"Waiting {n}", "waitlisted", queue_no=n) for n in range(50)]
    registered(workshop, "Eva")
    assert len(ticked(page(as_bo, workshop, "?state=waiting"))) == 0
    assert ticked(page(as_bo, workshop, "?state=waiting&all=1")) == [str(row.pk) for row in waiting]


@pytest.mark.parametrize("people", [1, 200])
def test_page_costs_the_same_for_1_and_200(as_bo, workshop, people, django_assert_num_queries):
    question = Question.objects.create(event=workshop, words_en="Why?")
    for number in range(people):
        row = RegistrationFactory.create(event=workshop, state="waitlisted", queue_no=number)
        Answer.objects.create(registration=row, question=question, value="Because")
    page(as_bo, workshop)
    with django_assert_num_queries(12):
        page(as_bo, workshop, "?all=1")


# --- What it does ---


def test_approval_gives_seats_in_the_order_of_the_wishes_and_says_numbers(as_bo, workshop, at):
    rows = [
        registered(workshop, f"Wish {n}", "pending", state_since=at - timedelta(hours=n)) for n in range(3)
    ]  # the last one wished first
    assert press(as_bo, workshop, "approve", rows).status_code == 302
    assert states(*rows) == ["waitlisted", "confirmed", "confirmed"]
    assert said(as_bo, workshop) == ["3 approved: 2 have a seat, 1 waits."]


def test_who_was_decided_meanwhile_is_left_out_and_counted(as_bo, workshop):
    wish, seated = registered(workshop, "Wish", "pending"), registered(workshop, "Seated")
    press(as_bo, workshop, "approve", [wish, seated])
    assert said(as_bo, workshop) == [
        "1 approved: 1 has a seat.",
        "1 of those you chose was left out, because it does not fit any more.",
    ]


def test_double_click_and_reload_do_it_once(as_bo, workshop):
    wish, key = registered(workshop, "Wish", "pending"), uuid4()
    for _ in range(2):
        assert press(as_bo, workshop, "approve", [wish], key=key).status_code == 302
    assert wish.transitions.count() == 2
    assert said(as_bo, workshop) == ["1 approved: 1 has a seat."] * 2


def test_key_of_an_older_page_with_other_people_is_a_sentence(as_bo, workshop):
    """Back in the browser, other people ticked, pressed again: nothing must seem done that is not."""
    one, two, key = registered(workshop, "One", "pending"), registered(workshop, "Two", "pending"), uuid4()
    press(as_bo, workshop, "approve", [one], key=key)
    answer = press(as_bo, workshop, "approve", [two], key=key)
    assert (answer.status_code, ticked(answer)) == (422, [str(two.pk)])
    assert "This page was sent before" in answer.content.decode()


@pytest.mark.parametrize(("do", "state"), [("decline", "pending"), ("move_up", "waitlisted"), ("cancel", "confirmed")])
def test_reason_is_wanted_and_ticks_are_kept(as_bo, workshop, do, state):
    row = registered(workshop, "Eva", state, **({"queue_no": 1} if state == "waitlisted" else {}))
    answer = press(as_bo, workshop, do, [row], reason="   ")
    assert (answer.status_code, ticked(answer)) == (422, [str(row.pk)])
    assert "Please give a reason" in answer.content.decode()
    assert states(row) == [state]


@pytest.mark.parametrize("reason", ["x" * 301, "bell\x07", "turned\u202eround"])
def test_bad_reason_is_refused_and_kept(as_bo, workshop, reason):
    wish = registered(workshop, "Wish", "pending")
    answer = press(as_bo, workshop, "decline", [wish], reason=reason)
    assert (answer.status_code, states(wish)) == (422, ["pending"])
    assert fields_of(answer)["reason"] == [reason]


@pytest.mark.parametrize(
    ("do", "chosen", "words"),
    [("", True, "press one of the buttons"), ("explode", True, "press one of"), ("approve", False, "tick somebody")],
)
def test_unclear_form_is_a_sentence(as_bo, workshop, do, chosen, words):
    wish = registered(workshop, "Wish", "pending")
    answer = press(as_bo, workshop, do, [wish] if chosen else [])
    assert (answer.status_code, states(wish)) == (422, ["pending"])
    assert words in answer.content.decode()


def test_act_that_fits_nobody_is_a_sentence_and_may_be_tried_again(as_bo, workshop):
    seated, key = registered(workshop, "Seated"), uuid4()
    answer = press(as_bo, workshop, "approve", [seated], key=key)
    assert answer.status_code == 422
    assert "This fits none of those you chose" in answer.content.decode()


def test_registrations_of_another_event_are_out_of_reach(as_bo, workshop):
    other = WorkshopFactory.create(home=CircleFactory.create(name="Elsewhere")).event_ptr
    foreign = registered(other, "Far", "pending")
    assert press(as_bo, workshop, "approve", [foreign]).status_code == 422
    assert press(as_bo, workshop, "cancel", [foreign], reason="Because").status_code == 422
    assert states(foreign) == ["pending"]


def test_decline_keeps_the_reason_in_the_history(as_bo, workshop, bo):
    rows = [registered(workshop, f"Wish {n}", "pending") for n in range(2)]
    press(as_bo, workshop, "decline", rows, reason="  It is for\nfacilitators. ")
    assert states(*rows) == ["declined", "declined"]
    assert said(as_bo, workshop) == ["2 declined."]
    last = rows[0].transitions.latest("pk")
    assert (last.by, last.reason) == (bo, "It is for facilitators.")


def test_move_up_puts_several_at_the_head_in_their_order(as_bo, workshop):
    rows = [registered(workshop, name, "waitlisted", queue_no=n) for n, name in enumerate("ABCD", 1)]
    press(as_bo, workshop, "move_up", [rows[3], rows[2]], reason="Speaks on it")
    assert positions(page(as_bo, workshop)) == {"C": 1, "D": 2, "A": 3, "B": 4}


def test_one_is_cancelled_at_once_and_the_seat_goes_on(as_bo, workshop):
    seated = registered(workshop, "Seated"), registered(workshop, "Other")
    waiting = registered(workshop, "Waiting", "waitlisted", queue_no=1)
    assert press(as_bo, workshop, "cancel", [seated[0]], reason="Asked by phone").status_code == 302
    assert states(*seated, waiting) == ["cancelled", "confirmed", "confirmed"]
    assert said(as_bo, workshop) == ["1 cancelled."]


def test_several_are_cancelled_after_a_question_that_names_the_number(as_bo, workshop):
    rows = [registered(workshop, f"Member {n}") for n in range(2)] + [
        registered(workshop, "Waiting", "waitlisted", queue_no=1)
    ]
    gone = registered(workshop, "Gone", "declined")
    question = press(as_bo, workshop, "cancel", [*rows, gone], reason="Moved to <spring>")
    text = question.content.decode()
    assert "Cancel 3 registrations?" in text and "Moved to &lt;spring&gt;" in text
    assert states(*rows) == ["confirmed", "confirmed", "waitlisted"]
    assert as_bo.post(address(workshop), {**fields_of(question), "sure": "1"}).status_code == 302
    assert states(*rows) == ["cancelled"] * 3
    assert said(as_bo, workshop) == ["3 cancelled."]


def test_back_from_the_question_keeps_everything(as_bo, workshop):
    rows = [registered(workshop, f"Member {n}") for n in range(2)]
    question = press(as_bo, workshop, "cancel", rows, reason="Moved")
    back = as_bo.post(address(workshop), {**fields_of(question), "back": "1"})
    assert (back.status_code, ticked(back)) == (200, [str(row.pk) for row in rows])
    assert fields_of(back)["reason"] == ["Moved"]
    assert states(*rows) == ["confirmed"] * 2


def test_answer_returns_to_the_list_as_it_was_narrowed(as_bo, workshop):
    wish = registered(workshop, "Wish", "pending")
    answer = press(as_bo, workshop, "approve", [wish], query="?state=pending&all=1&name=wi")
    assert answer.url == address(workshop, "?state=pending&name=wi")


# --- Adding ---


def test_people_of_the_audience_are_found_and_added_though_it_is_closed(as_bo, workshop, at, cy):
    Event.objects.filter(pk=workshop.pk).update(registration_closes_at=at - timedelta(days=1), needs_approval=True)
    people = [join(MemberFactory.create(name=f"Zoë Guëst {n}"), workshop.audience.get()) for n in range(3)]
    registered(workshop, "Guest Seated")
    answer = page(as_bo, workshop, "?find=GUEST")
    assert answer.context["found"] == people
    press(as_bo, workshop, "add", people, query="?find=GUEST")
    assert said(as_bo, workshop) == ["3 added: 1 has a seat, 2 wait."]
    assert page(as_bo, workshop, "?find=stranger").context["found"] == []


def test_stranger_cannot_be_added(as_bo, workshop, cy):
    answer = press(as_bo, workshop, "add", [cy])
    assert answer.status_code == 422
    assert not Registration.objects.filter(member=cy).exists() and cy.name not in answer.content.decode()


def test_who_comes_back_keeps_what_she_said(as_bo, workshop):
    row = registered(
        workshop, "Eva", "cancelled", cancelled_by="member", interpretation="fr", needs=["captions"], note="Late"
    )
    question = Question.objects.create(event=workshop, words_en="Why?")
    Answer.objects.create(registration=row, question=question, value="Because")
    press(as_bo, workshop, "add", [row.member])
    row.refresh_from_db()
    assert (row.state, row.interpretation, row.needs, row.note) == ("confirmed", "fr", ["captions"], "Late")
    assert row.answers.get().value == "Because"


def test_who_is_in_it_already_is_not_added_again(as_bo, workshop):
    row = registered(workshop, "Eva")
    answer = press(as_bo, workshop, "add", [row.member])
    assert answer.status_code == 422
    assert "has a place or waits already" in answer.content.decode()


# --- When nothing moves any more ---


@pytest.mark.parametrize("do", ["approve", "move_up", "cancel", "add"])
def test_event_that_has_begun_refuses_in_a_sentence(as_bo, workshop, clock, do):
    row = registered(workshop, "Eva", "pending")
    clock.move_to(workshop.starts_at)
    answer = press(as_bo, workshop, do, [row.member if do == "add" else row], reason="Because")
    assert (answer.status_code, states(row)) == (422, ["pending"])
    assert "begun" in answer.content.decode()
    assert 'name="do" value="cancel"' not in page(as_bo, workshop).content.decode()


# --- Who sees it ---


def test_co_facilitator_sees_no_registrations(ana, workshop, clock):
    RoleFactory.create(event=workshop, member=ana, kind=Role.Kind.CO_FACILITATOR)
    row = registered(workshop, "Eva", note="private")
    browser = sign_in(ana)
    assert [
        page(browser, workshop).status_code,
        browser.get(reverse("registration_detail", args=[workshop.pk, row.pk])).status_code,
        press(browser, workshop, "cancel", [row], reason="x").status_code,
    ] == [403] * 3
    assert states(row) == ["confirmed"]
    clock.move_to(workshop.starts_at)
    attendance = browser.get(reverse("attendance_edit", args=[workshop.pk])).content.decode()
    assert address(workshop) not in attendance and "private" not in attendance


def test_second_factor_is_asked_for(bo, workshop):
    answer = page(sign_in(bo, second_factor=False), workshop)
    assert answer.url.startswith(reverse("mfa_activate_totp"))


def test_registration_of_another_event_has_no_page_here(as_bo, workshop):
    other = WorkshopFactory.create().event_ptr
    row = registered(other, "Far")
    assert as_bo.get(reverse("registration_detail", args=[workshop.pk, row.pk])).status_code == 404


def test_staff_pages_lead_to_it(as_bo, workshop, clock):
    registered(workshop, "Wish", "pending")
    coming = as_bo.get(reverse("staff_event_list") + "?when=coming").content.decode()
    assert address(workshop) in coming and "1 to decide" in coming
    assert address(workshop) in as_bo.get(reverse("attendance_edit", args=[workshop.pk])).content.decode()
    admin = reverse("admin:workshops_workshop_change", args=[workshop.pk])
    assert address(workshop) in as_bo.get(admin).content.decode()


def test_history_tells_every_step_with_who_when_and_why(as_bo, workshop, bo, at):
    row = registered(workshop, "Eva", "waitlisted", queue_no=1)
    Transition.objects.create(
        registration=row, from_state="waitlisted", to_state="waitlisted", by=bo, at=at, reason="Speaks <on> it"
    )
    Transition.objects.create(registration=row, from_state="waitlisted", to_state="confirmed", at=at, reason="promoted")
    text = as_bo.get(reverse("registration_detail", args=[workshop.pk, row.pk])).content.decode()
    for words in (
        "Moved up on the waiting list", "Bo Dupont", "Speaks &lt;on&gt; it", "a seat became free", "by the portal",
        "Saturday, 21 November 2026, 10:00 <small>(Paris, UTC+1)",
    ):  # fmt: skip
        assert words in text


@pytest.mark.parametrize("text", NAUGHTY)
def test_hostile_notes_answers_and_reasons_are_shown_as_they_are(as_bo, workshop, text):
    row = registered(workshop, "Eva", "waitlisted", queue_no=1)
    question = Question.objects.create(event=workshop, words_en="Why?")
    answer = Answer.objects.create(registration=row, question=question, value="x")
    with suppress(ValidationError):  # what no form takes does not come in here either
        row.note = answer.value = clean(text[:300])
        row.save(update_fields=["note"])
        answer.save(update_fields=["value"])
    assert press(as_bo, workshop, "move_up", [row], reason=text).status_code in (302, 400, 422)
    shown = as_bo.get(reverse("registration_detail", args=[workshop.pk, row.pk])).content.decode()
    stored = Registration.objects.get(pk=row.pk)
    for value in (stored.note, row.answers.get().value, row.transitions.latest("pk").reason):
        assert escape(value) in shown
    assert escape(stored.note) in page(as_bo, workshop).content.decode()
