"""May this happen? Each rule is a `check_can_…` that raises with a sentence for the reader and a `can_…` twin."""

from datetime import datetime
from typing import NamedTuple

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.translation import gettext as _

from members.models import Application, Circle, Community, Grant, Member, Membership

SECOND_FACTOR_PROVED = "second_factor_proved_by"  # in the session of somebody who has just set hers up


def is_staff(member: Member, *, at: datetime) -> bool:
    """Whether a person works in the staff pages and the admin: a superuser, or the holder of a current staff grant."""
    if not member.is_active:
        return False
    return member.is_superuser or Grant.objects.current(at).staff().filter(member=member).exists()


class Standing(NamedTuple):
    """What decides which menus a person gets: a current staff right, an active membership."""

    is_staff: bool = False
    is_member: bool = False


def standing_of(member: Member, *, at: datetime) -> Standing:
    """Both in one query; none for a superuser, who is staff and finds everything in that menu."""
    if not member.is_active:
        return Standing()
    if member.is_superuser:
        return Standing(is_staff=True)
    held = Grant.objects.current(at).staff().filter(member=OuterRef("pk"))
    active = Membership.objects.filter(member=OuterRef("pk"), state=Membership.State.ACTIVE)
    found = Member.objects.filter(pk=member.pk).values_list(Exists(held), Exists(active)).first()
    return Standing(*found) if found else Standing()


def coordinates_anything(member: Member, *, at: datetime) -> bool:
    """Whether a person coordinates at least one community or edition."""
    if member.is_superuser:
        return True
    return Grant.objects.current(at).filter(member=member, right=Grant.Right.COORDINATOR).exists()


def check_coordinates_anything(member: Member, *, at: datetime) -> None:
    """Raises PermissionDenied for everybody who coordinates nothing at `at`."""
    if not coordinates_anything(member, at=at):
        raise PermissionDenied(_("This page is for coordinators."))


def can_write_terms(member: Member, *, at: datetime) -> bool:
    """Whether a person writes the words that all members agree to: she coordinates a community, not only an edition."""
    return Circle.objects.run_by(member, at=at).filter(kind=Circle.Kind.COMMUNITY).exists()


def check_can_write_terms(member: Member, *, at: datetime) -> None:
    """Raises PermissionDenied for everybody who coordinates no community."""
    if not can_write_terms(member, at=at):
        raise PermissionDenied(_("Only coordinators of a community write the terms."))


def check_can_write_to(circle: Circle, *, by: Member, at: datetime) -> None:
    """Coordinators write to the people of their circles.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    if not Circle.objects.run_by(by, at=at).filter(pk=circle.pk).exists():
        raise PermissionDenied(_("Only its coordinators write to this group."))


def check_can_change_membership(membership: Membership, *, by: Member, at: datetime) -> None:
    """The member herself, and the coordinators of the community, pause and end a membership.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    if membership.member_id == by.pk:
        return
    if not Membership.objects.run_by(by, at=at).filter(pk=membership.pk).exists():
        raise PermissionDenied(_("Only coordinators of this community change its memberships."))


def check_can_import(community: Community, *, by: Member, at: datetime) -> None:
    """Coordinators bring people into their communities.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    if not Circle.objects.run_by(by, at=at).filter(pk=community.circle_id).exists():
        raise PermissionDenied(_("Only coordinators of this community bring people into it."))


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session was opened or confirmed with a one-time code or a passkey. The demo asks for none."""
    if settings.DEMO:
        return True
    if request.session.get(SECOND_FACTOR_PROVED) == str(request.user.pk):
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def proved_lately(request: HttpRequest, *, at: datetime) -> bool:
    """Whether this session proved who it is, by any means, within `ACCOUNT_REAUTHENTICATION_TIMEOUT` seconds.

    The demo asks nobody.
    """
    if settings.DEMO:
        return True
    records = get_authentication_records(request, request.user)
    latest = max((record.get("at", 0) for record in records), default=0)
    return bool(at.timestamp() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def owns_second_factor(member: Member) -> bool:
    """Whether the person has set up a one-time code or a passkey."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return Authenticator.objects.filter(user=member, type__in=kinds).exists()


def check_can_decide(application: Application, *, by: Member, at: datetime) -> None:
    """A coordinator of the community decides, but never on her own application.

    Raises:
        PermissionDenied: with a sentence for the reader.
    """
    if not Application.objects.visible_to(by, at=at).filter(pk=application.pk).exists():
        raise PermissionDenied(_("Only coordinators of this community decide on its applications."))
    if is_own(application, by=by):
        raise PermissionDenied(_("Nobody decides on her or his own application."))


def is_own(application: Application, *, by: Member) -> bool:
    return bool(by.email and by.email == application.email)


def can_decide(application: Application, *, by: Member, at: datetime) -> bool:
    try:
        check_can_decide(application, by=by, at=at)
    except PermissionDenied:
        return False
    return True
