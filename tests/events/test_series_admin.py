"""The admin page of an event: what speaks against its time, and moving this one or all that follow."""

from datetime import date, time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Event
from members.models import Grant
from notices.models import Notice
from programs.models import Session
from tests.events.scheduling import Sske, confirm, errors, save, text_of
from tests.factories import GrantFactory, RegistrationFactory, WorkshopFactory
from tests.factories.programs import SessionFactory
from tests.html_forms import fields_of
from tests.world import sign_in

pytestmark = pytest.mark.usefixtures("clock")  # Saturday 21 November 2026, 09:00Z


@pytest.fixture
def following(sske: Sske) -> list[Session]:
    """Sessions 5 and 6 of the same edition, on 13 January and 3 February 2027; 7 is cancelled."""
    days = {5: date(2027, 1, 13), 6: date(2027, 2, 3), 7: date(2027, 2, 24)}
    return [
        SessionFactory.create(
            edition=sske.edition, number=number, wall_date=day, wall_time=time(14), zone="Africa/Accra",
            title=f"Session {number}", home=sske.edition.circle, countries=["GH", "PE"],
            state="cancelled" if number == 7 else "scheduled",
        )
        for number, day in days.items()
    ]  # fmt: skip


def days() -> list[date]:
    return list(Session.objects.order_by("number").values_list("wall_date", flat=True))


BEFORE = [date(2026, 12, 10), date(2027, 1, 13), date(2027, 2, 3), date(2027, 2, 24)]
AFTER = [date(2026, 12, 17), date(2027, 1, 20), date(2027, 2, 10), date(2027, 2, 24)]


# --- Warnings: said, never forbidden ---


def test_form_names_what_speaks_against_the_time(sske, as_fay):
    save(as_fay, sske.page, wall_date="2026-12-09", wall_time="11:00")
    page = text_of(as_fay.get(sske.page))
    assert "Peru: 60 minutes of it are before 7 or after 21 o’clock there: 06:00–08:00 (Lima, UTC−5)." in page
    assert "Peru: Wednesday, 9 December 2026 is a public holiday there, Battle of Ayacucho Day." in page


def test_form_says_when_nothing_speaks_against_it(sske, as_fay):
    assert "To consider at the saved time: Nothing that we know of speaks against it." in text_of(as_fay.get(sske.page))


def test_saving_an_unusual_time_warns_and_saves(sske, as_fay):
    changed = {**fields_of(as_fay.get(sske.page)), "wall_date": "2026-12-12"}
    page = text_of(as_fay.post(sske.page, changed, follow=True))
    assert "It is weekend in Ghana, Peru." in page
    assert sske.now().wall_date == date(2026, 12, 12)


def test_new_event_is_saved_with_its_warnings(sske, as_fay):
    add = reverse("admin:programs_session_add")
    new = {"title_en": "Early", "wall_date": "2027-01-13", "wall_time": "05:00", "minutes": "60"}
    answer = as_fay.post(add, {**fields_of(as_fay.get(add)), **new, "session_audience": "core"}, follow=True)
    assert "Ghana: 60 minutes of it" in text_of(answer)
    assert Session.objects.filter(number=5).exists()


def test_words_are_saved_without_warnings(sske, as_fay):
    save(as_fay, sske.page, wall_date="2026-12-12")
    answer = as_fay.post(sske.page, {**fields_of(as_fay.get(sske.page)), "title_en": "New"}, follow=True)
    assert "weekend" not in text_of(answer)


def test_question_names_what_speaks_against_the_new_time(sske, as_fay):
    RegistrationFactory.create(event=sske.session.event_ptr)
    page = text_of(save(as_fay, sske.page, wall_date="2026-12-12"))
    assert "To consider It is weekend in Ghana, Peru." in page


def test_hours_are_marked_where_they_are_unusual(sske, as_fay):
    save(as_fay, sske.page, wall_time="11:30")
    page = text_of(as_fay.get(sske.page))
    assert "Peru 06:30 Thu 10 Dec UTC−5 before 7 or after 21 o’clock: 30 min" in page
    assert "Ghana 11:30 Thu 10 Dec UTC+0 Peru" in page


def test_what_is_over_is_not_warned_of(sske, as_fay, clock):
    Event.objects.update(wall_date=date(2026, 12, 12))
    event = sske.now()
    event.save()
    clock.move_to(event.ends_at)
    assert "weekend" not in text_of(sign_in(sske.fay).get(sske.page))


def test_form_costs_the_same_for_one_clash_and_for_six(bo, community):
    workshop = WorkshopFactory.create()
    browser, page, costs = sign_in(bo), reverse("admin:workshops_workshop_change", args=[workshop.pk]), []
    for more in (1, 5):
        WorkshopFactory.create_batch(more)
        browser.get(page)
        with CaptureQueriesContext(connection) as queries:
            browser.get(page)
        costs.append(len(queries))
    assert costs[0] == costs[1]


# --- This one, or this and all that follow ---


