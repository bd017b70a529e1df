"""Crowds for measurements: `--scale N` adds N − 1 times 200 people, 12 events and about 4,000 registrations.

The people are members of Forest Allies. Every crowd has an archived edition with eleven sessions and one workshop in a
gathering of another year, some past and some to come. Names repeat; addresses carry a number.
"""

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta

from django.db import connection

from events.models import Event
from forestallies.demo.seed.cohorts import WIDER, invented_name
from forestallies.demo.seed.dates import Calendar
from forestallies.demo.seed.forest_allies import begin_memberships
from forestallies.demo.seed.gatherings import COUNTRIES, ZONE
from forestallies.demo.seed.people import Person, join_circle, load_people
from forestallies.demo.seed.places import Entry, invite, register, sign_up
from forestallies.demo.seed.rows import find_or_insert, fixed_uuid, read, save_missing
from forestallies.demo.seed.sske import load_cohort, load_edition, load_sessions
from members.models import Community, Member, Organisation, Theme
from programs.models import Cohort, Edition, Programme
from workshops.models import Gathering, Workshop

PEOPLE = 200
PER_ORGANISATION = 4
PER_EVENT = 340
PER_GATHERING = 6
LANGUAGES = {"GH": "en", "CI": "fr", "CO": "es", "PE": "es", "BR": "pt-br", "DO": "es"}
KICK_OFF = date(2025, 11, 26)  # of the first crowd's edition, before moving; each further one began five weeks earlier
WORKSHOP = date(2026, 12, 1)


def load_crowds(
    number: int, community: Community, programme: Programme, themes: dict[str, Theme], calendar: Calendar
) -> None:
    """Insert so many crowds, one after the other: memory does not grow with their number."""
    names = read("names")
    before: list[Member] = []
    for crowd in range(1, number + 1):
        people = list(_people(crowd, names, calendar))
        members = load_people(people)
        begin_memberships(community, people, members)
        guests = [*members, *before][:PER_EVENT]
        made = [
            *_load_edition(crowd, programme, guests, calendar),
            *_load_workshop(crowd, community, list(themes.values())[crowd % len(themes)], calendar),
        ]
        register(entry for event in made for entry in _entries(event, guests))
        before = members
    if number:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # measurements begin before the database would look at the new rows by itself


def _people(crowd: int, names: dict[str, dict[str, list[str]]], calendar: Calendar) -> Iterator[Person]:
    """Two hundred members, four from each organisation, spread over the six countries."""
    for turn in range(PEOPLE):
        country = list(WIDER)[turn // PER_ORGANISATION % len(WIDER)]
        name = invented_name(names[country], turn)
        yield Person(
            name=name,
            email=f"crowd.{crowd}.{turn}@example.org",
            country=country,
            language=LANGUAGES[country],
            since=calendar.ago(30 + turn),
            organisation=f"Cooperative {crowd}.{turn // PER_ORGANISATION}",
            kind=Organisation.Kind.FOREST_COMMUNITY,
        )


def _load_edition(crowd: int, programme: Programme, guests: Sequence[Member], calendar: Calendar) -> Sequence[Event]:
    """An archived edition with everybody in its core group."""
    kick_off = calendar.day(KICK_OFF - timedelta(weeks=5 * crowd))
    dates = {plan.number: kick_off + timedelta(days=plan.day_offset) for plan in programme.session_plans.all()}
    edition = load_edition(programme, Edition.State.ARCHIVED, dates, label=f"crowd {crowd}")
    made = load_sessions(edition, dates, closed=dates, key=f"crowd-{crowd}")
    circle = load_cohort(edition, Cohort.Kind.CORE).circle
    since = calendar.morning(KICK_OFF - timedelta(weeks=5 * crowd + 8))
    join_circle(circle, guests, lambda _member: since)
    invite((event, circle) for event in made)
    return made


def _load_workshop(crowd: int, community: Community, theme: Theme, calendar: Calendar) -> Sequence[Event]:
    """A workshop in a gathering of a year to come or gone by."""
    group = (crowd - 1) // PER_GATHERING
    years = group // 2 + 1 if group % 2 == 0 else -(group // 2 + 2)
    day = calendar.day(WORKSHOP) + timedelta(weeks=52 * years)
    season = Gathering.Season.SPRING if calendar.day(WORKSHOP).month <= 6 else Gathering.Season.AUTUMN
    year = calendar.day(WORKSHOP).year + years
    gathering = Gathering(
        community=community,
        slug=f"{season}-{year}",
        season=season,
        year=year,
        starts_on=day,
        ends_on=day,
        zone=ZONE,
        is_published=True,
        name=f"{season.label} {year}",
        name_en=f"{season.label} {year}",
    )
    gathering = find_or_insert(gathering, by="slug")
    title = f"Workshop of crowd {crowd}"
    workshop = Workshop(
        uid=fixed_uuid(f"workshop:crowd-{crowd}"),
        slug=f"{gathering.slug}-crowd-{crowd}",
        state=Event.State.SCHEDULED if years > 0 else Event.State.CLOSED,
        gathering=gathering,
        theme=theme,
        purpose=Workshop.Purpose.SHARING,
        title=title,
        title_en=title,
        home=community.circle,
        wall_date=day,
        wall_time=time(14),
        minutes=75,
        zone=ZONE,
        countries=COUNTRIES,
    )
    _rows, made = save_missing([workshop], by="uid")
    invite((event, community.circle) for event in made)
    return made


def _entries(event: Event, guests: Sequence[Member]) -> list[Entry]:
    """Everybody has a seat, taken one after the other in the weeks before the event."""
    first = event.starts_at - timedelta(weeks=4)
    return sign_up(event, guests, first=first, every=timedelta(minutes=30))
