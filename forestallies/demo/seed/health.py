"""How the community fares: what members said of their confidence, and mistakes that were reported in attendance."""

from collections.abc import Sequence
from datetime import timedelta

from events.models import Attendance, Dispute
from forestallies.demo.seed.dates import Calendar
from forestallies.demo.seed.rows import BATCH, chance
from members.models import Community, Confidence, Member
from members.models.confidence import Half

ANSWERS = 0.6  # of the members, in each half-year
SAID = ((2, 3, 3, 3, 4, 4, 5), (3, 3, 4, 4, 4, 5, 5))  # how often each number is chosen, half-year by half-year
REPORTS: tuple[tuple[Dispute.Claim, str, str], ...] = (
    (Dispute.Claim.PRESENT, "My telephone had no name in the meeting, it said “Galaxy A14”. I stayed to the end.", ""),
    (Dispute.Claim.SHARED, "We were two at one computer in the office of the cooperative.",
     "Thank you. We looked at the list that your group sent, and your name is not on it."),
)  # fmt: skip


def load_confidence(community: Community, members: Sequence[Member], calendar: Calendar) -> None:
    """Let most members have answered in the two half-years that are over, unless somebody answered already."""
    if Confidence.objects.filter(community=community).exists():
        return
    last = Half.of(calendar.ago(200))
    earlier = Half(last.year, 1) if last.half == 2 else Half(last.year - 1, 2)
    rows = [
        Confidence(
            member=member, community=community, year=half.year, half=half.half, value=luck.choice(said),
            answered_at=half.ends_at - timedelta(days=luck.randrange(5, 90)),
        )
        for half, said in zip((earlier, last), SAID, strict=True)
        for member in members
        if (luck := chance("confidence", str(half), member.email)).random() < ANSWERS
    ]  # fmt: skip
    Confidence.objects.bulk_create(rows, batch_size=BATCH)


def load_disputes(*, by: Member, calendar: Calendar) -> None:
    """Let two people have said that their latest record is wrong: one waits, one was answered; unless there are any."""
    if Dispute.objects.exists():
        return
    missed = Attendance.objects.filter(status=Attendance.Status.NO_SHOW, recorded_at__lte=calendar.ago(2))
    rows = missed.order_by("-event__starts_at", "member__email")[: len(REPORTS)]
    Dispute.objects.bulk_create(
        Dispute(
            attendance=row, claim=claim, words=words, was_status=row.status, was_seconds=row.seconds,
            created_at=max(row.recorded_at, calendar.ago(2)), answer=answer,
            state=Dispute.State.DECLINED if answer else Dispute.State.OPEN,
            answered_at=calendar.ago(1) if answer else None, answered_by=by if answer else None,
        )
        for row, (claim, words, answer) in zip(rows, REPORTS, strict=False)
    )  # fmt: skip
