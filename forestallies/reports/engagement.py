"""Engagement: how many members of a community are core, active, peripheral or dormant, quarter by quarter.

The rule (reports.md 7.5), for everybody who was a member on the last day of a quarter (today, for the running one):

* core: led or wrote at least two things in the quarter;
* active: came to at least half of the events of the quarter for which her attendance is on record, or gave one thing;
* peripheral: neither, but a sign of her within the 120 days before the end of the quarter;
* dormant: no sign of her in those 120 days.

Nobody is named anywhere: one statement counts, and only counts come out of the database. What people open and read is
not watched, so it is no sign; signing in leaves its last date only and would rewrite the past, so it is none either.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Case, CharField, DateTimeField, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.models import Attendance, AttendanceEvidence, Event, Registration, Role, RoomNote, Source, SpeakerQuestion
from members.models import Community, Confidence, ContactRequest, Introduction, Listing, Partnership
from workshops.models import GroupNote

CORE, ACTIVE, PERIPHERAL, DORMANT = "core", "active", "peripheral", "dormant"
BANDS: dict[str, str | Promise] = {
    CORE: _("core"),
    ACTIVE: _("active"),
    PERIPHERAL: _("peripheral"),
    DORMANT: _("dormant"),
}
LED_FOR_CORE = 2
QUIET = timedelta(days=120)
SHOWN = 8  # quarters

LED, GAVE, CAME, PARTLY, MISSED, SIGN = "led", "gave", "came", "partly", "missed", "sign"
LEADS = (*Role.LEADING, Role.Kind.SPEAKER)
CLICKS = (Source.JOIN_CLICK, Source.CODE)
TOOK_PLACE = (Event.State.SCHEDULED, Event.State.CLOSED)
Status = Attendance.Status


class Quarter(NamedTuple):
    """A quarter of a calendar year, by UTC."""

    year: int
    number: int

    @classmethod
    def of(cls, at: datetime) -> "Quarter":
        there = at.astimezone(UTC)
        return cls(there.year, (there.month + 2) // 3)

    @property
    def starts_at(self) -> datetime:
        return datetime(self.year, 3 * self.number - 2, 1, tzinfo=UTC)

    @property
    def ends_at(self) -> datetime:
        return self.after.starts_at

    @property
    def last_day(self) -> date:
        return (self.ends_at - timedelta(days=1)).date()

    @property
    def before(self) -> "Quarter":
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)

    @property
    def after(self) -> "Quarter":
        return Quarter(self.year, self.number + 1) if self.number < 4 else Quarter(self.year + 1, 1)

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"


@dataclass(frozen=True)
class Distribution:
    """How many members were in each band at the end of a quarter; `is_running` when that is today."""

    quarter: Quarter
    numbers: dict[str, int]
    is_running: bool

    @property
    def total(self) -> int:
        return sum(self.numbers.values())

    def share(self, band: str) -> int:
        """Per cent of the members, rounded."""
        return round(100 * self.numbers[band] / self.total) if self.total else 0


def _held(community: Community, at: datetime, prefix: str = "event__") -> Q:
    """Events of the community and of the circles inside it that took place."""
    home = Q(**{f"{prefix}home": community.circle_id}) | Q(**{f"{prefix}home__parent": community.circle_id})
    return home & Q(**{f"{prefix}state__in": TOOK_PLACE, f"{prefix}ends_at__lte": at})


def _of(community: Community, prefix: str = "event__") -> Q:
    return Q(**{f"{prefix}home": community.circle_id}) | Q(**{f"{prefix}home__parent": community.circle_id})


def _signs(found: QuerySet[Any], weight: Any, *, member: str = "member_id", when: str = "created_at") -> QuerySet[Any]:
    """Bring rows into the three columns of a sign: of whom, when, and what it weighs."""
    # Not the query set of a translated model, which gives its columns in any order.
    plain: QuerySet[Any, Any] = QuerySet(found.model, query=found.query.chain())
    said = Value(weight, CharField()) if isinstance(weight, str) else weight
    columns = {"sign_member": F(member), "sign_at": Cast(F(when), DateTimeField()), "sign_weight": said}
    return plain.order_by().annotate(**columns).values_list(*columns)


_STATUS_WEIGHT = Case(
    When(status__in=[Status.ATTENDED, Status.MADE_UP], then=Value(CAME)),
    When(status=Status.PARTIAL, then=Value(PARTLY)),
    default=Value(MISSED),
    output_field=CharField(),
)


def _known(community: Community, at: datetime) -> list[QuerySet[Any]]:
    """What is known of members, one line for each table. A new kind of contribution is a new line here."""
    held, here = _held(community, at), _of(community)
    helped = Role.objects.filter(held, state=Role.State.ACCEPTED)
    notes = GroupNote.objects.filter(_of(community, "workshop__"), author__isnull=False)
    evidence = AttendanceEvidence.objects.filter(here, member__isnull=False, source__in=CLICKS)
    met = Introduction.objects.filter(need__community=community)
    begun = Partnership.objects.filter(community=community, recorded_by__isnull=False)
    return [
        _signs(helped.filter(kind__in=LEADS), LED, when="event__starts_at"),
        _signs(helped.exclude(kind__in=LEADS), GAVE, when="event__starts_at"),
        _signs(Attendance.objects.filter(held), _STATUS_WEIGHT, when="event__starts_at"),
        _signs(notes, GAVE, member="author_id", when="updated_at"),
        _signs(RoomNote.objects.filter(here), GAVE, member="author_id", when="updated_at"),
        _signs(SpeakerQuestion.objects.filter(here), GAVE),
        _signs(Listing.objects.filter(community=community), GAVE),
        _signs(begun, GAVE, member="recorded_by_id"),
        _signs(Registration.objects.filter(here, automatic=False), SIGN),
        _signs(evidence, SIGN),
        _signs(met.exclude(need_agreed_at=None), SIGN, member="need__member_id", when="need_agreed_at"),
        _signs(met.exclude(offer_agreed_at=None), SIGN, member="offer__member_id", when="offer_agreed_at"),
        _signs(ContactRequest.objects.all(), SIGN, member="asker_id"),
        _signs(Confidence.objects.filter(community=community), SIGN, when="answered_at"),
    ]


_COUNT = """
    WITH quarter (number, first, until) AS (VALUES {quarters}),
    sign (member, at, weight) AS ({signs}),
    belongs AS (
        SELECT quarter.number, row.member_id AS member, row.joined_at >= quarter.until - %s AS is_new
        FROM quarter JOIN members_membership AS row
            ON row.joined_at < quarter.until AND (row.ended_at IS NULL OR row.ended_at >= quarter.until)
        WHERE row.community_id = %s
    ),
    told AS (
        SELECT quarter.number, sign.member,
            count(*) FILTER (WHERE weight = 'led' AND at >= first) AS led,
            count(*) FILTER (WHERE weight IN ('led', 'gave') AND at >= first) AS gave,
            count(*) FILTER (WHERE weight = 'came' AND at >= first) AS came,
            count(*) FILTER (WHERE weight IN ('came', 'partly', 'missed') AND at >= first) AS on_record,
            bool_or(weight <> 'missed' AND at >= until - %s) AS is_there
        FROM quarter JOIN sign ON at < until AND at >= LEAST(first, until - %s)
        GROUP BY quarter.number, sign.member
    )
    SELECT belongs.number, CASE
        WHEN led >= %s THEN 'core'
        WHEN gave >= 1 OR (came >= 1 AND came * 2 >= on_record) THEN 'active'
        WHEN is_there OR is_new THEN 'peripheral'
        ELSE 'dormant' END AS band, count(*)
    FROM belongs LEFT JOIN told ON (told.number, told.member) = (belongs.number, belongs.member)
    GROUP BY 1, 2
