"""May this happen? Asked by views, actions and the admin alike."""

from datetime import datetime
from typing import Literal

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event, Registration, Role
from members.models import Circle, Grant, Member


def check_is_invited(event: Event, *, invited: bool) -> None:
    """People of a published event's audience may take a seat, and nobody else; when it is open is the action's matter.

    Args:
        invited: the member belongs to the audience, as the ledger of seats sees it.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    if not invited or event.state == Event.State.DRAFT:
        raise PermissionDenied(_("This event is for another group."))


SCHEDULERS = (Grant.Right.COORDINATOR, Grant.Right.FACILITATOR)


def homes_to_schedule(by: Member, *, at: datetime) -> QuerySet[Circle]:
    """The circles whose events a person may make and change: those she coordinates or facilitates, and inner ones."""
    if by.is_superuser:
        return Circle.objects.all()
    held = Grant.objects.current(at).filter(member=by, right__in=SCHEDULERS).values("circle")
    return Circle.objects.filter(Q(pk__in=held) | Q(parent__in=held))


def check_can_schedule_in(home: Circle, *, by: Member, at: datetime) -> None:
    """Coordinators and facilitators of a home may make events there.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    if not homes_to_schedule(by, at=at).filter(pk=home.pk).exists():
        raise PermissionDenied(_("Only its coordinators and facilitators make events here."))


def check_can_schedule(event: Event, *, by: Member, at: datetime) -> None:
    """Coordinators and facilitators of the event's home may change when and how it takes place.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    if not homes_to_schedule(by, at=at).filter(pk=event.home_id).exists():
        raise PermissionDenied(_("Only its coordinators and facilitators change this event."))


def can_schedule(event: Event, *, by: Member, at: datetime) -> bool:
    try:
        check_can_schedule(event, by=by, at=at)
    except PermissionDenied:
        return False
    return True


def events_to_mark(by: Member, *, at: datetime) -> QuerySet[Event]:
    """The events whose attendance a person keeps: of the homes where she schedules, and those she helps to lead."""
    if by.is_superuser:
        return Event.objects.all()
    leads = Role.objects.accepted().filter(member=by, kind__in=Role.LEADING)
    homes = homes_to_schedule(by, at=at)
    return Event.objects.filter(Q(home__in=homes) | Q(pk__in=leads.values("event")))


def events_to_run(by: Member, *, at: datetime) -> QuerySet[Event]:
    """The events whose day a person prepares and holds: of the homes where she schedules, and those she facilitates."""
    if by.is_superuser:
        return Event.objects.all()
    leads = Role.objects.accepted().filter(member=by, kind=Role.Kind.FACILITATOR)
    return Event.objects.filter(Q(home__in=homes_to_schedule(by, at=at)) | Q(pk__in=leads.values("event")))


Work = Literal["schedule", "run", "help"]
NOT_YOURS: dict[Work, str | Promise] = {
    "schedule": gettext_lazy("Only its coordinators and facilitators change this event."),
    "run": gettext_lazy("This page is for those who run this event."),
    "help": gettext_lazy("This page is for those who lead this event."),
}


def works_in(event: Event, *, by: Member, at: datetime) -> frozenset[Work]:
    """What a person does in an event, in one query.

    * `schedule`: coordinators and facilitators of its home decide when and how it takes place and who has a seat.
    * `run`: they, and who accepted to facilitate this event, prepare and hold its day.
    * `help`: they, and its co-facilitators, see the run of show, keep attendance and note results.
    """
    of_event = Event.objects.filter(pk=event.pk)
    asked = {
        "schedule": of_event.filter(home__in=homes_to_schedule(by, at=at)),
        "run": of_event.filter(pk__in=events_to_run(by, at=at).values("pk")),
        "help": of_event.filter(pk__in=events_to_mark(by, at=at).values("pk")),
    }
    found = of_event.values_list(*(Exists(rows) for rows in asked.values())).get()
    return frozenset(work for work, holds in zip(asked, found, strict=True) if holds)  # type: ignore[misc]  # its keys


def check_works(event: Event, work: Work, *, by: Member, at: datetime) -> frozenset[Work]:
    """Give what a person does in an event, when this is among it.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    works = works_in(event, by=by, at=at)
    if work not in works:
        raise PermissionDenied(str(NOT_YOURS[work]))
    return works


def events_to_ask_in(by: Member, *, at: datetime) -> QuerySet[Event]:
    """The events in whose questions to the speakers a person takes part: with a place or a role, or as their staff."""
    registered = Registration.objects.standing().filter(member=by).values("event")
    helping = Role.objects.standing().filter(member=by).values("event")
    marked = events_to_mark(by, at=at).values("pk")
    return Event.objects.filter(Q(pk__in=registered) | Q(pk__in=helping) | Q(pk__in=marked))


def check_can_ask_speakers(event: Event, *, by: Member, at: datetime) -> None:
    """People with a place or a role in an event, and its staff.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    if not events_to_ask_in(by, at=at).filter(pk=event.pk).exists():
        raise PermissionDenied(_("Questions to the speakers are for those who are registered for this event."))


def check_can_mark_attendance(event: Event, *, by: Member, at: datetime) -> None:
    """Coordinators and facilitators of the event's home, and those who accepted to lead or help to lead this event.

    A co-facilitator is a participant with a role: she holds no staff right, sees nothing else of the staff pages, and
    is therefore not asked for a second factor. Whoever holds a staff right anywhere is asked for it here as well.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    if not events_to_mark(by, at=at).filter(pk=event.pk).exists():
        raise PermissionDenied(_("Only those who lead this event record who came."))


def can_mark_attendance(event: Event, *, by: Member, at: datetime) -> bool:
    try:
        check_can_mark_attendance(event, by=by, at=at)
    except PermissionDenied:
        return False
    return True
