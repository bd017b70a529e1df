"""What the team reads of the roles of one event: who is asked for what, who answered, and what is still missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events import attendance, role_emails
from events.actions.roles import BETWEEN_MAILS
from events.attendance import FEWEST_LETTERS, FOUND_AT_MOST
from events.models import Event, Role
from events.policies import homes_to_schedule
from events.role_words import channel_words, language_word
from forestallies.lib.database import Fold
from members.models import Grant, Member

Kind, State = Role.Kind, Role.State
PAIR = 2  # interpreters take turns
HEADINGS: dict[str, str | Promise] = {
    Kind.FACILITATOR: gettext_lazy("Facilitators"),
    Kind.CO_FACILITATOR: gettext_lazy("Co-facilitators"),
    Kind.SPEAKER: gettext_lazy("Guest speakers"),
    Kind.INTERPRETER: gettext_lazy("Interpreters"),
}


@dataclass(frozen=True)
class Line:
    """One role; `asked_at` is when she was last written to for her answer."""

    role: Role
    asked_at: datetime | None
    may_remind: bool


@dataclass(frozen=True)
class Group:
    """The roles of one kind, or of one channel of interpretation, that stand or wait for somebody else.

    Attributes:
        warning: what is missing, as a sentence; empty when nothing is.
    """

    kind: str
    channel: str
    heading: str
    lines: Sequence[Line]
    warning: str = ""


@dataclass(frozen=True)
class Board:
    """All roles of an event: the present ones by kind and channel, and those given to others or withdrawn."""

    groups: Sequence[Group]
    gone: Sequence[Role]
    invited: int
    accepted: int
    declined: int
    minutes: int

    @property
    def warnings(self) -> list[str]:
        return [group.warning for group in self.groups if group.warning]


def board(event: Event, *, at: datetime) -> Board:
    """Read the roles of an event with all that is shown of them, in two queries however many they are."""
    rows = Role.objects.filter(event=event).select_related("member", "replaced_by__member")
    found = list(rows.order_by(Fold("member__name"), "pk"))
    asked = role_emails.last_asked([role for role in found if role.state == State.INVITED])
    lines = [_line(role, event, asked.get(role.pk), at) for role in found if role.state != State.REPLACED]
    kinds = (Kind.FACILITATOR, Kind.CO_FACILITATOR, Kind.SPEAKER)
    groups = [Group(kind, "", str(HEADINGS[kind]), _of(lines, kind)) for kind in kinds]
    groups += [_channel(event, channel, _of(lines, Kind.INTERPRETER, channel)) for channel in _channels(event, lines)]
    states = [line.role.state for line in lines]
    return Board(
        groups=groups,
        gone=[role for role in found if role.state == State.REPLACED],
        invited=states.count(State.INVITED),
        accepted=states.count(State.ACCEPTED),
        declined=states.count(State.DECLINED),
        minutes=sum(line.role.minutes_worked or 0 for line in lines),
    )


def people_to_ask(event: Event, *, by: Member, at: datetime) -> QuerySet[Member]:
    """Whom a person may find by name for a part: the audience, the team of the home, and who has had a part before.

    "Before" is in events of the homes where she schedules. Everybody else is invited by her address.
    """
    homes = homes_to_schedule(by, at=at)
    audience = attendance.invited(event, at=at).values("pk")
    team = Grant.objects.current(at).filter(right__in=Grant.STAFF, circle__in=[event.home_id, event.home.parent_id])
    helped = Role.objects.filter(event__home__in=homes, member=OuterRef("pk"))
    rows = Member.objects.active().filter(Q(pk__in=audience) | Q(pk__in=team.values("member")) | Exists(helped))
    return rows.order_by(Fold("name"), "pk")


def found(event: Event, name: str, *, by: Member, at: datetime) -> list[Member]:
    """Those of `people_to_ask` with this part of a name, a few at most; fewer than three letters find nobody."""
    if len(name) < FEWEST_LETTERS:
        return []
    people = people_to_ask(event, by=by, at=at).annotate(folded=Fold("name"))
    return list(people.filter(folded__contains=Fold(Value(name)))[:FOUND_AT_MOST])


def _line(role: Role, event: Event, asked_at: datetime | None, at: datetime) -> Line:
    waits = role.state == State.INVITED and event.state == Event.State.SCHEDULED and event.starts_at > at
    rested = asked_at is None or asked_at <= at - BETWEEN_MAILS
    return Line(role, asked_at, may_remind=bool(waits and rested and role.member.email))


def _of(lines: Iterable[Line], kind: str, channel: str = "") -> list[Line]:
    """The lines of a kind and channel: who said yes first, then who was asked, then who said no."""
    order = [State.ACCEPTED, State.INVITED, State.DECLINED]
    mine = [line for line in lines if (line.role.kind, line.role.channel) == (kind, channel)]
    return sorted(mine, key=lambda line: order.index(State(line.role.state)))


def _channels(event: Event, lines: Iterable[Line]) -> list[str]:
    """The event's channels, and those of other interpreters all the same."""
    others = {line.role.channel for line in lines if line.role.kind == Kind.INTERPRETER} - set(event.interpretation)
    return [*event.interpretation, *sorted(others)]


def _channel(event: Event, channel: str, lines: Sequence[Line]) -> Group:
    warning = ""
    if channel in event.interpretation:
        warning = _missing(channel, sum(line.role.stands for line in lines))
    heading = (
        f"{HEADINGS[Kind.INTERPRETER]}: {channel_words(event, channel)}" if channel else HEADINGS[Kind.INTERPRETER]
    )
    return Group(Kind.INTERPRETER, channel, str(heading), lines, warning)


def _missing(channel: str, standing: int) -> str:
    language = {"language": language_word(channel)}
    if not standing:
        return _("Nobody interprets into %(language)s yet.") % language
    if standing < PAIR:
        return _("Only one person interprets into %(language)s. Two take turns.") % language
    return ""
