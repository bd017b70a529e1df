"""Which messages a member gets: her choices, what she got lately, and the way out under every optional mail."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from forestallies.lib import clock
from forestallies.lib.limits import limited
from forestallies.lib.links import WrongLink
from jobs import submissions
from jobs.forms import SubmissionForm
from jobs.submissions import Result
from members import preferences
from members.actions.preferences import choose, turn
from members.forms.messages import MessagesForm
from members.models import Member
from members.personal import answer_for, kept_apart
from members.requests import MemberRequest
from notices import kinds, stopping
from notices.kinds import Kind
from notices.models import Notice

State = Notice.State
SHOWN = 50
# What is still queued is not shown: a new time may be taken back in silence until it is told.
LEFT = (State.SENT, State.SENDING, State.RETRY, State.FAILED, State.MISSED)


@dataclass(frozen=True)
class Line:
    """One message that a member got, or that could not reach her; its words are not shown again."""

    notice: Notice
    title: str
    moment: datetime


@require_http_methods(["GET", "HEAD", "POST"])
def my_messages(request: MemberRequest) -> HttpResponse:
    """Let a member choose which optional messages she gets, and show what she got lately."""
    at, member = clock.now(), request.user
    offered = preferences.offered_to(member, at=at)
    stopped = preferences.unwanted(member)
    initial = {"wanted": [kind.name for kind in offered if kind.name not in stopped]}
    form = MessagesForm(request.POST if request.method == "POST" else None, offered=offered, initial=initial)
    if request.method == "POST" and form.is_valid():
        wanted = set(form.cleaned_data["wanted"])

        def act() -> Result:
            return {"changed": sorted(choose(member=member, wanted=wanted, by=member, at=at))}

        submissions.once(key=form.cleaned_data["submission"], kind="messages", by=member, at=at, act=act)
        messages.success(request, _("Your choice is saved."))
        return redirect("my_messages")
    context = {"form": form, "lines": _lines(member), "shown": SHOWN}
    return render(request, "members/messages.html", context, status=422 if form.is_bound else 200)


def _lines(member: Member) -> list[Line]:
    """What she got lately, the latest first, in one query that leaves out the words themselves."""
    rows = Notice.objects.visible_to(member).filter(state__in=LEFT).defer("text", "html", "calendar", "facts")
    return [
        Line(row, row.subject or str(kinds.get(row.kind).label).capitalize(), row.finished_at or row.next_attempt_at)
        for row in rows.order_by("-created_at", "-id")[:SHOWN]
    ]


@csrf_exempt  # for the mail provider's own POST alone, which has no cookie; a reader's button is checked in `_page`
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("messages_stop", key="token")
def messages_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop one kind of optional messages for the person whom a link names, or let it come again.

    Opening the page changes nothing: mail programs look into links by themselves. The one click of RFC 8058 acts at
    once and is answered without a redirect; only who has the link can send it. The page keeps the portal's own
    Referrer-Policy, same-origin: without any, browsers would send its button from nowhere.
    """
    try:
        member_id, kind = stopping.read(token)
    except WrongLink:
        return _unknown(request)
    member = Member.objects.active().behind(member_id).first()
    if member is None:
        return _unknown(request)
    answer = _one_click if _is_one_click(request) else _page
    return answer_for(request, member, partial(answer, request, member, kind))


def _is_one_click(request: HttpRequest) -> bool:
    name, _separator, value = stopping.ONE_CLICK.partition("=")
    return request.method == "POST" and request.POST.get(name) == value


def _one_click(request: HttpRequest, member: Member, kind: Kind) -> HttpResponse:
    turn(member=member, kind=kind.name, wanted=False, by=member, at=clock.now())
    return _show(request, member, kind)


@csrf_protect
def _page(request: HttpRequest, member: Member, kind: Kind) -> HttpResponse:
    """Show the button that fits; pressed, it acts and leads back here."""
    if request.method != "POST":
        return _show(request, member, kind)
    form, wanted = SubmissionForm(request.POST), WANTED.get(request.POST.get("act", ""))
    if wanted is None or not form.is_valid():
        problem = _("That form was incomplete and nothing was changed. Please try again from this page.")
        return _show(request, member, kind, problem=problem, status=422)
    at = clock.now()

    def act() -> Result:
        return {"changed": turn(member=member, kind=kind.name, wanted=wanted, by=member, at=at)}

    key = form.cleaned_data["submission"]
    submissions.once(key=key, kind=f"messages:{member.pk}:{kind.name}:{wanted}", by=None, at=at, act=act)
    return redirect(request.path)


WANTED = {"stop": False, "again": True}


def _show(request: HttpRequest, member: Member, kind: Kind, *, problem: str = "", status: int = 200) -> HttpResponse:
    context = {"kind": kind, "wanted": preferences.wants(member, kind), "problem": problem}
    return render(request, "members/messages_stop.html", context, status=status)


def _unknown(request: HttpRequest) -> HttpResponse:
    page = render(request, "members/messages_unknown.html", status=404)
    return kept_apart(page, translation.get_language() or "en")
