"""What a report is about: an edition with its sessions, or a gathering or a whole community with its workshops."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet
from modeltranslation.utils import build_localized_fieldname

from events.models import Event, Question
from members.models import Circle, Community, Member
from programs.models import Edition, Session
from workshops.models import Gathering, Workshop

Subject = Edition | Gathering | Community
HELD = (Event.State.SCHEDULED, Event.State.CLOSED)  # drafts and cancelled ones are in no report


class UnknownScope(Exception):
    """There is no such edition, gathering or community, or it is not the reader's to report on."""


@dataclass(frozen=True)
class Occasion:
    """One session or workshop of a scope.

    Attributes:
        series: slug of its edition or gathering.
        number: of the session; of a workshop its place in the gathering, from 1, as they start.
        title: in the portal's first language, so that files of different people agree.
        label: the title in the reader's language.
        heading: of its column in the matrix: `s04`, `w02`, in a community `autumn_2026_w02`.
    """

    event_id: int
    series: str
    number: int
    title: str
    label: str
    heading: str
    wall_date: date
    starts_at: datetime
    minutes: int


@dataclass(frozen=True)
class Scope:
    """An edition, a gathering or a community, with what took or takes place in it, in order.

    Attributes:
        tells_needs: it is read by somebody who coordinates it, so her file may say what people need to take part.
        questions: what its events ask whoever registers, where a report wants to know.
    """

    kind: str
    subject: Subject
    occasions: tuple[Occasion, ...]
    tells_needs: bool = False
    questions: tuple[Question, ...] = ()

    @property
    def edition(self) -> Edition | None:
        return self.subject if isinstance(self.subject, Edition) else None

    @property
    def community_id(self) -> int | None:
        """The community whose memberships say who somebody is; None for an edition, where the enrolment does."""
        if isinstance(self.subject, Gathering):
            return self.subject.community_id
        return self.subject.pk if isinstance(self.subject, Community) else None

    @property
    def event_ids(self) -> list[int]:
        return [occasion.event_id for occasion in self.occasions]

    def last_day(self, today: date) -> date:
        """The day that says in which organisation somebody is: today, or the last day of what is over."""
        return today if isinstance(self.subject, Community) else min(self.subject.ends_on, today)


KINDS = ("edition", "gathering", "community")


def editions(member: Member, *, at: datetime) -> QuerySet[Edition]:
    """Editions that a person may report on: those she coordinates.

    A report tells gender, age and organisation. Facilitators see names, on the attendance page of their own sessions;
    no file is made for them in this step.
    """
    return Edition.objects.filter(circle__in=Circle.objects.run_by(member, at=at))


def gatherings(member: Member, *, at: datetime) -> QuerySet[Gathering]:
    """Gatherings of the communities that a person coordinates."""
    return Gathering.objects.filter(community__circle__in=Circle.objects.run_by(member, at=at))


def communities(member: Member, *, at: datetime) -> QuerySet[Community]:
    """Communities that a person coordinates."""
    return Community.objects.filter(circle__in=Circle.objects.run_by(member, at=at)).order_by("slug")


def find(kind: str, slug: str, *, member: Member | None, at: datetime) -> Scope:
    """Load what a report is about, with its sessions or workshops, in two queries.

    Args:
        kind: edition, gathering or community.
        member: who reads; None for the portal itself, which may read everything.

    Raises:
        UnknownScope: there is none of that name for this reader.
    """
    subject: Subject | None
    match kind:
        case "edition":
            mine = editions(member, at=at) if member else Edition.objects.all()
            subject = mine.filter(slug=slug).first()
        case "gathering":
            held = gatherings(member, at=at) if member else Gathering.objects.all()
            subject = held.filter(slug=slug).first()
        case "community":
            run = communities(member, at=at) if member else Community.objects.all()
            subject = run.filter(slug=slug).first()
        case _:
            subject = None
    if subject is None:
        raise UnknownScope(f"There is no {kind} {slug!r}.")
    return Scope(kind, subject, tuple(_occasions(subject)), tells_needs=member is not None)


def _occasions(subject: Subject) -> Iterable[Occasion]:
    if isinstance(subject, Edition):
        sessions = Session.objects.filter(edition=subject, state__in=HELD).order_by("number", "pk")
        return [_occasion(row, subject.slug, row.number, f"s{row.number:02}") for row in sessions]
    if isinstance(subject, Gathering):
        return _workshops(Workshop.objects.filter(gathering=subject))
    return _workshops(Workshop.objects.filter(gathering__community=subject), named_by_gathering=True)


def _workshops(rows: QuerySet[Workshop], *, named_by_gathering: bool = False) -> Iterable[Occasion]:
    """Number the workshops of each gathering as they start."""
    numbers: dict[int, int] = {}
    for row in rows.filter(state__in=HELD).select_related("gathering").order_by("starts_at", "pk"):
        number = numbers[row.gathering_id] = numbers.get(row.gathering_id, 0) + 1
        slug = row.gathering.slug
        prefix = f"{slug.replace('-', '_')}_" if named_by_gathering else ""
        yield _occasion(row, slug, number, f"{prefix}w{number:02}")


def _occasion(event: Event, series: str, number: int, heading: str) -> Occasion:
    first_language = build_localized_fieldname("title", settings.MODELTRANSLATION_DEFAULT_LANGUAGE)
    return Occasion(
        event_id=event.pk,
        series=series,
        number=number,
        title=getattr(event, first_language) or event.title,
        label=event.title,
        heading=heading,
        wall_date=event.wall_date,
        starts_at=event.starts_at,
        minutes=event.minutes,
    )
