"""The whole demo, in its order."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import translation

from events.models import Event, Registration
from forestallies.demo.accounts import ACCOUNTS
from forestallies.demo.seed import cohorts, forest_allies, outcomes, sske, the_day
from forestallies.demo.seed.certificates import load_certificates
from forestallies.demo.seed.crowds import load_crowds
from forestallies.demo.seed.dates import Calendar, WrongDay
from forestallies.demo.seed.directory import load_directory
from forestallies.demo.seed.doubles import load_doubles
from forestallies.demo.seed.gatherings import Gatherings
from forestallies.demo.seed.health import load_confidence, load_disputes
from forestallies.demo.seed.letters import load_letters
from forestallies.demo.seed.lists import load_lists
from forestallies.demo.seed.memberships import load_lives
from forestallies.demo.seed.people import Person, open_accounts
from forestallies.demo.seed.public import load_points, load_public
from forestallies.demo.seed.rows import fixed_uuid, read
from forestallies.demo.seed.staff import Staff, give_rights, load_staff
from forestallies.demo.seed.vocabulary import load_vocabulary
from members.models import Circle, Member, Organisation
from programs.models import Cohort, Programme

IN_BOTH = next(account.email for account in ACCOUNTS if account.key == "member-GH")


@dataclass(frozen=True)
class Counts:
    """How much of the demo there is."""

    people: int
    organisations: int
    events: int
    registrations: int


def calendar_of_database() -> Calendar | None:
    """The calendar by which the demo in the database was dated; None when there is no demo.

    Read off a row whose uid never changes: the third session, which is over whenever the demo is looked at.
    """
    held = Event.objects.filter(uid=fixed_uuid("session:running:2")).values_list("wall_date", flat=True).first()
    return Calendar.of_week((held - date(2026, 10, 14)).days // 7) if held else None


@transaction.atomic
def load(*, today: date | None, default: date, scale: int = 1) -> Counts:
    """Insert what is not there yet, dated around a day. Safe to run twice; changes and deletes nothing.

    Args:
        today: the day that was asked for, in UTC; None takes the calendar of the demo that is there, or else `default`.
        scale: how many times the size of the demo; more than 1 adds crowds for measurements.

    Returns:
        The size of the demo afterwards.

    Raises:
        WrongDay: outside the years that the demo can be dated for, or not the week of the demo that is there.
    """
    there = calendar_of_database()
    calendar = there if there and today is None else Calendar(today or default)
    if there and there.weeks != calendar.weeks:
        raise WrongDay(
            f"The demo in this database is dated for the week from {there.today}; an empty one takes another week."
        )
    with translation.override("en"):
        _load(calendar, scale)
    return Counts(
        people=Member.objects.filter(is_demo=True).count(),
        organisations=Organisation.objects.filter(is_demo=True).count(),
        events=Event.objects.count(),
        registrations=Registration.objects.count(),
    )


def _load(calendar: Calendar, scale: int) -> None:
    core_people = cohorts.core_people(calendar)
    wider_people = cohorts.wider_people(core_people, calendar)
    in_both = next(person for person in core_people if person.address == IN_BOTH)
    themes = load_vocabulary()
    staff = load_staff(calendar)

    community = forest_allies.load_community()
    member_people = [*forest_allies.member_people(calendar), forest_allies.joining(in_both, calendar)]
    members = forest_allies.load_members(community, member_people)
    load_lives(community, calendar)
    load_directory(community, members, themes, calendar)
    load_confidence(community, members, calendar)
    forest_allies.load_applications(community, calendar)
    Gatherings(community, themes, members, staff.facilitators, calendar).load()
    load_points(community, members, calendar)

    programme = sske.load_programme()
    load_public(community, programme, calendar)
    sske.load_archive(programme)
    edition, made = sske.load_running(programme, calendar)
    core = sske.load_group(edition, Cohort.Kind.CORE, core_people)
    wider = sske.load_group(edition, Cohort.Kind.WIDER, wider_people, first_session=sske.FIRST_WIDER_SESSION)
    sske.open_sessions(made, core, wider, staff, seated_at=calendar.morning(sske.SEATED))
    sske.ask_for_help(made, core)
    outcomes.note_running(made, core, by=staff.facilitators[0])
    the_day.prepare(made, core, by=staff.facilitators[0])
    former = _load_completed(programme, core_people, staff, calendar)

    circles = (edition.circle, former.circle)
    give_rights(staff, community=community.circle, editions=circles, calendar=calendar)
    open_accounts()
    load_disputes(by=staff.coordinators[0], calendar=calendar)
    load_letters(core.cohort.circle, by=staff.coordinators[0], calendar=calendar)
    load_doubles(community, calendar)
    load_lists(community, by=staff.coordinators[0], calendar=calendar)
    load_crowds(scale - 1, community, programme, themes, calendar)
    load_certificates(former.core, former.wider, by=staff.coordinators[0], at=former.reported_at)


@dataclass(frozen=True)
class Former:
    """The edition that is over, for what is made of it last."""

    circle: Circle
    core: sske.Group
    wider: sske.Group
    reported_at: datetime


def _load_completed(programme: Programme, core_people: list[Person], staff: Staff, calendar: Calendar) -> Former:
    """Insert the edition that is over, with everybody in it and all that they came to."""
    words = read("sske")["completed"]
    reported_at = calendar.morning(words["reported_on"])
    edition, made = sske.load_completed(programme, calendar)
    groups = [
        sske.load_group(
            edition,
            kind,
            people,
            first_session=first_session,
            ending=sske.Ending(reported_at, outcomes.incomplete(people, kind)),
        )
        for kind, people, first_session in (
            (Cohort.Kind.CORE, cohorts.former_core_people(core_people, calendar), 0),
            (Cohort.Kind.WIDER, cohorts.former_wider_people(core_people, calendar), sske.FIRST_WIDER_SESSION),
        )
    ]
    core, wider = groups
    sske.open_sessions(made, core, wider, staff, seated_at=calendar.morning(words["nominated_on"]))
    sske.register_wider(made, wider)
    outcomes.note_completed(made, groups, by=staff.facilitators[0])
    return Former(edition.circle, core, wider, reported_at)
