"""The exchange programme: its template, the archived edition of 2021, the completed one and the running one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.text import slugify

from events.models import Event, Role
from forestallies.demo.seed.dates import Calendar, morning_after, span_name
from forestallies.demo.seed.people import Person, join_circle, load_people
from forestallies.demo.seed.places import (
    Entry,
    accepted,
    facilitate,
    invite,
    register,
    register_without_asking,
    sign_up,
)
from forestallies.demo.seed.rows import find_or_insert, fixed_uuid, insert_missing, read, save_missing, translated
from forestallies.demo.seed.staff import Staff
from members.models import Circle, Member, StakeholderCategory
from programs.models import Audience, Cohort, Edition, Enrolment, Module, Programme, Session, SessionPlan

FIRST_WIDER_SESSION = 6
REHEARSED_BEFORE = timedelta(days=7)
SEATED = date(2026, 9, 1)  # when the core group got its seats in all sessions
Words = dict[str, Any]


@dataclass(frozen=True)
class Ending:
    """How an edition ended for a cohort: when that was said, and the addresses of those who did not complete it."""

    at: datetime
    incomplete: Collection[str]


@dataclass(frozen=True)
class Group:
    """A cohort with the people in it.

    Attributes:
        since: when each of them joined, by key.
        completed: the keys of those who completed the programme; nobody while it is running.
    """

    cohort: Cohort
    members: Sequence[Member]
    since: Mapping[int, datetime]
    completed: frozenset[int]

    @property
    def circle(self) -> Circle:
        return self.cohort.circle


def load_programme() -> Programme:
    """Insert the template: modules, and sessions as day offsets from the kick-off."""
    data = read("sske")
    words = data["programme"]
    texts = {**translated("name", words.pop("name")), **translated("summary", words.pop("summary"))}
    [row], made = insert_missing([Programme(**words, **texts)], by="slug")
    if made:
        _load_plans(row, data["module"], data["session"])
    return row


def _load_plans(programme: Programme, modules: Sequence[Words], sessions: Sequence[Words]) -> None:
    rows = Module.objects.bulk_create(
        Module(
            programme=programme,
            position=position,
            **translated("name", one["name"]),
            **translated("goals", one["goals"]),
        )
        for position, one in enumerate(modules, start=1)
    )
    SessionPlan.objects.bulk_create(
        SessionPlan(
            programme=programme,
            module=rows[one["module"] - 1],
            number=number,
            day_offset=one["day_offset"],
            minutes=one["minutes"],
            audience=one["audience"],
            note=one.get("note", ""),
            **translated("title", one["title"]),
            **translated("topics", one["topics"]),
        )
        for number, one in enumerate(sessions)
    )


def load_archive(programme: Programme) -> Edition:
    """Insert the edition of 2021, which never moves: its dates, the truth test of the calendar, and nobody in it."""
    starts_on = read("sske")["archived"]["starts_on"]
    dates = {plan.number: starts_on + timedelta(days=plan.day_offset) for plan in programme.session_plans.all()}
    edition = load_edition(programme, Edition.State.ARCHIVED, dates)
    load_sessions(edition, dates, closed=dates, key="archived")
    return edition


def load_running(programme: Programme, calendar: Calendar) -> tuple[Edition, list[Session]]:
    """Insert the running edition and its sessions; give the edition and the sessions that were inserted."""
    words = read("sske")["running"]
    came = [one["session"] for one in words["came"]]
    return _load_moving(
        programme, Edition.State.RUNNING, words, calendar, closed=words["closed"], recorded=came, key="running"
    )


def load_completed(programme: Programme, calendar: Calendar) -> tuple[Edition, list[Session]]:
    """Insert the edition that is over and its sessions; give the edition and the sessions that were inserted."""
    words = read("sske")["completed"]
    numbers = [plan.number for plan in programme.session_plans.all()]
    return _load_moving(
        programme, Edition.State.ARCHIVED, words, calendar, closed=numbers, recorded=numbers, key="completed"
    )


def _load_moving(
    programme: Programme, state: Edition.State, words: Words, calendar: Calendar, **more: Any
) -> tuple[Edition, list[Session]]:
    """Insert an edition on the dates of the file, moved with the calendar."""
    plans = programme.session_plans.all()
    template = {plan.number: words["starts_on"] + timedelta(days=plan.day_offset) for plan in plans}
    used = {number: calendar.day(words["moved"].get(str(number), on)) for number, on in template.items()}
    opens_on = words["wider_registration_opens_on"]
    edition = load_edition(programme, state, used, wider_registration_opens_on=calendar.day(opens_on))
    since = calendar.reminders_since
    return edition, load_sessions(edition, used, opens_at=calendar.morning(opens_on), reminders_since=since, **more)


def load_edition(
    programme: Programme, state: Edition.State, dates: Mapping[int, date], *, label: str = "", **more: Any
) -> Edition:
    """Insert an edition with its circle, named after the years of its dates where no other label is given."""
    first, last = min(dates.values()), max(dates.values())
    name = f"{programme.short_name} {label or span_name(first, last, dash='–')}"
    circle = find_or_insert(Circle(kind=Circle.Kind.EDITION, name=name), by="name")
    edition = Edition(
        programme=programme,
        slug=f"{programme.slug}-{slugify(label) or span_name(first, last, dash='-')}",
        name=name,
        state=state,
        starts_on=first,
        ends_on=last,
        countries=programme.countries,
        zone=programme.zone,
        circle=circle,
        **more,
    )
    return find_or_insert(edition, by="slug")


def load_group(
    edition: Edition,
    kind: Cohort.Kind,
    people: Sequence[Person],
    *,
    first_session: int = 0,
    ending: Ending | None = None,
) -> Group:
    """Insert a cohort with its people and their enrolments; without an ending they are active."""
    cohort = load_cohort(edition, kind, first_session=first_session)
    members = load_people(people)
    since = {member.pk: person.since for member, person in zip(members, people, strict=True)}
    join_circle(cohort.circle, members, lambda member: since[member.pk])
    _enrol(cohort, people, members, ending)
    completed = [member.pk for member in members if ending and member.email not in ending.incomplete]
    return Group(cohort, members, since, frozenset(completed))


def _enrol(cohort: Cohort, people: Sequence[Person], members: Sequence[Member], ending: Ending | None) -> None:
    """Enrol those who never were, each for her country and stakeholders."""
    known = set(cohort.enrolments.values_list("member", flat=True))
    categories = {category.code: category for category in StakeholderCategory.objects.all()}
    Enrolment.objects.bulk_create(
        Enrolment(
            cohort=cohort,
            member=member,
            country=person.country,
            category=categories[person.category],
            state=_state(person, ending),
            state_since=ending.at if ending else person.since,
        )
        for person, member in zip(people, members, strict=True)
        if member.pk not in known
    )


def _state(person: Person, ending: Ending | None) -> Enrolment.State:
    if ending is None:
        return Enrolment.State.ACTIVE
    return Enrolment.State.INCOMPLETE if person.address in ending.incomplete else Enrolment.State.COMPLETED


def load_cohort(edition: Edition, kind: Cohort.Kind, *, first_session: int = 0) -> Cohort:
    """Insert a cohort and its circle, which lies in the edition's."""
    circle = Circle(kind=Circle.Kind.COHORT, name=f"{edition.name}, {kind.value} group", parent=edition.circle)
    circle = find_or_insert(circle, by="name")
    return find_or_insert(
        Cohort(edition=edition, kind=kind, circle=circle, first_session=first_session), by="circle_id"
    )


