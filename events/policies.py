"""May this happen? Asked by views, actions and the admin alike."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from events.models import Event
from members.models import Grant, Member


def check_can_register(event: Event, *, member: Member, at: datetime) -> None:
    """People of the event's audience may take a seat, and nobody else; when it is open is the action's matter.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    if not Event.objects.published().for_audience_of(member, at=at).filter(pk=event.pk).exists():
        raise PermissionDenied(_("This event is for another group."))


def can_register(event: Event, *, member: Member, at: datetime) -> bool:
    try:
        check_can_register(event, member=member, at=at)
    except PermissionDenied:
        return False
    return True


def check_can_schedule(event: Event, *, by: Member, at: datetime) -> None:
    """Coordinators and facilitators of the event's home may change when and how it takes place.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    rights = (Grant.Right.COORDINATOR, Grant.Right.FACILITATOR)
    if not Event.objects.run_by(by, at=at, rights=rights).filter(pk=event.pk).exists():
        raise PermissionDenied(_("Only its coordinators and facilitators change this event."))


def can_schedule(event: Event, *, by: Member, at: datetime) -> bool:
    try:
        check_can_schedule(event, by=by, at=at)
    except PermissionDenied:
        return False
    return True
