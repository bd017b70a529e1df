"""A member's sessions as calendars read them: her feed, and the file of one event."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.invitation import entry_for
from events.models import Event, Registration, Role
from forestallies.lib import ical
from members.models import Member

BACK = timedelta(days=30)  # so long what is over stays in the feed, and so long what is cancelled is said to be
REFRESH = timedelta(hours=6)

# How a calendar shows an event in which the place is not sure.
UNSURE = {
    Registration.State.PENDING: gettext_lazy("Not yet approved: %(title)s"),
    Registration.State.WAITLISTED: gettext_lazy("Waiting list: %(title)s"),
    Registration.State.OFFERED: gettext_lazy("Place offered: %(title)s"),
}


@dataclass(frozen=True)
class Part:
    """What one event is to one person.

    Attributes:
        registration: hers if it stands, or None.
        roles: those of hers that stand.
    """

    registration: Registration | None = None
    roles: tuple[Role, ...] = ()

    @property
    def is_unsure(self) -> bool:
        """She waits or was only asked. Who has no part at all looks at the event itself, which is sure."""
        confirmed = self.registration is not None and self.registration.state == Registration.State.CONFIRMED
        accepted = any(role.state == Role.State.ACCEPTED for role in self.roles)
        return not confirmed and not accepted and bool(self.registration or self.roles)

    def summary(self, event: Event) -> str:
        """The title, with her roles after it and an unsure place before it, in the active language."""
        title = event.title
        if self.roles:
            kinds = dict.fromkeys(role.get_kind_display() for role in self.roles)
            title = f"{title} ({', '.join(kinds)})"
        if self.is_unsure and self.registration:
            title = str(UNSURE[Registration.State(self.registration.state)]) % {"title": title}
        return title

    def changed_at(self, event: Event) -> datetime:
        return max(event.updated_at, self.registration.state_since) if self.registration else event.updated_at


def feed_of(member: Member, *, at: datetime) -> bytes:
    """Write all of a member's sessions, from `BACK` on, in her language; in three queries however many there are.

    The same state of things gives the same bytes, whenever it is asked.
    """
    events = list(_hers(member, at=at))
    with translation.override(member.language):
        parts = _parts(events, member)
        entries = [
            _entry(event, member, parts[event.pk], changed_at=parts[event.pk].changed_at(event)) for event in events
        ]
        name = _("Forest Allies: my sessions")
    return ical.calendar(entries, method="PUBLISH", stamp=at, name=name, refresh=REFRESH)


def file_of(event: Event, member: Member, *, at: datetime) -> bytes:
    """Write one event as a file to download, in the reader's language, as her feed says it."""
    with translation.override(member.language):
        entry = _entry(event, member, _parts([event], member)[event.pk])
    return ical.calendar([entry], method="PUBLISH", stamp=at)


def _hers(member: Member, *, at: datetime) -> Iterable[Event]:
    registered = Registration.objects.standing().filter(member=member).values("event")
    helping = Role.objects.standing().filter(member=member).values("event")
    visible = Event.objects.visible_to(member, at=at).published().upcoming(at - BACK)
    return visible.filter(Q(pk__in=registered) | Q(pk__in=helping)).order_by("starts_at", "id")


def _entry(event: Event, member: Member, part: Part, *, changed_at: datetime | None = None) -> ical.Entry:
    return entry_for(event, member, summary=part.summary(event), tentative=part.is_unsure, changed_at=changed_at)


def _parts(events: list[Event], member: Member) -> dict[int, Part]:
    """What each of some events is to a member, in two queries."""
    ids = [event.pk for event in events]
    rows = Registration.objects.standing().filter(event__in=ids, member=member)
    registrations = {row.event_id: row for row in rows}
    roles: dict[int, list[Role]] = {}
    for role in Role.objects.standing().filter(event__in=ids, member=member).order_by("id"):
        roles.setdefault(role.event_id, []).append(role)
    return {pk: Part(registrations.get(pk), tuple(roles.get(pk, ()))) for pk in ids}
