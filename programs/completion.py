"""How far the people of a cohort have come.

The rule for now is the simple one, a number of sessions (docs/decisions/0001); hours, make-ups that somebody approves
and the action plan come with the full rules. Reports and certificates both ask here, so that they never disagree.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from events.models import Attendance, Event
from programs.models import Audience, Cohort, Enrolment, Session

TAKING_PART = (Enrolment.State.ACTIVE, Enrolment.State.COMPLETED, Enrolment.State.INCOMPLETE)
COUNTING = (Attendance.Status.ATTENDED, Attendance.Status.MADE_UP)  # "partial" adds hours, not a session


@dataclass(frozen=True)
class Progress:
    """What one person has of what is needed, in sessions.

    Attributes:
        attended: sessions that count.
        needed: sessions that complete the programme.
        total: sessions that the cohort has.
    """

    attended: int
    needed: int
    total: int

    @property
    def eligible(self) -> bool:
        return self.attended >= self.needed

    @property
    def missing(self) -> int:
        return max(self.needed - self.attended, 0)


HELD = (Event.State.SCHEDULED, Event.State.CLOSED)


def sessions_of(cohort: Cohort) -> QuerySet[Session]:
    """The sessions a cohort takes part in, by number: for the wider group the open ones; no draft, no cancelled one."""
    sessions = Session.objects.filter(edition=cohort.edition_id, number__gte=cohort.first_session, state__in=HELD)
    if cohort.kind == Cohort.Kind.WIDER:
        sessions = sessions.filter(session_audience=Audience.ALL)
    return sessions.order_by("number")


def sessions_needed(cohort: Cohort, *, total: int) -> int:
    """How many sessions complete the programme: as set, at most all there are, and never none."""
    wanted = (
        settings.COMPLETION_CORE_SESSIONS if cohort.kind == Cohort.Kind.CORE else settings.COMPLETION_WIDER_SESSIONS
    )
    return max(min(wanted, total), 1)


def sessions_attended(cohort: Cohort) -> dict[int, int]:
    """Count the sessions that count, by id of each member who takes part, in one query."""
    seen = Q(
        member__attendances__event__in=sessions_of(cohort).order_by().values("pk"),
        member__attendances__status__in=COUNTING,
    )
    return dict(
        Enrolment.objects.filter(cohort=cohort, state__in=TAKING_PART)
        .values_list("member_id")
        .annotate(attended=Count("member__attendances", filter=seen))
        .order_by("member_id")
    )


def progress(cohort: Cohort) -> dict[int, Progress]:
    """Say how far each member of a cohort is, by member id, in two queries however many they are."""
    total = sessions_of(cohort).count()
    needed = sessions_needed(cohort, total=total)
    return {member: Progress(attended, needed, total) for member, attended in sessions_attended(cohort).items()}


def progress_of_many(cohorts: Sequence[Cohort]) -> dict[int, dict[int, Progress]]:
    """Say what `progress` says of each cohort, by cohort id, in three queries however many cohorts they are."""
    sessions = Session.objects.filter(edition__in={one.edition_id for one in cohorts}, state__in=HELD)
    counting = Attendance.objects.filter(event__in=sessions.values("pk"), status__in=COUNTING)
    seen: dict[int, set[int]] = defaultdict(set)
    for member, event in counting.values_list("member_id", "event_id"):
        seen[member].add(event)
    members: dict[int, list[int]] = defaultdict(list)
    enrolled = Enrolment.objects.filter(cohort__in=cohorts, state__in=TAKING_PART).order_by("member_id")
    for cohort_id, member in enrolled.values_list("cohort_id", "member_id"):
        members[cohort_id].append(member)
    loaded = list(sessions)
    return {one.pk: _progress(one, {row.pk for row in loaded if _is_of(row, one)}, members, seen) for one in cohorts}


def _is_of(session: Session, cohort: Cohort) -> bool:
    """Whether a cohort takes part in a session that is held; the same rule as in `sessions_of`."""
    is_open = cohort.kind != Cohort.Kind.WIDER or session.session_audience == Audience.ALL
    return session.edition_id == cohort.edition_id and session.number >= cohort.first_session and is_open


def _progress(
    cohort: Cohort, sessions: set[int], members: Mapping[int, list[int]], seen: Mapping[int, set[int]]
) -> dict[int, Progress]:
    needed = sessions_needed(cohort, total=len(sessions))
    listed = members.get(cohort.pk, [])
    return {pk: Progress(len(seen.get(pk, set()) & sessions), needed, len(sessions)) for pk in listed}
