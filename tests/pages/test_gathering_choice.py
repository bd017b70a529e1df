"""Registering for several workshops of a gathering in one form."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from events.models import Event, Question, Registration
from tests.factories import EventFactory, RegistrationFactory, RoleFactory, WorkshopFactory
from tests.factories.events import GatheringFactory
from workshops.models import Workshop


@pytest.fixture
def ana(ana):
    ana.language = "en"
    ana.save(update_fields=["language"])
    return ana


@pytest.fixture
def three(community):
    """Three workshops of the autumn gathering: 13:00, 13:00 again, and 14:30, when those are over."""
    first, second, late = (
        WorkshopFactory.create(title=title, capacity=2, wall_time=start)
        for title, start in (("Forest", time(13)), ("Water", time(13)), ("Honey", time(14, 30)))
    )
    return [Workshop.objects.get(pk=one.pk) for one in (first, second, late)]


def choose(browser, workshops, key=None, follow=True, **more):
    gathering = workshops[0].gathering if isinstance(workshops[0], Workshop) else "autumn-2026"
    slug = getattr(gathering, "slug", gathering)
    ids = [getattr(one, "pk", one) for one in workshops]
    data = {"submission": key or uuid4(), "workshops": ids, **more}
    return browser.post(reverse("gathering_register", args=[slug]), data, follow=follow)


def words(answer) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def fill(workshop, *, waiting=0):
    RegistrationFactory.create_batch(workshop.capacity, event=workshop.event_ptr)
    for number in range(waiting):
        RegistrationFactory.create(event=workshop.event_ptr, state="waitlisted", queue_no=number + 1)


def states(member):
    return dict(member.registrations.order_by("event").values_list("event__title_en", "state"))


def refused(answer, sentence, member):
    """Nothing was booked, and the page says why."""
    return (answer.status_code, sentence in text(answer), Registration.objects.filter(member=member).count())


def test_what_each_workshop_is_about_stands_on_its_card(as_ana, three, clock):
    Workshop.objects.filter(pk=three[0].pk).update(
        commodities=["cocoa"], landscape="Bajo Madidi", about_countries=["PE"]
    )
    page = text(as_ana.get(three[0].gathering.get_absolute_url()))
    assert [f"<li>{tag}</li>" in page for tag in ("cocoa", "Bajo Madidi", "Peru")] == [True] * 3


def test_all_that_are_ticked_are_booked_in_one_form(as_ana, ana, three, clock):
    answer = choose(as_ana, [three[0], three[2]])
    assert states(ana) == {"Forest": "confirmed", "Honey": "confirmed"}
    assert "You have a place in “Forest”, “Honey”" in words(answer)
    assert "same time" not in words(answer)  # one begins when the other ends


def test_own_language_is_wished_where_it_is_interpreted(as_ana, ana, three, clock):
    ana.language = "es"
    ana.save(update_fields=["language"])
    Event.objects.filter(pk=three[0].pk).update(interpretation=["es"])
    choose(as_ana, three[:2])
    assert sorted(ana.registrations.values_list("interpretation", flat=True)) == ["", "es"]


def test_overlap_is_a_warning_and_no_wall(as_ana, ana, three, clock):
    answer = choose(as_ana, three)
    assert len(states(ana)) == 3
    assert "These take place at the same time: “Forest”, “Water”." in words(answer)


def test_clash_with_what_she_has_stands_beside_the_workshop(as_ana, ana, three, clock):
    RegistrationFactory.create(event=three[0].event_ptr, member=ana, state="waitlisted", queue_no=1)
    role = EventFactory.create(title="Team call", wall_time=time(15, 59), home=three[0].home)
    RoleFactory.create(event=role, member=ana)
    cancelled = EventFactory.create(wall_time=time(14, 30), state="cancelled")
    RegistrationFactory.create(event=cancelled, member=ana)
    rows = as_ana.get(three[0].gathering.get_absolute_url()).context["rows"]
    assert [row.clashes for row in rows] == ["", "“Forest”", "“Team call”"]


def test_many_clashes_are_cut_short(as_ana, ana, three, clock):
    for number in range(5):
        RegistrationFactory.create(event=EventFactory.create(title=f"E{number}"), member=ana)
    rows = as_ana.get(three[0].gathering.get_absolute_url()).context["rows"]
    assert rows[0].clashes == "“E0”, “E1”, “E2” and 2 more"


def test_ticks_stand_only_beside_what_she_may_take(as_ana, ana, three, clock):
    RegistrationFactory.create(event=three[0].event_ptr, member=ana)
    Question.objects.create(event=three[1], words="Why?", required=True)
    shown = text(as_ana.get(three[0].gathering.get_absolute_url()))
    assert [f'id="workshop-{one.pk}"' in shown for one in three] == [False, False, True]
    assert f'href="{three[1].get_absolute_url()}#place"' in shown


def test_full_one_is_marked_with_its_waiting_list(as_ana, three, clock):
    fill(three[0], waiting=3)
    assert "Full: waiting list of 3" in text(as_ana.get(three[0].gathering.get_absolute_url()))


def test_full_one_stops_all_keeps_the_ticks_and_offers_to_wait(as_ana, ana, three, clock):
    fill(three[0])
    answer = choose(as_ana, [three[0], three[2]])
    assert refused(answer, "Register for the rest and wait for these", ana) == (409, True, 0)
    assert [row.is_chosen for row in answer.context["rows"]] == [True, False, True]
    assert [event.title for event in answer.context["full"].events] == ["Forest"]
    assert answer.context["may_wait"] == {three[0].pk}


def test_second_button_takes_the_rest_and_waits(as_ana, ana, three, clock):
    fill(three[0])
    answer = choose(as_ana, [three[0], three[2]], may_wait=[three[0].pk], wait="yes")
    assert states(ana) == {"Forest": "waitlisted", "Honey": "confirmed"}
    assert "waiting list of “Forest”" in words(answer)


def test_hidden_ids_alone_do_not_say_that_she_waits(as_ana, ana, three, clock):
    fill(three[0])
    assert choose(as_ana, three, may_wait=[three[0].pk]).status_code == 409
    assert not ana.registrations.exists()


def test_waiting_for_one_says_nothing_of_another_that_filled_up_meanwhile(as_ana, ana, three, clock):
    fill(three[0])
    fill(three[2])
    answer = choose(as_ana, three, may_wait=[three[0].pk], wait="yes")
    assert (answer.status_code, [event.title for event in answer.context["full"].events]) == (409, ["Honey"])
    assert answer.context["may_wait"] == {three[0].pk, three[2].pk}
    assert not ana.registrations.exists()


def test_replay_gives_the_same_result_even_when_the_door_is_closed(as_ana, ana, three, clock):
    key = uuid4()
    first = words(choose(as_ana, three[:1], key))
    clock.move_to(three[0].starts_at)
    assert words(choose(as_ana, three[:1], key)) == first
    assert ana.registrations.get().transitions.count() == 1


def test_replay_after_cancelling_books_nothing_again(as_ana, ana, three, clock):
    key = uuid4()
    choose(as_ana, three, key)
    Registration.objects.filter(member=ana).update(state="cancelled", cancelled_by="member")
    choose(as_ana, three, key)
    assert set(states(ana).values()) == {"cancelled"}


def test_key_of_another_gathering_is_refused(as_ana, ana, three, clock):
    other = WorkshopFactory.create(gathering=GatheringFactory.create(slug="spring-2027", year=2027, season="spring"))
    key = uuid4()
    choose(as_ana, three[:1], key)
    assert choose(as_ana, [Workshop.objects.get(pk=other.pk)], key).status_code == 400
    assert states(ana) == {"Forest": "confirmed"}


def test_what_she_has_already_stays_as_it_is(as_ana, ana, three, clock):
    RegistrationFactory.create(event=three[0].event_ptr, member=ana, state="waitlisted", queue_no=5)
    assert choose(as_ana, three[:2]).status_code == 200
    assert states(ana) == {"Forest": "waitlisted", "Water": "confirmed"}


def test_nothing_ticked_is_said(as_ana, ana, three, clock):
    answer = as_ana.post(reverse("gathering_register", args=["autumn-2026"]), {"submission": uuid4()})
    assert refused(answer, "Please tick at least one workshop.", ana) == (422, True, 0)


@pytest.mark.parametrize("bad", ["999999", "x", "", "-1", "1e3", "٣", "9" * 500, "<b>", "1 OR 1=1"])
def test_malformed_and_unknown_ids_book_nothing(as_ana, ana, three, clock, bad):
    answer = choose(as_ana, [three[0], bad])
    assert refused(answer, "is not a workshop of this gathering", ana) == (422, True, 0)


def test_a_thousand_ids_and_ten_thousand_book_nothing(as_ana, ana, three, clock):
    assert choose(as_ana, [three[0], *range(900_000, 901_000)]).status_code == 422
    answer = choose(as_ana, [three[0], *range(900_000, 910_000)])
    assert refused(answer, "This request could not be read", ana) == (400, True, 0)


def test_workshop_of_another_gathering_or_another_group_books_nothing(as_ana, ana, three, clock):
    other = WorkshopFactory.create(gathering=GatheringFactory.create(slug="spring-2027", year=2027, season="spring"))
    foreign = WorkshopFactory.create(audience=[])
    for wrong in (other, foreign):
        answer = choose(as_ana, [three[0], wrong.pk])
        assert refused(answer, "is not a workshop of this gathering", ana) == (422, True, 0)


def test_draft_is_unknown(as_ana, ana, three, clock):
    Event.objects.filter(pk=three[1].pk).update(state="draft")
    assert refused(choose(as_ana, three), "is not a workshop of this gathering", ana) == (422, True, 0)


def test_whoever_sees_it_by_her_role_only_is_told_that_it_is_for_others(as_ana, ana, three, clock):
    foreign = WorkshopFactory.create(title="Foreign", audience=[])
    RoleFactory.create(event=foreign.event_ptr, member=ana)
    answer = choose(as_ana, [three[0], foreign.pk])
    assert refused(answer, "“Foreign”: This event is for another group.", ana) == (422, True, 0)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"state": "cancelled"}, "“Water”: This event was cancelled."),
        ({"state": "closed"}, "“Water”: Registration is closed."),
        ({"registration_closes_at": "2026-11-20T00:00Z"}, "“Water”: Registration is closed."),
        ({"registration_opens_at": "2026-12-01T00:00Z"}, "“Water”: Registration has not opened yet."),
        ({"starts_at": "2026-11-21T08:00Z", "ends_at": "2026-11-21T09:30Z"}, "“Water”: This event has already begun."),
        ({"starts_at": "2026-11-20T08:00Z", "ends_at": "2026-11-20T09:30Z"}, "“Water”: This event has already begun."),
    ],
)
def test_one_that_cannot_be_had_stops_all_and_is_named(as_ana, ana, three, clock, change, sentence):
    Event.objects.filter(pk=three[1].pk).update(**change)
    answer = choose(as_ana, three)
    assert refused(answer, sentence, ana) == (422, True, 0)
    assert [row.is_chosen for row in answer.context["rows"] if row.place.event.pk == three[0].pk] == [True]


def test_required_question_is_answered_on_its_own_page(as_ana, ana, three, clock):
    Question.objects.create(event=three[1], words="Why?", required=True)
    answer = choose(as_ana, three)
    assert refused(answer, "“Water” has a question for you; please register on its own page.", ana) == (422, True, 0)


def test_form_without_key_books_nothing(as_ana, ana, three, clock):
    answer = as_ana.post(reverse("gathering_register", args=["autumn-2026"]), {"workshops": [three[0].pk]})
    assert (answer.status_code, ana.registrations.count()) == (422, 0)


def test_hostile_titles_are_shown_as_typed(as_ana, ana, three, clock):
    Event.objects.filter(pk=three[0].pk).update(title_en="<script>alert(1)</script>")
    RegistrationFactory.create(event=three[0].event_ptr, member=ana)
    page = as_ana.get(three[0].gathering.get_absolute_url()).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


@pytest.mark.parametrize("rows", [3, 200])
def test_gathering_costs_the_same_for_three_and_two_hundred(as_ana, ana, three, clock, rows, django_assert_num_queries):
    gathering, theme = three[0].gathering, three[0].theme
    for number in range(rows - 3):
        WorkshopFactory.create(gathering=gathering, theme=theme, minutes=30, wall_time=time(number % 24))
    for one in three:
        RegistrationFactory.create(event=one.event_ptr, member=ana, state="waitlisted", queue_no=1)
    as_ana.get(gathering.get_absolute_url())
    with django_assert_num_queries(12):
        answer = as_ana.get(gathering.get_absolute_url())
    assert len(answer.context["rows"]) == rows


def test_answers_in_the_middle_of_a_move(as_ana, ana, three, clock):
    """A page that was opened before a workshop moved still books it: the seat is in the event, not in the hour."""
    Event.objects.filter(pk=three[0].pk).update(
        **{name: getattr(three[0], name) + timedelta(days=1) for name in ("starts_at", "ends_at")}
    )
    assert choose(as_ana, three[:1]).status_code == 200
    assert states(ana) == {"Forest": "confirmed"}