def load_sessions(
    edition: Edition,
    dates: Mapping[int, date],
    *,
    closed: Collection[int],
    key: str,
    opens_at: datetime | None = None,
    recorded: Collection[int] = (),
    reminders_since: datetime | None = None,
) -> list[Session]:
    """Insert an edition's sessions on these dates, worded as the template words them.

    Args:
        closed: the numbers of those that are over and done with.
        key: of the edition, the same whatever its dates.
        opens_at: from when people register for the sessions that are open to both groups.
        recorded: the numbers of those whose attendance is known, since the morning after.
        reminders_since: reminders whose hour is before this are neither sent nor missed.

    Returns:
        The sessions that were inserted.
    """
    programme = edition.programme
    rows = [
        Session(
            uid=fixed_uuid(f"session:{key}:{plan.number}"),
            slug=f"{edition.slug}-session-{plan.number}",
            state=Event.State.CLOSED if plan.number in closed else Event.State.SCHEDULED,
            home=edition.circle,
            wall_date=dates[plan.number],
            wall_time=programme.wall_time,
            minutes=plan.minutes,
            zone=edition.zone,
            countries=edition.countries,
            interpretation=["es", "fr"],
            registration_opens_at=opens_at if plan.audience == Audience.ALL else None,
            join_url=f"https://meet.example.org/{edition.slug}-{plan.number}",
            attendance_recorded_at=morning_after(dates[plan.number]) if plan.number in recorded else None,
            reminders_since=reminders_since,
            edition=edition,
            plan=plan,
            module=plan.module,
            number=plan.number,
            session_audience=plan.audience,
            **_texts(plan),
        )
        for plan in programme.session_plans.select_related("module")
    ]
    _rows, made = save_missing(rows, by="uid")
    return made


