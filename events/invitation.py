"""From an event to the words and calendar entry that one person gets about it."""

from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from events.models import Event
from forestallies.lib import ical, links, zones
from members.models import Member

ORGANIZER_NAME = "Forest Allies"


def calendar_for(event: Event, member: Member, *, method: ical.Method, at: datetime) -> bytes:
    """Write the calendar entry of one event for one person, in her language, with her hour in its description.

    Args:
        method: REQUEST invites or updates, CANCEL withdraws, PUBLISH is for the download.
        at: the instant of writing.
    """
    return ical.calendar([entry_for(event, member)], method=method, stamp=at)


def entry_for(event: Event, member: Member) -> ical.Entry:
    """Say an event as a calendar entry for one person; the address in it is the portal's own page."""
    with translation.override(member.language):
        page = links.absolute(event.get_absolute_url())
        lines = [str(zones.local(event.starts_at, member.zone)), event.country_line(), _("Page and joining: %s") % page]
        return ical.Entry(
            uid=event.calendar_uid(),
            sequence=event.sequence,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            summary=event.title,
            description="\n".join(line for line in lines if line),
            url=page,
            organizer_name=ORGANIZER_NAME,
            organizer_address=sender_address(),
            attendee_name=member.name,
            attendee_address=member.email or "",
            cancelled=event.state == Event.State.CANCELLED,
        )


def sender_address() -> str:
    """The bare address that the portal's mails come from; calendars update in place only when it is the organiser's."""

    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
