"""The whole demo, in its order."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import translation

from events.models import Event, Registration
from forestallies.demo.accounts import ACCOUNTS
from forestallies.demo.seed import cohorts, forest_allies, sske
from forestallies.demo.seed.crowds import load_crowds
from forestallies.demo.seed.dates import Calendar, WrongDay
from forestallies.demo.seed.gatherings import Gatherings
from forestallies.demo.seed.people import open_accounts
from forestallies.demo.seed.rows import fixed_uuid
from forestallies.demo.seed.staff import give_rights, load_staff
from forestallies.demo.seed.vocabulary import load_vocabulary
from members.models import Member, Organisation
from programs.models import Cohort

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
    forest_allies.load_applications(community, calendar)
    Gatherings(community, themes, members, staff.facilitators, calendar).load()

    programme = sske.load_programme()
    sske.load_archive(programme)
    edition, made = sske.load_running(programme, calendar)
    core = sske.load_group(edition, Cohort.Kind.CORE, core_people)
    wider = sske.load_group(edition, Cohort.Kind.WIDER, wider_people, first_session=sske.FIRST_WIDER_SESSION)
    sske.open_sessions(made, core, wider, staff, calendar)

    give_rights(staff, community=community.circle, edition=edition.circle, calendar=calendar)
    open_accounts()
    load_crowds(scale - 1, community, programme, themes, calendar)
