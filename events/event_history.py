"""The history of an event in words: every act that the audit remembers of it and of what belongs to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.models import Entry
from events import kinds
from events.models import Event, Role
from forestallies.lib import zones
from members.models import Member

PARTS = (
    "events.segment",
    "events.room",
    "events.roomnote",
    "events.material",
    "events.speakerquestion",
    "events.dispute",
)
# Who asks without a name must not be found by the hour either; who reports a mistake tells it to the coordinators only.
LEFT_OUT = ("speaker_question.asked", "dispute.reported")

WORDS = {
    "event.created": _("made the event"),
    "event.announced": _("announced the event"),
    "event.moved": _("moved the event"),
    "event.rederived": _("followed a change of the clocks"),
    "event.cancelled": _("cancelled the event"),
    "event.capacity_changed": _("changed the number of seats"),
    "event.reminders_changed": _("changed the reminders"),
    "event.questions_changed": _("changed the questions to those who register"),
    "attendance.marked": _("recorded attendance"),
    "dispute.upheld": _("corrected attendance after a report"),
    "dispute.declined": _("answered a report, and left attendance as it was"),
    "role.invited": _("invited somebody to a role"),
    "role.reminded": _("reminded somebody of an invitation"),
    "role.changed": _("changed what a role is about"),
    "role.accepted": _("accepted a role"),
    "role.declined": _("declined a role"),
    "role.replaced": _("gave a role to somebody else"),
    "role.withdrawn": _("withdrew a role"),
    "role.minutes_confirmed": _("confirmed hours worked"),
    "segment.added": _("added a row to the run of show"),
    "segment.changed": _("changed a row of the run of show"),
    "segment.moved": _("moved a row of the run of show"),
    "segment.removed": _("removed a row of the run of show"),
    "segments.copied": _("copied the run of show of another event"),
    "room.added": _("added a room"),
    "room.changed": _("changed a room"),
    "room.removed": _("removed a room"),
    "room.placed": _("put people into a room"),
    "rooms.filled": _("filled the rooms"),
    "rooms.left": _("took people out of their rooms"),
    "note.written": _("noted results"),
    "material.posted": _("posted a material"),
    "material.changed": _("changed a material"),
    "material.released": _("released a material"),
    "material.taken_back": _("took a material back"),
    "material.removed": _("removed a material"),
    "speaker_question.answered": _("marked a question as answered"),
    "speaker_question.hidden": _("hid a question"),
    "speaker_question.open": _("opened a question again"),
}


@dataclass(frozen=True)
class Line:
    """One act: when, by whom (empty: the portal itself), and what in words."""

    at: datetime
    who: str
    words: str
    detail: str


def entries(event: Event) -> QuerySet[Entry]:
    """The entries about an event, whichever of its tables they name, and about its parts; the latest first."""
    of_kind = kinds.of(event).model.replace("_", ".")
    own = Q(subject_type__in=["events.event", of_kind], subject_id=event.pk)
    own |= Q(subject_type="events.role", subject_id__in=Role.objects.filter(event=event).values("pk"))
    own |= Q(subject_type__in=PARTS, detail__event=event.pk)  # what was removed since is told of as well
    return Entry.objects.filter(own).exclude(verb__in=LEFT_OUT).order_by("-at", "-id")


def lines(page: Iterable[Entry], *, zone: str) -> list[Line]:
    """Say entries in words, with the names of those who acted, in one query; times of the event are said in `zone`."""
    shown = list(page)
    names = dict(Member.objects.filter(pk__in={one.actor_id for one in shown}).values_list("pk", "name"))
    return [Line(one.at, names.get(one.actor_id or 0, ""), _words(one), _detail(one, zone)) for one in shown]


def _words(entry: Entry) -> str:
    if entry.verb.endswith((".changed_in_admin", ".added_in_admin")):
        return str(_("edited the event"))
    return str(WORDS.get(entry.verb, entry.verb))


def _detail(entry: Entry, zone: str) -> str:
    """What an entry's numbers say, for those acts whose numbers say something to a reader."""
    detail = entry.detail
    match entry.verb:
        case "event.moved" | "event.rederived":
            return " → ".join(str(zones.local(_instant(detail[name][0]), zone)) for name in ("before", "after"))
        case "event.capacity_changed":
            return " → ".join("∞" if detail[name] is None else str(detail[name]) for name in ("before", "after"))
        case "event.cancelled":
            return ngettext("%(n)d person told", "%(n)d people told", detail["people"]) % {"n": detail["people"]}
        case "attendance.marked":
            return ngettext("%(n)d mark", "%(n)d marks", detail["changed"]) % {"n": detail["changed"]}
    return ""


def _instant(stamp: str) -> datetime:
    """Read an instant as the audit writes it."""
    return datetime.strptime(stamp, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
