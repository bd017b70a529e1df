"""How a row that is kept takes in what is better in the other one's; each is told both and the two records."""

from datetime import datetime, timedelta

from django.db.models import Q

from events.models import Attendance, AttendanceEvidence, Dispute, FeedbackReceipt, Role, RoomNote
from forestallies.merging.engine import Pair
from members.models import Affiliation, CircleMember, DirectoryEntry, Grant, Membership, TermAnswer
from notices.models import Preference
from programs.models import Enrolment

MEMBERSHIP = (Membership.State.ACTIVE, Membership.State.DORMANT, Membership.State.ENDED)
ROLE = (Role.State.ACCEPTED, Role.State.INVITED, Role.State.DECLINED, Role.State.REPLACED)
SEEN = (
    Attendance.Status.ATTENDED, Attendance.Status.MADE_UP, Attendance.Status.PARTIAL, Attendance.Status.EXCUSED,
    Attendance.Status.NO_SHOW,
)  # fmt: skip
ENROLMENT = (
    Enrolment.State.COMPLETED, Enrolment.State.ACTIVE, Enrolment.State.INCOMPLETE, Enrolment.State.ACCEPTED,
    Enrolment.State.SELECTED, Enrolment.State.APPLIED, Enrolment.State.INVITED, Enrolment.State.NOMINATED,
    Enrolment.State.WITHDRAWN, Enrolment.State.DECLINED,
)  # fmt: skip


def membership(mine: Membership, other: Membership, pair: Pair) -> None:
    if MEMBERSHIP.index(Membership.State(other.state)) < MEMBERSHIP.index(Membership.State(mine.state)):
        mine.state, mine.ended_at = other.state, other.ended_at
        mine.organisation_id, mine.stakeholder = other.organisation_id, other.stakeholder
    mine.organisation_id = mine.organisation_id or other.organisation_id
    mine.joined_at = min(mine.joined_at, other.joined_at)
    mine.confirmed_at = _latest(mine.confirmed_at, other.confirmed_at)
    mine.stayed_at = _latest(mine.stayed_at, other.stayed_at)
    mine.save(
        update_fields=["state", "ended_at", "organisation", "stakeholder", "joined_at", "confirmed_at", "stayed_at"]
    )


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at), default=None)


def place(mine: Affiliation, other: Affiliation, pair: Pair) -> None:
    mine.role = mine.role or other.role
    mine.starts_on = min(mine.starts_on, other.starts_on)
    mine.save(update_fields=["role", "starts_on"])


def belonging(mine: CircleMember, other: CircleMember, pair: Pair) -> None:
    mine.joined_at = min(mine.joined_at, other.joined_at)
    mine.save(update_fields=["joined_at"])


def grant(mine: Grant, other: Grant, pair: Pair) -> None:
    mine.starts_at = min(mine.starts_at, other.starts_at)
    mine.save(update_fields=["starts_at"])


def term_answer(mine: TermAnswer, other: TermAnswer, pair: Pair) -> None:
    """A no stays a no."""
    if other.answer == TermAnswer.Answer.NO != mine.answer:
        mine.answer, mine.answered_at, mine.ask_again_at = other.answer, other.answered_at, other.ask_again_at
        mine.save(update_fields=["answer", "answered_at", "ask_again_at"])


def preference(mine: Preference, other: Preference, pair: Pair) -> None:
    if mine.wanted and not other.wanted:
        mine.wanted, mine.changed_at = False, other.changed_at
        mine.save(update_fields=["wanted", "changed_at"])


def card(mine: DirectoryEntry, other: DirectoryEntry, pair: Pair) -> None:
    """Fill what is empty, as long as that shows nothing which was hidden."""

    def may_show(name: str) -> bool:
        return other.shows(name) or not mine.shows(name)

    if not mine.about and may_show("about"):
        mine.about = other.about
    if not mine.languages and may_show("languages"):
        mine.languages = other.languages
    if mine.themes.exists() or not may_show("themes"):
        other.themes.clear()  # what stays of them is handed over afterwards
    mine.save(update_fields=["about", "languages"])


def enrolment(mine: Enrolment, other: Enrolment, pair: Pair) -> None:
    if ENROLMENT.index(Enrolment.State(other.state)) < ENROLMENT.index(Enrolment.State(mine.state)):
        mine.state, mine.state_since, mine.country = other.state, other.state_since, other.country
        mine.category_id = other.category_id or mine.category_id
    mine.category_id = mine.category_id or other.category_id
    mine.save(update_fields=["state", "state_since", "country", "category"])


