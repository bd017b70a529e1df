"""How far the people of a cohort have come.

The rule for now is the simple one, a number of sessions (docs/decisions/0001); hours, make-ups that somebody approves
and the action plan come with the full rules. Reports and certificates both ask here, so that they never disagree.
"""

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


def sessions_of(cohort: Cohort) -> QuerySet[Session]:
    """The sessions a cohort takes part in, by number: for the wider group the open ones; no draft, no cancelled one."""
    sessions = Session.objects.filter(
        edition=cohort.edition_id,
        number__gte=cohort.first_session,
        state__in=[Event.State.SCHEDULED, Event.State.CLOSED],
    )
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
