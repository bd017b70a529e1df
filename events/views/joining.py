"""The join page, and the step from it into the meeting: for members who are signed in, and behind the links of mails.

A form may not lead to another host (the content security policy holds that), so its answer is a page of the portal that
sends the browser on. That page is the only one that holds the meeting's address.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from events import check_in, joining
from events.actions import joining as coming_in
from events.forms.joining import CodeForm, JoinForm
from events.joining import Guest, JoinRefused
from events.models import Event, Registration, Role, Room
from events.phones import pieces
from events.places import FEEDBACK, JOIN, JOIN_ROLE
from events.views.personal import answer_for, unknown_link
from forestallies.lib import clock, zones
from forestallies.lib.limits import refusal as too_often
from forestallies.lib.links import WrongLink
from jobs import submissions
from jobs.submissions import Result
from members.requests import MemberRequest

Answer = Callable[[HttpRequest, Guest, "Address"], HttpResponse]


class SeeOther(HttpResponseRedirect):
    """The answer to a form that was taken: look there, with GET."""

    status_code = 303


@dataclass(frozen=True)
class Address:
    """One of the three addresses of a join page, by the name of its URL pattern and its argument."""

    name: str
    argument: int | str

    @property
    def page(self) -> str:
        return reverse(self.name, args=[self.argument])

    @property
    def go(self) -> str:
        return reverse(f"{self.name}_go", args=[self.argument])

    def feedback(self, guest: Guest) -> str:
        """Where she says what she thinks, signed in or by a link of her own; empty without a seat."""
        if self.name == "join_event":
            return reverse("feedback_event", args=[guest.event.pk])
        return reverse(FEEDBACK.name, args=[FEEDBACK.token(guest.seat.pk)]) if guest.seat else ""


# --- Three ways to each page ---


@require_http_methods(["GET", "HEAD", "POST"])
def join_event(request: MemberRequest, event_id: int) -> HttpResponse:
    """The join page of a member who is signed in."""
    return _signed_in(request, event_id, _page)


@require_safe
def join_event_go(request: MemberRequest, event_id: int) -> HttpResponse:
    return _signed_in(request, event_id, _go)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join_place(request: HttpRequest, token: str) -> HttpResponse:
    """The join page behind the link in the mail about a registration. The link of a closed account opens nothing."""
    return _by_link(request, _owner_of_seat(token), Address("join_place", token), _page)


@login_not_required
@never_cache
@require_safe
def join_place_go(request: HttpRequest, token: str) -> HttpResponse:
    return _by_link(request, _owner_of_seat(token), Address("join_place", token), _go)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join_role(request: HttpRequest, token: str) -> HttpResponse:
    """The join page behind the link in the mail about a role."""
    return _by_link(request, _holder_of_role(token), Address("join_role", token), _page)


@login_not_required
@never_cache
@require_safe
def join_role_go(request: HttpRequest, token: str) -> HttpResponse:
    return _by_link(request, _holder_of_role(token), Address("join_role", token), _go)


def _signed_in(request: MemberRequest, event_id: int, answer: Answer) -> HttpResponse:
    """Answer a member who may see the event; without a seat or a role she is led to its page, which says more."""
    event = get_object_or_404(Event.objects.visible_to(request.user, at=clock.now()), pk=event_id)
    guest = joining.guest_at(event, request.user)
    if not guest.is_admitted:
        messages.info(request, _("You need a place in this event to join it."))
        return redirect(event)
    return answer(request, guest, Address("join_event", event_id))


def _by_link(request: HttpRequest, owner: Registration | Role | None, address: Address, answer: Answer) -> HttpResponse:
    if owner is None:
        return unknown_link(request)
    guest = joining.guest_at(owner.event, owner.member)
    return answer_for(request, guest.member, partial(answer, request, guest, address))


def _owner_of_seat(token: str) -> Registration | None:
    """The registration that a link opens, if it opens any."""
    try:
        wanted = Registration.objects.behind(JOIN.read(token)).filter(member__is_active=True)
    except WrongLink:
        return None
    return wanted.select_related("event", "member").first()


def _holder_of_role(token: str) -> Role | None:
    """The role that a link opens, if it opens any."""
    try:
        wanted = Role.objects.filter(pk=JOIN_ROLE.read(token), member__is_active=True)
    except WrongLink:
        return None
    return wanted.select_related("event", "member").first()


# --- The join page ---


def _page(request: HttpRequest, guest: Guest, address: Address) -> HttpResponse:
    at = clock.now()
    if request.method == "POST" and request.POST.get("act") == "code":
        return _check_in(request, guest, address, at)
    if request.method == "POST":
        return _come_in(request, guest, address, at)
    return _show(request, guest, address, at)


def _come_in(request: HttpRequest, guest: Guest, address: Address, at: datetime) -> HttpResponse:
    """Write down that she comes in, and send her on to the meeting."""
    form = JoinForm(request.POST)
    if not form.is_valid():
        return _show(request, guest, address, at, form=form)
    said = form.cleaned_data

    def act() -> Result:
        joining.link_for(guest, joining.rooms_of(guest), said["room"])
        coming_in.click(guest=guest, people=said["people"], beside=said["companions"], by=guest.member, at=at)
        return {}

    try:
        kind = f"join:{guest.event.pk}"
        submissions.once(key=said["submission"], kind=kind, by=guest.member, at=at, act=act)
    except JoinRefused as refusal:
        form.add_error(None, str(refusal))
        return _show(request, guest, address, at, form=form)
    return SeeOther(f"{address.go}?room={said['room']}" if said["room"] else address.go)


def _check_in(request: HttpRequest, guest: Guest, address: Address, at: datetime) -> HttpResponse:
    """Take the check-in code; whoever tries too often waits."""
    if answer := too_often(request, "check_in", key=f"{guest.event.pk}:{guest.member.pk}"):
        return answer
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _show(request, guest, address, at, code_form=form)

    def act() -> Result:
        coming_in.redeem(guest=guest, typed=form.cleaned_data["code"], by=guest.member, at=at)
        return {}

    try:
        key, kind = form.cleaned_data["submission"], f"check_in:{guest.event.pk}"
        submissions.once(key=key, kind=kind, by=guest.member, at=at, act=act)
    except JoinRefused as refusal:
        form.add_error("code", str(refusal))
        return _show(request, guest, address, at, code_form=form)
    return SeeOther(f"{address.page}#check-in")


def _show(
    request: HttpRequest,
    guest: Guest,
    address: Address,
    at: datetime,
    *,
    form: JoinForm | None = None,
    code_form: CodeForm | None = None,
) -> HttpResponse:
    """Draw the page; with a form that has to be looked at again, its answer is 422."""
    door, zone = joining.door_for(guest, at=at), guest.member.zone
    context: dict[str, Any] = {
        **_around(guest),
        "door": door,
        "address": address,
        "ends": zones.local(guest.event.ends_at, zone),
        "opens": zones.local(joining.opens_at(guest), zone),
        "form": form or JoinForm(),
        "code_form": code_form or CodeForm(),
        "takes_codes": guest.is_admitted and check_in.takes_codes(guest.event, at),
        "traces": joining.traces_of(guest) if door in ("open", "over") else None,
        "feedback": address.feedback(guest) if joining.asks_for_feedback(guest, at=at) else "",
    }
    if door == "open":
        context |= _doors(guest, joining.rooms_of(guest))
    return render(request, "events/join.html", context, status=422 if form or code_form else 200)


def _around(guest: Guest) -> dict[str, Any]:
    """What both pages say of an event to one person."""
    event = guest.event
    return {
        "event": event,
        "guest": guest,
        "when": zones.local(event.starts_at, guest.member.zone),
        "dial_in": pieces(event.dial_in),
        "urgent_contact": pieces(event.urgent_contact),
    }


def _doors(guest: Guest, rooms: list[Room]) -> dict[str, Any]:
    """Which buttons lead in: one for the event, one for each room of hers that has a meeting of its own."""
    main = joining.way_in(guest.event.join_url)
    linked = [room for room in rooms if joining.way_in(room.join_url)]
    return {"has_main": bool(main), "rooms": rooms, "linked_rooms": linked, "has_way_in": bool(main or linked)}


# --- The step into the meeting ---


def _go(request: HttpRequest, guest: Guest, address: Address) -> HttpResponse:
    """Send her on to the meeting, who has just clicked to come in; anybody else to the join page."""
    at, room = clock.now(), request.GET.get("room", "")
    try:
        joining.check_may_enter(guest, at=at)
        room_id = int(room) if room.isascii() and room.isdigit() and len(room) < 19 else None
        link = joining.link_for(guest, joining.rooms_of(guest), room_id)
    except JoinRefused:
        return redirect(address.page)
    if not joining.traces_of(guest).clicked:
        return redirect(address.page)
    context = {**_around(guest), "address": address, "link": link}
    response = render(request, "events/join_go.html", context)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
