"""The frame of pages behind signed links: in the language and zone of the person the link was made for."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from members.models import Application, Member


def answer_for(request: HttpRequest, member: Member | Application, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer in the language and zone of a person, or of an applicant; search engines are kept out.

    A language chosen on this device comes before the one of her profile.
    """
    chosen = translation.get_language() if settings.LANGUAGE_COOKIE_NAME in request.COOKIES else None
    language = chosen or member.language
    with translation.override(language), timezone.override(ZoneInfo(member.zone)):
        return kept_apart(answer(), language)


def kept_apart(response: HttpResponse, language: str) -> HttpResponse:
    """Name the language of an answer, and keep search engines out."""
    response.headers["Content-Language"] = language
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
