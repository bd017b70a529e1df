"""What every page may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from forestallies.lib import clock
from members import policies


def portal(request: HttpRequest) -> dict[str, Any]:
    """Give the templates the portal's settings, and what the reader looks after (asked only when used)."""

    def reader_is_staff() -> bool:
        user = getattr(request, "user", None)
        return bool(user and user.is_authenticated and policies.is_staff(user, at=clock.now()))

    def reader_coordinates() -> bool:
        user = getattr(request, "user", None)
        return bool(user and user.is_authenticated and policies.coordinates_anything(user, at=clock.now()))

    return {
        "DEMO": settings.DEMO,
        "CONTACT_EMAIL": settings.CONTACT_EMAIL,
        "ANSWER_DAYS": settings.APPLICATION_ANSWER_DAYS,
        "reader_is_staff": SimpleLazyObject(reader_is_staff),
        "reader_coordinates": SimpleLazyObject(reader_coordinates),
    }
