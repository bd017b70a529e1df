"""Pages behind signed links about events."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from members.personal import answer_for, kept_apart

__all__ = ["answer_for", "unknown_link"]


def unknown_link(request: HttpRequest) -> HttpResponse:
    """Say that a link opens nothing (404): cut off, made up, or of somebody whose account is closed."""
    return kept_apart(render(request, "events/place_unknown.html", status=404), translation.get_language() or "en")
