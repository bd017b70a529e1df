"""Rate limits of the public pages: allauth's, whose counters live in Postgres through the cache."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def refusal(request: HttpRequest, action: str, *, key: str) -> HttpResponse | None:
    """Count a request; gives the answer 429 when one address, or one key, asks too often.

    Args:
        action: a key of the setting ACCOUNT_RATE_LIMITS.
        key: whose values a rate "per key" counts apart. Counters hold its hash only.
    """
    return ratelimit.consume_or_429(request, action=action, key=key, limit_get=True)


def limited(
    action: str, *, methods: tuple[str, ...] = ("GET", "HEAD", "POST"), key: str | None = None
) -> Callable[[View], View]:
    """Answer 429 when one address asks too often.

    Args:
        action: a key of the setting ACCOUNT_RATE_LIMITS.
        methods: only these requests are counted.
        key: the argument of the view, such as a token, whose values a rate "per key" counts apart. Counters hold its
            hash only.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            refusal = None
            if request.method in methods:  # allauth by itself would let every GET pass uncounted
                refusal = ratelimit.consume_or_429(
                    request, action=action, key=kwargs[key] if key else None, limit_get=True
                )
            return refusal or view(request, *args, **kwargs)

        return wrapped

    return decorate
