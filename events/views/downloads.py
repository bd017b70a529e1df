"""Opening a material: signed in, or by the personal link of somebody who has a role."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from events import downloads
from events.models import Role
from events.places import ASSIGNMENT
from events.views.personal import unknown_link
from forestallies.lib import clock
from forestallies.lib.links import WrongLink
from members.requests import MemberRequest


@require_safe
def material_download(request: MemberRequest, material_id: int) -> HttpResponseBase:
    """Hand out what the reader may see: what is released to her circles, and all of events in which she has a part."""
    return downloads.answer(request, get_object_or_404(downloads.open_to(request.user, at=clock.now()), pk=material_id))


@login_not_required
@require_safe
def material_download_role(request: HttpRequest, token: str, material_id: int) -> HttpResponseBase:
    """Hand out a material of the one event in which the link's owner has a role, without signing in."""
    try:
        roles = Role.objects.standing().filter(pk=ASSIGNMENT.read(token), member__is_active=True)
    except WrongLink:
        return unknown_link(request)
    role = roles.first()
    if role is None:
        return unknown_link(request)
    return downloads.answer(request, get_object_or_404(downloads.open_to_role(role), pk=material_id))
