"""From an event to the words and calendar entry that one person gets about it."""

from datetime import datetime
from email.utils import parseaddr
from uuid import uuid5

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from events.models import Event
from forestallies.lib import ical, links, zones
from members.models import Member

ORGANIZER_NAME = "Forest Allies"


def calendar_for(event: Event, member: Member, *, method: ical.Method, at: datetime, join: str = "") -> bytes:
    """Write the calendar entry of one event for one person, in her language, with her hour in its description.

    Args:
        method: REQUEST invites or updates, CANCEL withdraws. Downloads and feeds come from `events.agenda`.
        at: the instant of writing.
        join: her personal link to the join page; only where nobody else reads it.
    """
    return ical.calendar([entry_for(event, member, join=join)], method=method, stamp=at)


def entry_for(
    event: Event,
    member: Member,
    *,
    join: str = "",
    summary: str = "",
    tentative: bool = False,
    changed_at: datetime | None = None,
) -> ical.Entry:
    """Say an event as a calendar entry for one person; the address in it is the portal's own page. Asks no database.

    Args:
        join: her personal link to the join page, which works without signing in; without it the address is the event's.
        summary: the words in her calendar; the event's title by default.
        tentative: her place is not sure.
        changed_at: since when all this has been so; for feeds.
    """
    with translation.override(member.language):
        page = links.absolute(event.get_absolute_url())
        lines = [str(zones.local(event.starts_at, member.zone)), event.country_line()]
        if join:
            lines += [_("Join from 20 minutes before the start: %s") % join, _("The page of the event: %s") % page]
        else:
            lines.append(_("Page and joining: %s") % page)
        return ical.Entry(
            uid=calendar_uid(event, member),
            sequence=event.sequence,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            summary=summary or event.title,
            description="\n".join(line for line in lines if line),
            url=join or page,
            organizer_name=ORGANIZER_NAME,
            organizer_address=sender_address(),
            attendee_name=member.name,
            attendee_address=member.email or "",
            status=_status(event, tentative),
            changed_at=changed_at,
        )


def calendar_uid(event: Event, member: Member) -> str:
    """Name the entry of one event in one person's calendar: the same for life in mails, downloads and her feed.

    Of its own for each person, because two of them may share a mailbox: with one name for both, withdrawing one would
    take the other's entry away. It tells neither who she is nor that two entries are of one event.
    """
    return f"event-{uuid5(event.uid, str(member.pk))}@{settings.SITE_HOST}"


def _status(event: Event, tentative: bool) -> ical.Status:
    if event.state == Event.State.CANCELLED:
        return "CANCELLED"
    return "TENTATIVE" if tentative else "CONFIRMED"


def sender_address() -> str:
    """The bare address that the portal's mails come from; calendars update in place only when it is the organiser's."""

    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
