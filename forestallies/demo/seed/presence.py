"""Who came: what a meeting report or a facilitator would have noted of each person, and what follows from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from events.models import Attendance, AttendanceEvidence, Event
from events.models.attendance import Source
from forestallies.demo.seed.dates import morning_after
from forestallies.demo.seed.rows import BATCH, chance
from members.models import Member

Status = Attendance.Status
Stay = tuple[datetime, datetime]

PRESENT_SHARE, PARTLY_SHARE = (0.84, 1.0), (0.15, 0.55)  # of the planned minutes
REJOINS, TWO_DEVICES = 0.12, 0.06
EXCUSES = ("Travelling to the field", "Illness in the family", "Power cut in the district", "Meeting at the ministry")


@dataclass(frozen=True)
class Presence:
    """One person at one event, with the observations behind it."""

    row: Attendance
    evidence: Sequence[AttendanceEvidence]


def note(presences: Iterable[Presence]) -> None:
    """Write attendance and its evidence, for events that have just been made."""
    presences = list(presences)
    AttendanceEvidence.objects.bulk_create((one for each in presences for one in each.evidence), batch_size=BATCH)
    Attendance.objects.bulk_create((one.row for one in presences), batch_size=BATCH)


def report(event: Event, statuses: Mapping[Member, Status], *, by: Member) -> list[Presence]:
    """Note an event as its meeting report tells of it; excuses and made-up sessions are marked by hand."""
    return [_reported(event, member, status, by) for member, status in statuses.items()]


def come(event: Event, came: int, *, by: Member) -> list[Presence]:
    """Note an event whose facilitator marked everybody by hand: so many came, the others did not."""
    seats = event.registrations.confirmed().select_related("member").order_by("pk")
    members = shuffled([seat.member for seat in seats], "workshop", event.slug)
    return [
        _marked(event, member, Status.ATTENDED if turn < came else Status.NO_SHOW, by)
        for turn, member in enumerate(members)
    ]


def shuffled(members: Sequence[Member], *key: object) -> list[Member]:
    """Order people by chance; those whose lines are the weakest come last more often."""
    far = {"PE", "BR"}
    drawn = {one.pk: chance(*key, one.email).random() + (0.2 if one.country in far else 0) for one in members}
    return sorted(members, key=lambda member: drawn[member.pk])


def _reported(event: Event, member: Member, status: Status, by: Member) -> Presence:
    luck = chance("presence", event.uid, member.email)
    seen = status in (Status.ATTENDED, Status.PARTIAL)
    stays = _stays(event, PRESENT_SHARE if status == Status.ATTENDED else PARTLY_SHARE, luck) if seen else []
    by_hand = status in (Status.EXCUSED, Status.MADE_UP)
    match = luck.choice(["email", "email", "name_exact"]) if seen else ""
    row = Attendance(
        event_id=event.pk,
        member=member,
        status=status,
        computed_status=Status.NO_SHOW if by_hand else status,
        seconds=_inside(event, stays),
        first_join_at=min((joined for joined, _left in stays), default=None),
        last_leave_at=max((left for _joined, left in stays), default=None),
        connections=len(stays),
        source=Source.MARK if by_hand else Source.FILE,
        match=match,
        excused_reason=luck.choice(EXCUSES) if status == Status.EXCUSED else "",
        recorded_at=morning_after(event.wall_date),
        recorded_by=by,
    )
    evidence = [_connection(event, member, stay, match) for stay in stays]
    return Presence(row, [*evidence, _mark(event, member)] if by_hand else evidence)


def _marked(event: Event, member: Member, status: Status, by: Member) -> Presence:
    row = Attendance(
        event_id=event.pk,
        member=member,
        status=status,
        source=Source.MARK,
        recorded_at=morning_after(event.wall_date),
        recorded_by=by,
    )
    return Presence(row, [_mark(event, member)])


def _mark(event: Event, member: Member) -> AttendanceEvidence:
    return AttendanceEvidence(
        event_id=event.pk, member=member, source=Source.MARK, created_at=morning_after(event.wall_date)
    )


def _connection(event: Event, member: Member, stay: Stay, match: str) -> AttendanceEvidence:
    return AttendanceEvidence(
        event_id=event.pk,
        member=member,
        source=Source.FILE,
        joined_at=stay[0],
        left_at=stay[1],
        raw_name=member.name,
        raw_address=(member.email or "") if match == "email" else "",
        match=match,
        created_at=morning_after(event.wall_date),
    )


def _stays(event: Event, shares: tuple[float, float], luck: Random) -> list[Stay]:
    """Draw somebody's connections: a share of the window, at times with a break or a second device."""
    window = event.minutes * 60
    joined = event.starts_at + timedelta(seconds=luck.randint(-540, 300))
    inside = max(joined, event.starts_at)
    length = int(luck.uniform(*shares) * window)
    left = min(inside + timedelta(seconds=length), event.ends_at + timedelta(seconds=luck.randint(0, 200)))
    drawn = luck.random()
    if drawn < REJOINS:
        away = inside + (left - inside) / 2
        away = away.replace(microsecond=0)
        return [(joined, away), (away + timedelta(seconds=luck.randint(30, 150)), left)]
    if drawn < REJOINS + TWO_DEVICES:
        return [(joined, left), (inside + timedelta(seconds=120), left - timedelta(seconds=120))]
    return [(joined, left)]


def _inside(event: Event, stays: Sequence[Stay]) -> int:
    """Count the seconds inside the event's window; two devices at once count once."""
    seconds, until = 0.0, event.starts_at
    for joined, left in sorted(stays):
        begin, end = max(joined, until), min(left, event.ends_at)
        if end > begin:
            seconds += (end - begin).total_seconds()
            until = end
    return int(seconds)
