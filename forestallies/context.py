"""What every page may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from forestallies.lib import clock
from members import policies, staff


def portal(request: HttpRequest) -> dict[str, Any]:
    """Give the templates the portal's settings, and what the reader looks after (asked only when used)."""

    def reader_coordinates() -> bool:
        user = getattr(request, "user", None)
        return bool(user and user.is_authenticated and policies.coordinates_anything(user, at=clock.now()))

    return {
        "DEMO": settings.DEMO,
        "CONTACT_EMAIL": settings.CONTACT_EMAIL,
        "ANSWER_DAYS": settings.APPLICATION_ANSWER_DAYS,
        "reader_is_staff": SimpleLazyObject(lambda: hasattr(request, "user") and staff.reader_is_staff(request)),
        "reader_coordinates": SimpleLazyObject(reader_coordinates),
    }
