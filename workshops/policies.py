"""May this happen to a gathering or to the notes of a workshop's group?"""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from events import policies
from events.models import Registration, Role
from members.models import Community, Member
from workshops.models import Workshop

NOTES_STAY_OPEN = timedelta(days=14)  # after the end, for those who had a seat


def communities_to_plan(by: Member, *, at: datetime) -> QuerySet[Community]:
    """The communities whose gatherings a person plans: those whose events she makes."""
    return Community.objects.filter(circle__in=policies.homes_to_schedule(by, at=at)).order_by("pk")


def check_can_plan(community: Community, *, by: Member, at: datetime) -> None:
    """Coordinators and facilitators of a community plan its gatherings.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    if not communities_to_plan(by, at=at).filter(pk=community.pk).exists():
        raise PermissionDenied(_("Only its coordinators and facilitators plan the gatherings of a community."))


def reads_notes(workshop: Workshop, *, by: Member, at: datetime) -> bool:
    """Whether a person belongs to a workshop's group: with a seat, with a part, or as its staff."""
    seated = Registration.objects.confirmed().filter(event=workshop.pk, member=by)
    return seated.exists() or _leads(workshop, by=by, at=at)


def check_reads_notes(workshop: Workshop, *, by: Member, at: datetime) -> None:
    """The group's notes are the group's alone.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    if not reads_notes(workshop, by=by, at=at):
        raise PermissionDenied(_("These notes are for those who have a seat in this workshop, and for its team."))


def writes_notes(workshop: Workshop, *, by: Member, at: datetime) -> bool:
    """Whether a person may write now: its team at any time, people with a seat during the workshop and two weeks on."""
    if workshop.state in (workshop.State.DRAFT, workshop.State.CANCELLED):
        return False
    if _leads(workshop, by=by, at=at):
        return True
    opens, closes = workshop.doors_open_at(), workshop.ends_at + NOTES_STAY_OPEN
    return opens <= at < closes and Registration.objects.confirmed().filter(event=workshop.pk, member=by).exists()


def keeps_points(workshop: Workshop, *, by: Member, at: datetime) -> bool:
    """Whether a person writes down a group's actions and drafts: its facilitators and co-facilitators, at any time."""
    return workshop.state != workshop.State.CANCELLED and "help" in policies.works_in(workshop, by=by, at=at)


def check_keeps_points(workshop: Workshop, *, by: Member, at: datetime) -> None:
    """Those who lead a workshop keep its actions and drafts.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    if not keeps_points(workshop, by=by, at=at):
        raise PermissionDenied(_("Only those who lead this workshop write down its actions and drafts."))


def _leads(workshop: Workshop, *, by: Member, at: datetime) -> bool:
    helps = Role.objects.accepted().filter(event=workshop.pk, member=by).exists()
    return helps or "help" in policies.works_in(workshop, by=by, at=at)
