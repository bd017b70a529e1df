"""The weekly mail of coordinators, Monday at 07:00 by their own clock: what waits for them, and what is ahead.

It tells what was so at that minute, so that a run made up for later in the day tells the same; when nothing was, there
is no mail. It does not wait for the day, as other mails that can wait do: it is there when the week begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Min
from django.urls import reverse

from events import policies
from events.models import Event, Registration
from forestallies.lib import links, zones
from forestallies.views.staff_events import waiting
from members.emails import circle_label, to
from members.models import Application, Circle, Grant, Member
from notices import drawers, guards, outbox, timed
from notices.drawers import Facts
from notices.guards import Verdict
from notices.models import Notice, RefusedAddress
from notices.render import Draft, Message, render

KIND, GUARD = "weekly_digest", "forestallies.weekly_digest"
MONDAY, HOUR, CLOSES = 0, time(7), time(20)
WEEK = timedelta(days=7)
NAMED = 6  # of each; the others are counted, and stand on the page


@dataclass(frozen=True)
class Line:
    """One event of the mail; `number` is what there is of it to do, such as wishes to decide on."""

    event: Event
    when: zones.LocalTime
    number: int
    page: str


@dataclass(frozen=True)
class Week:
    """What a coordinator reads on a Monday. Each list is cut at NAMED; `more` counts what it leaves out, by its name.

    Attributes:
        applications: how many wait; the oldest of them since `oldest_days`.
        ahead: events of the coming week.
        to_record: events with people whose attendance nobody wrote down.
        to_decide: events with registrations that wait for the team.
        failed: how many messages failed within the last week.
        stopped: names or addresses of those to whom nothing is sent any more.
    """

    applications: int
    oldest_days: int
    ahead: list[Line]
    to_record: list[Line]
    to_decide: list[Line]
    failed: int
    stopped: list[str]
    more: dict[str, int]

    @property
    def is_empty(self) -> bool:
        return not (self.applications or self.ahead or self.to_record or self.to_decide or self.failed or self.stopped)


def send_due(*, at: datetime) -> int:
    """Post the digest to every coordinator for whom it is Monday after 07:00 and who has not got this week's.

    Safe to run twice: one notice per person and Monday. Returns how many were newly posted; costs one query where it is
    no such hour. Source: mails.md, kind 36.
    """
    return outbox.post_many_once(_due(at), at=at)


def count_due(*, at: datetime) -> int:
    """How many mails a run at this instant would post."""
    return len(_due(at))


def _due(at: datetime) -> list[outbox.Posting]:
    held = Grant.objects.current(at).filter(right=Grant.Right.COORDINATOR)
    people = Member.objects.active().filter(grants__in=held, email__isnull=False).order_by("pk").distinct()
    mornings = {one: morning for one in people if (morning := monday(one.zone, at=at))}
    keys = {
        one: f"{KIND}:{one.pk}:{morning.astimezone(ZoneInfo(one.zone)):%Y-%m-%d}" for one, morning in mornings.items()
    }
    told = set(Notice.objects.filter(key__in=keys.values()).values_list("key", flat=True)) if keys else set()
    return [
        _posting(one, mornings[one], key)
        for one, key in keys.items()
        if key not in told and not week_of(one, morning=mornings[one], at=at).is_empty
    ]


def monday(zone: str, *, at: datetime) -> datetime | None:
    """The instant of this Monday's 07:00 in a zone, from then until 20:00 there; None at any other time."""
    there = at.astimezone(ZoneInfo(zone))
    if there.weekday() != MONDAY or not HOUR <= there.time() < CLOSES:
        return None
    return zones.instants(there.date(), HOUR, 0, zone)[0]


def _posting(member: Member, morning: datetime, key: str) -> outbox.Posting:
    facts = {"member": member.pk, "morning": morning.isoformat()}
    return outbox.Posting(
        message=Draft(KIND, to(member), facts),
        key=key,
        priority=Notice.Priority.OPTIONAL,
        expires_at=morning + timedelta(days=2),
        guard=GUARD,
        subject_ref=key,
    )