def test_question_offers_the_sessions_that_follow(sske, as_fay, following):
    RegistrationFactory.create(event=following[1].event_ptr)
    page = text_of(save(as_fay, sske.page, wall_date="2026-12-17"))
    assert "Only this one" in page and "This one and the 2 that follow 1 person will be told" in page
    assert (
        "Session 6 Wednesday, 3 February 2027, 14:00–15:30 (Accra, UTC+0) Wednesday, 10 February 2027"
        in page.replace("Until now: ", "")
    )
    assert "Session 7" not in page


def test_question_names_what_speaks_against_the_others(sske, as_fay, following):
    page = text_of(save(as_fay, sske.page, wall_date="2026-12-13"))
    assert "Saturday, 6 February 2027, 14:00–15:30 (Accra, UTC+0) It is weekend in Ghana, Peru." in page


def test_only_this_one_is_the_choice_that_is_made(sske, as_fay, following):
    confirm(as_fay, save(as_fay, sske.page, wall_date="2026-12-17"))
    assert days() == [AFTER[0], *BEFORE[1:]]


def test_all_that_follow_shift_by_the_same_days_and_hours(sske, as_fay, following):
    question = save(as_fay, sske.page, wall_date="2026-12-17", wall_time="15:00", minutes="60")
    answer = as_fay.post(sske.page, {**fields_of(question), "_scope": "following", "_asked": "1"}, follow=True)
    assert "3 events were moved." in text_of(answer)
    assert days() == AFTER
    rows = Session.objects.order_by("number").values_list("wall_time", "minutes", "sequence")
    assert list(rows) == [(time(15), 60, 1), (time(15), 90, 1), (time(15), 90, 1), (time(14), 90, 0)]


def test_person_in_all_gets_one_message(sske, as_fay, following, cy):
    for session in (sske.session, *following[:2]):
        RegistrationFactory.create(event=session.event_ptr, member=cy)
    question = save(as_fay, sske.page, wall_date="2026-12-17")
    as_fay.post(sske.page, {**fields_of(question), "_scope": "following", "_asked": "1"})
    assert [notice.kind for notice in Notice.objects.all()] == ["rescheduled_series"]


def test_series_that_cannot_move_is_refused_whole_and_named(sske, as_fay, following):
    skipping = following[1]
    Session.objects.filter(pk=skipping.pk).update(
        wall_date=date(2027, 3, 21), wall_time=time(2, 30), zone="Europe/Paris"
    )
    Session.objects.get(pk=skipping.pk).save()
    before = days()
    question = save(as_fay, sske.page, wall_date="2026-12-17")
    words = "“Session 6” cannot be moved so: The clocks in this zone jump over that time."
    assert words in text_of(question)
    answer = as_fay.post(sske.page, {**fields_of(question), "_scope": "following", "_asked": "1"})
    assert words in " ".join(errors(answer).values())
    assert days() == before


def test_held_session_among_those_that_follow_refuses_the_series(sske, as_fay, following):
    held = following[0]
    Session.objects.filter(pk=held.pk).update(wall_date=date(2026, 11, 11))
    Session.objects.get(pk=held.pk).save()
    page = text_of(save(as_fay, sske.page, wall_date="2026-12-17"))
    assert "“Session 5” cannot be moved so: This event has begun" in page


@pytest.mark.parametrize("change", [{"minutes": "60"}, {"zone": "America/Lima", "wall_time": "10:00"}])
def test_other_length_or_zone_is_a_matter_of_this_one(sske, as_fay, following, change):
    assert save(as_fay, sske.page, **change).status_code == 302
    assert days() == BEFORE


def test_garbled_choice_moves_only_this_one(sske, as_fay, following):
    question = save(as_fay, sske.page, wall_date="2026-12-17")
    as_fay.post(sske.page, {**fields_of(question), "_scope": "everything", "_asked": "1"})
    assert days() == [AFTER[0], *BEFORE[1:]]


def test_workshops_of_a_gathering_follow_by_their_start(bo, community):
    early, first, parallel, last = (
        WorkshopFactory.create(title=f"At {hour}", wall_time=time(hour)) for hour in (9, 13, 13, 16)
    )
    browser: Client = sign_in(bo)
    page = reverse("admin:workshops_workshop_change", args=[first.pk])
    question = save(browser, page, wall_time="14:00")
    assert "This one and the 2 that follow" in text_of(question) or "2 qui suivent" in text_of(question)
    browser.post(page, {**fields_of(question), "_scope": "following", "_asked": "1"})
    hours = [type(one).objects.get(pk=one.pk).wall_time.hour for one in (early, first, parallel, last)]
    assert hours == [9, 14, 14, 17]


def test_series_of_others_stays_shut(sske, as_fay, following, cy):
    """Cy may read a session but not move it; nor its series."""
    GrantFactory.create(member=cy, circle=sske.edition.circle, right=Grant.Right.COACH)
    sent = {"wall_date": "2026-12-17", "_scope": "following", "_asked": "1"}
    assert sign_in(cy).post(sske.page, sent).status_code == 403
    assert days() == BEFORE
