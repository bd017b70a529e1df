"""Rate limits of the public pages: allauth's, whose counters live in Postgres through the cache."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

View = Callable[..., HttpResponse]


def limited(action: str, *, methods: tuple[str, ...] = ("GET", "POST")) -> Callable[[View], View]:
    """Answer 429 when one address asks too often.

    Args:
        action: a key of the setting ACCOUNT_RATE_LIMITS.
        methods: only these requests are counted.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in methods and not ratelimit.consume(request, action=action):
                return render(request, "429.html", status=429)
            return view(request, *args, **kwargs)

        return wrapped

    return decorate
