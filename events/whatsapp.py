"""A text about an event for a WhatsApp group, which whoever leads one copies: in each of the portal's languages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.conf import settings
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from events.models import Event
from forestallies.lib import links, zones


@dataclass(frozen=True)
class Copy:
    """The text in one language.

    Attributes:
        link: opens WhatsApp with the text in it; the group is chosen there.
    """

    code: str
    language: str
    text: str
    link: str


def copies(event: Event, *, at: datetime) -> list[Copy]:
    """Give the text in every language; nothing of an event that is not announced, is called off or has begun."""
    if event.state != Event.State.SCHEDULED or event.starts_at <= at:
        return []
    return [_copy(event, code, capfirst(str(name))) for code, name in settings.LANGUAGES]


def _copy(event: Event, code: str, language: str) -> Copy:
    with translation.override(code):
        day = capfirst(zones.local(event.starts_at, event.zone).day)
        page = links.absolute(event.get_absolute_url())
        last = _("More, and your place in it, after signing in:")
        text = "\n".join([f"*{event.title}*", day, "", *_hours(event), "", last, page])
    return Copy(code, language, text, f"https://wa.me/?text={quote(text, safe='')}")


def _hours(event: Event) -> Iterator[str]:
    """One line for the countries that share a clock, as `08:00 Peru, Colombia (UTC−5)`; the day where it is another."""
    anchor = zones.local(event.starts_at, event.zone)
    if not event.countries:
        yield f"{anchor.clock} ({anchor.city}, {anchor.offset})"
    for entry in zones.country_times(event.starts_at, event.countries, event.zone):
        codes = [label.split()[0] for label in entry.countries]
        there = zones.local(event.starts_at, zones.COUNTRY_ZONES[codes[0]][0])
        names = ", ".join(zones.country_label(code) for code in codes)
        day = f", {there.day}" if there.day != anchor.day else ""
        yield f"{there.clock} {names} ({there.offset}{day})"
