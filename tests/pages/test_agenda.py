"""The public agenda: the public rows of a run of show, on the clock of whoever reads the event's page."""

import re
from datetime import UTC, date, datetime, time

import pytest
from django.urls import reverse

from events.models import Event
from tests.factories import (
    MemberFactory,
    RegistrationFactory,
    RoleFactory,
    SessionFactory,
    WorkshopFactory,
    join,
)
from tests.pages.run_of_show import LIST, get, planned, words
from tests.world import sign_in

pytestmark = pytest.mark.usefixtures("clock")  # Saturday 21 November 2026, 09:00Z


def agenda(browser, event) -> str:
    """What the event's page says under "Agenda"; empty without one."""
    text = browser.get(event.get_absolute_url()).content.decode()
    found = re.search(r'<section class="agenda".*?</section>', text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


def test_agenda_is_the_public_rows_on_the_readers_clock(as_ana, english, workshop):
    lead = RoleFactory.create(event=workshop, member=MemberFactory.create(name="Fay Lead", email="fay@secret.example"))
    planned(workshop, "Technical check", is_public=False, note="Inner note", minutes=10)
    planned(workshop, "Welcome", lead=lead, note="Say hello slowly")
    planned(workshop, "Vote of the team", is_public=False)
    planned(workshop, "Talk", lead_words="Table hosts", language="fr")
    assert agenda(as_ana, workshop) == (
        "Agenda We share in a non-competitive way: no prices, volumes or plans of single companies. "
        "Competition-law notice · Report a concern "
        "Your local time: Lima, UTC−5 08:10 Welcome 15 min · Fay Lead 08:40 Talk 15 min · Table hosts · French"
    )
    text = as_ana.get(workshop.get_absolute_url()).content.decode()
    hidden = ["Technical check", "Inner note", "Say hello", "Vote of the team", "fay@secret.example"]
    assert [words for words in hidden if words in text] == []


def test_agenda_says_where_there_is_no_interpretation_in_an_event_that_has_one(as_ana, english, workshop):
    planned(workshop, "Breakouts", has_channel=False)
    assert agenda(as_ana, workshop).endswith("08:00 Breakouts 15 min")
    Event.objects.filter(pk=workshop.pk).update(interpretation=["es"])
    assert agenda(as_ana, workshop).endswith("08:00 Breakouts 15 min · no interpretation")


@pytest.mark.parametrize(
    ("state", "said"), [("accepted", " · Fay"), ("invited", ""), ("declined", ""), ("replaced", "")]
)
def test_agenda_announces_nobody_who_has_not_accepted(as_ana, english, workshop, state, said):
    role = RoleFactory.create(event=workshop, member=MemberFactory.create(name="Fay"), state=state)
    planned(workshop, "Talk", lead=role)
    assert agenda(as_ana, workshop).endswith(f"08:00 Talk 15 min{said}")


def test_agenda_speaks_the_readers_language_where_it_can(as_ana, workshop):
    planned(workshop, "Welcome", title_es="Bienvenida")
    planned(workshop, "Talk")
    said = agenda(as_ana, workshop)
    assert "Bienvenida" in said and "Talk" in said and "Welcome" not in said


def test_no_agenda_without_public_rows_and_of_what_does_not_take_place(as_ana, workshop):
    planned(workshop, "Inner", is_public=False)
    assert agenda(as_ana, workshop) == ""
    planned(workshop, "Public")
    assert "Public" in agenda(as_ana, workshop)
    Event.objects.filter(pk=workshop.pk).update(state="cancelled")
    assert agenda(as_ana, workshop) == ""


def test_session_has_its_agenda_too(as_bo, clock):
    session = SessionFactory.create()
    member = join(MemberFactory.create(), session.audience.get())
    planned(session.event_ptr, "Welcome")
    assert "Welcome 15 min" in agenda(sign_in(member), session)


def night(zone: str, day: date, hour: int, minutes: int) -> Event:
    """An event that lasts over a change of the clocks."""
    event = WorkshopFactory.create(zone=zone, wall_date=day, wall_time=time(hour), minutes=minutes).event_ptr
    planned(event, "Before", minutes=90)
    planned(event, "After", minutes=minutes - 90)
    return event


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2027, 3, 28), ["01:00 UTC+1 Before", "03:30 UTC+2 After"]),
        (date(2026, 10, 25), ["01:00 UTC+2 Before", "02:30 UTC+2 After"]),
    ],
)
def test_night_of_a_change_of_the_clocks_shows_the_hours_on_the_wall(as_bo, day, said):
    event = night("Europe/Paris", day, 1, 180)
    shown = words(get(as_bo, LIST, event))
    assert [row for row in said if row in shown] == said
    assert shown.count("1 h 30 min") == 2


def test_agenda_of_such_a_night_names_the_new_offset_and_the_new_day(english, community):
    event = night("Europe/Paris", date(2027, 10, 30), 23, 300)
    planned(event, "Second three o’clock", minutes=5)
    reader = join(MemberFactory.create(zone="Europe/Paris"), community.circle)
    said = agenda(sign_in(reader), event)
    assert "Paris, UTC+2 23:00 Before 1 h 30 min 00:30 Sunday, 31 October 2027 After" in said
    assert said.endswith("03:00 UTC+1 Second three o’clock 5 min")
    assert event.starts_at == datetime(2027, 10, 30, 21, tzinfo=UTC)


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_agenda_costs_one_query_of_the_events_page(as_ana, ana, workshop, rows, django_assert_num_queries):
    RegistrationFactory.create(event=workshop, member=ana)
    for number in range(rows):
        planned(workshop, f"Row {number}", lead=RoleFactory.create(event=workshop))
    page = reverse("workshop_page", args=[workshop.slug])
    as_ana.get(page)
    with django_assert_num_queries(15):
        as_ana.get(page)