def _texts(plan: SessionPlan) -> dict[str, str]:
    """The words of a plan as the words of an event, in every language."""
    suffixes = ["", *(f"_{code.replace('-', '_')}" for code, _name in settings.LANGUAGES)]
    return {
        f"{target}{suffix}": getattr(plan, f"{source}{suffix}")
        for source, target in {"title": "title", "topics": "description"}.items()
        for suffix in suffixes
    }


def open_sessions(made: Sequence[Session], core: Group, wider: Group, staff: Staff, *, seated_at: datetime) -> None:
    """Give new sessions their audience, their staff and the seats of the core group, which has them without asking."""
    groups = {Audience.CORE: [core], Audience.ALL: [core, wider]}
    invite((session, group.circle) for session in made for group in groups[Audience(session.session_audience)])
    register_without_asking((session, core.circle) for session in made)
    facilitate(made, staff.facilitators)
    Role.objects.bulk_create(_interpreters(made, staff))
    register(
        entry for session in made for entry in sign_up(session, core.members, first=seated_at, reason="core group")
    )


def ask_for_help(made: Sequence[Session], core: Group) -> None:
    """Give the people of the core group their parts in new sessions."""
    Role.objects.bulk_create(_co_facilitators(made, core.members))


def register_wider(made: Sequence[Session], wider: Group) -> None:
    """Let the wider group register for the new sessions that are open to it, each an hour after being admitted."""
    register(
        Entry(session.pk, member.pk, wider.since[member.pk] + timedelta(hours=1))
        for session in made
        if session.session_audience == Audience.ALL
        for member in wider.members
    )


def _interpreters(made: Sequence[Session], staff: Staff) -> list[Role]:
    kind = Role.Kind.INTERPRETER
    return [accepted(session, member, kind, channel) for session in made for member, channel in staff.interpreters]


def _co_facilitators(made: Sequence[Session], core: Sequence[Member]) -> list[Role]:
    """Core members who were asked to help with wider sessions, as the file says."""
    by_address = {member.email: member for member in core}
    by_number = {session.number: session for session in made}
    return [
        Role(
            event_id=session.pk,
            member=by_address[one["email"]],
            kind=Role.Kind.CO_FACILITATOR,
            state=one["state"],
            expectation=one["expectation"],
            rehearsal_at=session.starts_at - REHEARSED_BEFORE,
            invited_at=asked_at(session, one["asked_days_before"]) if "asked_days_before" in one else None,
        )
        for one in read("core_group")["co_facilitator"]
        if (session := by_number.get(one["session"]))
    ]


def asked_at(session: Session, days_before: int) -> datetime:
    """When somebody was asked to take a part: so many days before the morning after the session."""
    return morning_after(session.wall_date) - timedelta(days=days_before)
