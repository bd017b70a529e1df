"""The door of the staff pages: a right, and a second factor."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from forestallies.lib import clock, kept, links
from members import policies
from members.models import Member
from members.requests import MemberRequest

View = Callable[..., HttpResponseBase]


def reader_is_staff(request: HttpRequest) -> bool:
    """Whether the reader holds a staff right now; asked of the database once per request."""
    return _standing(request).is_staff


def reader_is_member(request: HttpRequest) -> bool:
    """Whether the reader is an active member of a community; asked together with `reader_is_staff`."""
    return _standing(request).is_member


def _standing(request: HttpRequest) -> policies.Standing:
    known: policies.Standing | None = getattr(request, "standing", None)
    if known is None:
        user = getattr(request, "user", None)
        known = policies.standing_of(user, at=clock.now()) if isinstance(user, Member) else policies.Standing()
        request.standing = known  # type: ignore[attr-defined]  # kept for this request
    return known


def reader_coordinates(request: HttpRequest) -> bool:
    """Whether the reader coordinates anything right now; asked of the database once per request."""
    does: bool | None = getattr(request, "coordinates_anything", None)
    if does is None:
        user = getattr(request, "user", None)
        does = bool(
            user and user.is_authenticated and policies.coordinates_anything(cast("Member", user), at=clock.now())
        )
        request.coordinates_anything = does  # type: ignore[attr-defined]  # kept for this request
    return does


def check_reader_coordinates(request: HttpRequest) -> None:
    """Raises PermissionDenied for everybody who coordinates nothing."""
    if not reader_coordinates(request):
        raise PermissionDenied(_("This page is for coordinators."))


def check_reader_is_staff(request: HttpRequest) -> None:
    """Raises PermissionDenied for everybody who holds no staff right."""
    if not reader_is_staff(request):
        raise PermissionDenied(_("This page is for coordinators and facilitators."))


def staff_only(view: View) -> View:
    """Let coordinators and facilitators in who proved their second factor; send the others where they can do so."""

    @wraps(view)
    def wrapped(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        check_reader_is_staff(request)
        return ask_second_factor(request) or view(request, *args, **kwargs)

    return wrapped


def ask_second_factor(request: HttpRequest) -> HttpResponse | None:
    """Redirect to setting up or proving the second factor; None when this session has proved it.

    What was typed into a long form waits for her on its page (`forestallies.lib.kept`).
    """
    if policies.has_second_factor(request):
        return None
    kept.keep(request)
    owns_one = request.user.is_authenticated and policies.owns_second_factor(request.user)
    page = "mfa_reauthenticate" if owns_one else "mfa_activate_totp"
    return redirect(f"{reverse(page)}?{urlencode({'next': links.way_back(request) or reverse('my_page')})}")


def ask_again(request: HttpRequest, *, back: str) -> HttpResponse | None:
    """Redirect to confirming who one is, and from there to `back`; None when that was done a short while ago.

    For what should not happen at a desk left open: taking out the data of many people. The page that asks says so when
    `back` carries `then=download`.
    """
    if policies.proved_lately(request, at=clock.now()):
        return None
    owns_one = request.user.is_authenticated and policies.owns_second_factor(request.user)
    page = "mfa_reauthenticate" if owns_one else "account_reauthenticate"
    return redirect(f"{reverse(page)}?{urlencode({'next': back})}")