def week_of(member: Member, *, morning: datetime, at: datetime) -> Week:
    """What was so for a coordinator at `morning` and still is at `at`; eight queries."""
    circles = list(Circle.objects.run_by(member, at=at).values_list("pk", flat=True))
    rows = Application.objects.open().filter(community__circle__in=circles, submitted_at__lte=morning)
    applications = rows.aggregate(number=Count("pk"), oldest=Min("submitted_at"))
    homes = Event.objects.filter(home__in=circles)
    pending = Registration.objects.filter(state=Registration.State.PENDING, state_since__lte=morning)
    to_decide = homes.scheduled().filter(starts_at__gt=at, registrations__in=pending)
    lists = {
        "ahead": homes.scheduled().starting_between(morning, morning + WEEK),
        "to_record": waiting(policies.events_to_mark(member, at=at).filter(ends_at__lte=morning), at),
        "to_decide": to_decide.annotate(number=Count("registrations")),
    }
    found = {name: list(events.order_by("starts_at", "pk")) for name, events in lists.items()}
    stopped = _stopped(circles, morning, at)
    return Week(
        applications=applications["number"],
        oldest_days=(morning - applications["oldest"]).days if applications["oldest"] else 0,
        ahead=_lines(found["ahead"], member, "event_cockpit"),
        to_record=_lines(found["to_record"], member, "attendance_edit"),
        to_decide=_lines(found["to_decide"], member, "registration_list"),
        failed=_failed(circles, morning),
        stopped=stopped[:NAMED],
        more={name: max(len(of) - NAMED, 0) for name, of in (*found.items(), ("stopped", stopped))},
    )


def _lines(events: Sequence[Event], member: Member, page: str) -> list[Line]:
    return [
        Line(
            event,
            zones.local(event.starts_at, member.zone, member.language),
            getattr(event, "number", getattr(event, "unmarked", 0)),
            links.absolute(reverse(page, args=[event.pk])),
        )
        for event in events[:NAMED]
    ]


def _failed(circles: Sequence[int], morning: datetime) -> int:
    labels = [circle_label(pk) for pk in circles]
    failed = Notice.objects.filter(about__overlap=labels, state=Notice.State.FAILED)
    return failed.filter(finished_at__gt=morning - WEEK, finished_at__lte=morning).count()


def _stopped(circles: Sequence[int], morning: datetime, at: datetime) -> list[str]:
    """The people of these circles to whom nothing is sent any more."""
    inside = Member.objects.filter(
        pk__in=Circle.objects.filter(pk__in=circles).values("belongings__member"), is_active=True
    )
    rows = RefusedAddress.objects.stopped().filter(member__in=inside, stopped_at__lte=morning)
    return list(rows.order_by("-stopped_at", "pk").values_list("member__name", flat=True))


def draw(facts: Facts, at: datetime) -> Message:
    """Write it as it is true at an instant."""
    member = Member.objects.get(pk=facts["member"])
    morning = datetime.fromisoformat(facts["morning"])
    context = {
        "week": week_of(member, morning=morning, at=at),
        "applications_page": links.absolute(reverse("application_list")),
        "messages_page": links.absolute(reverse("outbox_list") + "?show=failed"),
        "addresses_page": links.absolute(reverse("outbox_address_list")),
    }
    return render(KIND, to(member), context)


def is_wanted(subject_ref: str, at: datetime) -> Verdict:
    """She still coordinates something, and there is still something to tell. `subject_ref` is the notice's key."""
    facts = Notice.objects.filter(key=subject_ref).values_list("facts", flat=True).first()
    member = Member.objects.active().filter(pk=facts["member"]).first() if facts else None
    if facts and member:
        week = week_of(member, morning=datetime.fromisoformat(facts["morning"]), at=at)
        if not week.is_empty:
            return Verdict(True)
    return Verdict(False, "Nothing is left to tell.")


drawers.register(KIND, draw)
guards.register(GUARD, is_wanted)
timed.register("weekly", timed.Sender(send_due, count_due, "weekly mails to coordinators"))