def role(mine: Role, other: Role, pair: Pair) -> None:
    if ROLE.index(Role.State(other.state)) < ROLE.index(Role.State(mine.state)):
        mine.state, mine.reason, mine.replaced_by_id = other.state, other.reason, other.replaced_by_id
        mine.invited_at, mine.invited_by_id, mine.answered_at = other.invited_at, other.invited_by_id, other.answered_at
    if mine.replaced_by_id == other.pk:
        mine.replaced_by_id = None
    mine.expectation = mine.expectation or other.expectation
    mine.rehearsal_at = mine.rehearsal_at or other.rehearsal_at
    if mine.minutes_worked is None:
        mine.minutes_worked, mine.minutes_confirmed_at = other.minutes_worked, other.minutes_confirmed_at
    mine.save()


def room_note(mine: RoomNote, other: RoomNote, pair: Pair) -> None:
    if other.words and other.words not in mine.words:
        mine.words = f"{mine.words}\n\n{other.words}".strip()
        mine.version += 1
        mine.updated_at = pair.at
        mine.save(update_fields=["words", "version", "updated_at"])


def receipt(mine: FeedbackReceipt, other: FeedbackReceipt, pair: Pair) -> None:
    mine.forms += other.forms
    mine.save(update_fields=["forms"])


def code(mine: AttendanceEvidence, other: AttendanceEvidence, pair: Pair) -> None:
    mine.people = max(mine.people, other.people)
    mine.save(update_fields=["people"])


def attendance(mine: Attendance, other: Attendance, pair: Pair) -> None:
    """The better mark stays, and the minutes of both are those in which she was seen at either, each once."""
    seconds = _seconds(mine, other, pair)
    better = _seen(other.status) < _seen(mine.status)
    if better:
        mine.status, mine.source, mine.match = other.status, other.source, other.match
        mine.excused_reason, mine.recorded_at, mine.recorded_by_id = (
            other.excused_reason, other.recorded_at, other.recorded_by_id,
        )  # fmt: skip
    if other.computed_status and (
        not mine.computed_status or _seen(other.computed_status) < _seen(mine.computed_status)
    ):
        mine.computed_status = other.computed_status
    mine.seconds = seconds
    mine.first_join_at = min(filter(None, (mine.first_join_at, other.first_join_at)), default=None)
    mine.last_leave_at = max(filter(None, (mine.last_leave_at, other.last_leave_at)), default=None)
    mine.connections += other.connections
    mine.save()
    _one_open_report(mine, other)


def _one_open_report(mine: Attendance, other: Attendance) -> None:
    """Two open reports of a mistake become one that says both."""
    hers = other.disputes.filter(state=Dispute.State.OPEN).first()
    own = mine.disputes.filter(state=Dispute.State.OPEN).first()
    if hers and own:
        own.words = f"{own.words}\n\n{hers.words}"
        own.save(update_fields=["words"])
        hers.delete()


def _seen(status: str) -> int:
    return SEEN.index(Attendance.Status(status))


def _seconds(mine: Attendance, other: Attendance, pair: Pair) -> int | None:
    """From the connections where they are known; else the longer of the two, or their sum when they did not overlap."""
    known = [seconds for seconds in (mine.seconds, other.seconds) if seconds is not None]
    if len(known) < 2:
        return known[0] if known else None
    event = mine.event
    rows = AttendanceEvidence.objects.filter(
        Q(member=pair.kept) | Q(member=pair.other), event=event, joined_at__isnull=False, left_at__isnull=False
    )
    spans = sorted(
        (max(joined, event.starts_at), min(left, event.ends_at))
        for joined, left in rows.values_list("joined_at", "left_at")
        if joined and left
    )
    total, until = timedelta(), event.starts_at
    for joined, left in spans:
        total += max(left - max(joined, until), timedelta())
        until = max(until, left)
    whole = int((event.ends_at - event.starts_at).total_seconds())
    apart = bool(
        mine.first_join_at and mine.last_leave_at and other.first_join_at and other.last_leave_at
        and (mine.last_leave_at <= other.first_join_at or other.last_leave_at <= mine.first_join_at)
    )  # fmt: skip
    guess = sum(known) if apart else max(known)
    return min(max(int(total.total_seconds()), *known) if spans else guess, max(whole, *known))