"""


def quarters(at: datetime, number: int = SHOWN) -> list[Quarter]:
    """The running quarter and those before it, the earliest first."""
    found = [Quarter.of(at)]
    while len(found) < number:
        found.append(found[-1].before)
    return found[::-1]


def distributions(community: Community, *, at: datetime, number: int = SHOWN) -> list[Distribution]:
    """Count the members of a community by band at the end of each quarter, in one statement.

    Quarters before the first member are left out.
    """
    wanted = quarters(at, number)
    counted = {quarter: dict.fromkeys(BANDS, 0) for quarter in wanted}
    for index, band, people in _count(community, [(one.starts_at, min(one.ends_at, at)) for one in wanted], at):
        counted[wanted[index]][band] = people
    made = [Distribution(one, numbers, one.ends_at > at) for one, numbers in counted.items()]
    first = next((turn for turn, one in enumerate(made) if one.total), len(made))
    return made[first:]


def _count(
    community: Community, spans: Sequence[tuple[datetime, datetime]], at: datetime
) -> Iterable[tuple[int, str, int]]:
    values = [(index, first, until) for index, (first, until) in enumerate(spans)]
    row = "(%s::int, %s::timestamptz, %s::timestamptz)"
    parts = [found.query.sql_with_params() for found in _known(community, at)]
    statement = _COUNT.format(
        quarters=", ".join([row] * len(values)), signs=" UNION ALL ".join(f"({sql})" for sql, _params in parts)
    )
    params: list[Any] = [value for line in values for value in line]
    params += [value for _sql, given in parts for value in given]
    params += [QUIET, community.pk, QUIET, QUIET, LED_FOR_CORE]
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()
