"""Tags and filters that the portal's templates share: words about time and place, and the hidden key of a form."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import uuid4

from django import template
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from events.models import Event
from forestallies import account_pages
from forestallies.account_pages import AccountGroup, AccountPage
from forestallies.lib import kept, languages, links, zones
from members.models import Member

register = template.Library()


@register.simple_tag
def submission_key() -> SafeString:
    """Draw the hidden field `submission` with a fresh key. Each form on a page needs one of its own."""
    return format_html('<input type="hidden" name="submission" value="{}">', uuid4())


@register.simple_tag(takes_context=True)
def keep_typed(context: Context) -> SafeString:
    """Draw the hidden field that keeps what is typed when the session ends: see `forestallies.lib.kept`."""
    return format_html('<input type="hidden" name="{}" value="{}">', kept.FIELD, kept.mark(context["request"].user.pk))


@register.simple_tag(takes_context=True)
def here(context: Context, *names: str) -> SafeString:
    """Mark a link as the current page when the request was answered by one of these URL names."""
    match = getattr(context.get("request"), "resolver_match", None)
    if match is None or match.url_name not in names:
        return mark_safe("")
    return mark_safe(' aria-current="page"')


@register.simple_tag(takes_context=True)
def here_in(context: Context, names: tuple[str, ...]) -> SafeString:
    """Like `here`, for names that are in a variable."""
    return here(context, *names)


@register.simple_tag
def account_groups() -> Sequence[AccountGroup]:
    """Give the pages of one's own account, in their groups."""
    return account_pages.GROUPS


@register.simple_tag(takes_context=True)
def account_page(context: Context) -> AccountPage | None:
    """Give the account page to which the present address belongs."""
    match = getattr(context.get("request"), "resolver_match", None)
    return account_pages.page_of(match.url_name) if match else None


@register.simple_tag(takes_context=True)
def here_in_account(context: Context) -> SafeString:
    """Like `here`, for every page of one's own account."""
    return here(context, *account_pages.NAMES)


@register.simple_tag
def date_span(first: date, last: date) -> str:
    """Say some days with their weekdays: `Tue, 1 Dec – Wed, 2 Dec 2026`; a single day in full."""
    return zones.days_in_words(first, last)


@register.filter
def long_day(day: date) -> str:
    """Say a day with its weekday: `Tuesday, 1 December 2026`."""
    return zones.full_day(day)


@register.filter
def day(moment: date) -> str:
    """Say a day without its weekday, `1 December 2026`; of an instant the day in the reader's own zone."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(timezone.get_current_timezone())
    return zones.day_in_words(moment, "long")


@register.filter
def local_time(instant: datetime) -> zones.LocalTime:
    """Say an instant in the reader's own zone, which the middleware has made the current one."""
    return zones.local(instant, timezone.get_current_timezone_name())


@register.filter
def when_for(event: Event, reader: Member | AnonymousUser) -> zones.LocalTime:
    """Say an event's start in the reader's own zone; to somebody who is not signed in, in the event's own."""
    return zones.local(event.starts_at, reader.zone if isinstance(reader, Member) else event.zone)


@register.filter
def zone_city(zone: str) -> str:
    """Name a zone as people know it: of `America/Sao_Paulo` the city, São Paulo."""
    return zones.city(zone)


@register.filter
def date_in(instant: datetime, zone: str) -> str:
    """Say an instant in a given zone, for people who have no account: weekday, date, hour, city and offset."""
    return str(zones.local(instant, zone))


@register.filter
def duration(minutes: int) -> str:
    """Say a length of time: `45 min`, `2 h`, `1 h 30 min`."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": rest}
    if not rest:
        return _("%(hours)d h") % {"hours": hours}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}


@register.filter
def own_name(code: str) -> str:
    """Name a language in itself by one word: `Português`; the portal has each language once."""
    return str(get_language_info(code)["name_local"].split()[0]).capitalize()


@register.filter
def language_word(code: str) -> str:
    """Name one of the portal's languages in the reader's: `Spanish`."""
    return str(dict(settings.LANGUAGES).get(code, code))


@register.filter
def spoken(codes: Sequence[str]) -> str:
    """Name the languages somebody speaks, in the reader's: `English, Quechua`."""
    return languages.in_words(codes)


@register.filter
def said(problem: str) -> str:
    """Why a message was not sent: the portal's own reason in the reader's language, a server's words as they came."""
    return links.hide(_(problem)) if problem else ""


@register.filter
def country_name(label: str) -> str:
    """Name the country of an entry in a country line, keeping its city: `BR (São Paulo)` is Brazil (São Paulo)."""
    return zones.country_name(label[:2]) + label[2:]


@register.filter
def country_times(event: Event) -> list[zones.CountryTime]:
    """The event's start on the clocks of its countries, earliest clock first. Asks no database."""
    return zones.country_times(event.starts_at, event.countries, event.zone)
