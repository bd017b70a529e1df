"""What holds for every request: refused input, the busy page, the reader's language and zone, no shared caches."""

import zoneinfo
from collections.abc import Callable, Iterator

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from psycopg2 import errors

from forestallies.lib import clock, kept, links
from members import policies, visits
from members.actions import sessions
from members.models import Member

View = Callable[[HttpRequest], HttpResponse]

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
BUSY = (errors.LockNotAvailable, errors.QueryCanceled, errors.DeadlockDetected)


def refuse_unprintable_input(get_response: View) -> View:
    """Answer 400 to a NUL character in any part of a request: no text needs it and Postgres stores none."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if any("\x00" in part for part in _parts(request)):
            return render(request, "400.html", status=400)
        return get_response(request)

    return middleware


def _parts(request: HttpRequest) -> Iterator[str]:
    yield request.path_info
    yield from (value for name, value in request.META.items() if name.startswith("HTTP_"))
    yield from request.COOKIES.values()
    for fields in (request.GET, request.POST):
        for name, values in fields.lists():
            yield name
            yield from values
    for _field, uploads in request.FILES.lists():
        yield from (upload.name or "" for upload in uploads)


def answer_busy(get_response: View) -> View:
    """Answer 503 with "busy, try again" when a lock or a statement took too long. Nothing was changed by then."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError) and isinstance(exception.__cause__, BUSY):
            response = render(request, "503.html", status=503)
            response.headers["Retry-After"] = "5"
            return response
        return None

    middleware.process_exception = process_exception  # type: ignore[attr-defined]  # how Django finds it
    return middleware


class SignInFirst(LoginRequiredMiddleware):
    """Send anonymous visitors to sign in, and from there back to a page.

    Whoever pressed a button after her session had ended comes back to the page with that button: after signing in, the
    button's own address could only be opened, which it answers with 405. What she typed into a long form waits there
    (`forestallies.lib.kept`).
    """

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        if request.method in SAFE_METHODS:
            return super().handle_no_permission(request, view_func)
        kept.keep(request)
        return redirect_to_login(links.way_back(request), self.get_login_url(view_func))


def use_members_language_and_zone(get_response: View) -> View:
    """Speak a signed-in member's language and show her zone; a language chosen on this device comes first."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return get_response(request)
        language = request.user.language
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        with timezone.override(zoneinfo.ZoneInfo(request.user.zone)):
            response = get_response(request)
        response.headers["Content-Language"] = translation.get_language() or language
        return response

    return middleware


def note_the_day(get_response: View) -> View:
    """Write down the day on which a signed-in person was here; one statement a day for each."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, Member):
            visits.note(request.user, at=clock.now())
        return get_response(request)

    return middleware


def keep_private_pages_uncached(get_response: View) -> View:
    """Forbid every cache to keep what a signed-in person sees."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response.headers:
            add_never_cache_headers(response)
            patch_cache_control(response, no_store=True, private=True)
        return response

    return middleware


def ask_fresh_code(get_response: View) -> View:
    """Let nobody take an account over through a telephone left open whose owner signs in by mailed codes.

    allauth asks for a password or a second factor before it changes what signs in; who has neither would be asked for
    nothing. She signs in anew with a code, unless she did so a short while ago.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(
        request: HttpRequest, _view: Callable[..., HttpResponse], _args: object, _kwargs: object
    ) -> HttpResponse | None:
        name = request.resolver_match.url_name if request.resolver_match else ""
        changes = (name == "account_email" and "action_add" in request.POST) or name == "account_set_password"
        if not changes or request.method != "POST" or not request.user.is_authenticated:
            return None
        owns_proof = request.user.has_usable_password() or policies.owns_second_factor(request.user)
        if owns_proof or policies.proved_lately(request, at=clock.now()):
            return None
        page = f"{reverse('account_request_login_code')}?{urlencode({'next': request.path})}"
        logout(request)
        messages.info(request, _("Please sign in once more with a code: what comes next touches your sign-in."))
        return redirect(page)

    middleware.process_view = process_view  # type: ignore[attr-defined]  # how Django finds it
    return middleware


def note_sessions(get_response: View) -> View:
    """Keep the list of one's sessions in step: when this one was last seen, to a quarter of an hour."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            at = clock.now()
            if sessions.is_stale(request, at=at):
                sessions.note(request=request, member=request.user, at=at)
        return get_response(request)

    return middleware
