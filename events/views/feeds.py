"""A member's calendar: the page where she gets its private address, and what calendar programs read there."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events import feeds
from events.agenda import feed_of
from events.models import CalendarFeed
from forestallies.lib import clock, links
from forestallies.lib.limits import limited
from jobs import submissions
from jobs.forms import SubmissionForm
from members.requests import MemberRequest

TOKEN = "new_calendar_token"  # noqa: S105 (the name under which a session hands it to the next page, once)


@require_safe
def my_calendar(request: MemberRequest) -> HttpResponse:
    """Tell how to get one's sessions into one's calendar program; a private address is shown once, when just made."""
    feed = CalendarFeed.objects.filter(member=request.user).first()
    token = request.session.pop(TOKEN, "")
    address = ""
    if feed and token and feed.opens_with(token):
        address = links.absolute(reverse("calendar_feed", args=[token]))
    context = {"feed": feed, "address": address, "webcal": "webcal:" + address.partition(":")[2] if address else ""}
    return render(request, "events/my_calendar.html", context)


@require_POST
def calendar_address_renew(request: MemberRequest) -> HttpResponse:
    """Make a private address; an older one ends."""
    at = clock.now()
    form = SubmissionForm(request.POST)

    def act() -> dict[str, Any]:
        request.session[TOKEN] = feeds.renew(member=request.user, by=request.user, at=at)
        return {}

    if not form.is_valid():
        return _ask_again(request)
    key = form.cleaned_data["submission"]
    submissions.once(key=key, kind="calendar_address", by=request.user, at=at, act=act)
    return redirect("my_calendar")


@require_POST
def calendar_address_withdraw(request: MemberRequest) -> HttpResponse:
    """Let the private address end."""
    at = clock.now()
    form = SubmissionForm(request.POST)

    def act() -> dict[str, Any]:
        return {"ended": feeds.withdraw(member=request.user, by=request.user, at=at)}

    if not form.is_valid():
        return _ask_again(request)
    key = form.cleaned_data["submission"]
    submissions.once(key=key, kind="calendar_address_end", by=request.user, at=at, act=act)
    messages.success(request, _("Your private address has ended. Programs that used it show nothing new any more."))
    return redirect("my_calendar")


@login_not_required
@require_safe
@limited("calendar_feed", key="token")
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Give a member's sessions to whoever has her private address.

    Any address that is not one, or no longer, gets the same 404: a line of words, for it is a program that asks.
    """
    at = clock.now()
    feed = CalendarFeed.objects.behind(token).first()
    if feed is None:
        return HttpResponseNotFound(
            _("There is no calendar at this address."), content_type="text/plain; charset=utf-8"
        )
    body = feed_of(feed.member, at=at)
    content_hash, changed_at = feeds.was_read(feed, body=body, at=at)
    etag, changed = f'"{content_hash}"', int(changed_at.timestamp())
    headers = {
        "Content-Disposition": 'inline; filename="forest-allies.ics"',  # else a saved file is named by the token
        "Content-Language": feed.member.language,
        "ETag": etag,
        "Last-Modified": http_date(changed),
        "Cache-Control": "private, no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)
    answer = get_conditional_response(request, etag=etag, last_modified=changed, response=response)
    return answer if isinstance(answer, HttpResponse) else response


def _ask_again(request: MemberRequest) -> HttpResponse:
    """A form without its key was not drawn by the portal; nothing was done."""
    messages.error(request, _("That form was incomplete and nothing was changed. Please try again from this page."))
    return redirect("my_calendar")
