"""What every page may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from members import staff


def portal(request: HttpRequest) -> dict[str, Any]:
    """Give the templates the portal's settings, and what the reader looks after (asked only when used)."""
    return {
        "DEMO": settings.DEMO,
        "SITE_URL": settings.SITE_URL,
        "CONTACT_EMAIL": settings.CONTACT_EMAIL,
        "ANSWER_DAYS": settings.APPLICATION_ANSWER_DAYS,
        "reader_is_staff": SimpleLazyObject(lambda: hasattr(request, "user") and staff.reader_is_staff(request)),
        "reader_is_member": SimpleLazyObject(lambda: staff.reader_is_member(request)),
        "reader_coordinates": SimpleLazyObject(lambda: staff.reader_coordinates(request)),
    }
