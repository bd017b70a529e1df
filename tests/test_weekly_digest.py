"""On Mondays at 07:00 of her own clock a coordinator reads what waits for her and what is ahead, if anything is."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings

from forestallies import digest
from members.models import Application, Grant, Member
from notices import guards, kinds
from notices.models import Notice, RefusedAddress
from tests.factories import (
    ApplicationFactory,
    AttendanceFactory,
    CircleFactory,
    EventFactory,
    GrantFactory,
    MemberFactory,
    RegistrationFactory,
    join,
)
from tests.told import drawn
from tests.world import sign_in

PARIS = datetime(2026, 11, 30, 6, tzinfo=UTC)  # Monday, 07:00 there
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def bo(bo):
    bo.language = "en"
    bo.save(update_fields=["language"])
    return bo


@pytest.fixture
def waiting(community, bo) -> Application:
    return ApplicationFactory.create(community=community, submitted_at=PARIS - 3 * DAY)


def text(at=PARIS) -> str:
    return drawn(Notice.objects.latest("id"), at=at).text


def test_mail_is_due_once_on_monday_at_seven(waiting, bo):
    moments = [PARIS - MINUTE, PARIS, PARIS, PARIS + MINUTE, PARIS + DAY]
    assert [digest.send_due(at=moment) for moment in moments] == [0, 1, 0, 0, 0]
    assert digest.send_due(at=PARIS + 7 * DAY) == 1
    assert list(Notice.objects.values_list("recipient", flat=True)) == [bo.pk, bo.pk]


def test_seven_in_the_morning_does_not_wait_for_the_day():
    kind = kinds.get("weekly_digest")
    assert (kind.is_optional, kind.waits_for_day, kind.keeps_distance) == (True, False, False)


def test_each_zone_has_its_own_monday(waiting, community):
    eva = MemberFactory.create(zone="Pacific/Auckland")
    GrantFactory.create(member=eva, circle=community.circle)
    auckland = datetime(2026, 11, 29, 18, tzinfo=UTC)  # Sunday still in Paris
    assert [digest.send_due(at=moment) for moment in (auckland - MINUTE, auckland, PARIS)] == [0, 1, 1]


@pytest.mark.parametrize(
    ("before", "due"),
    [
        (datetime(2027, 3, 29, 4, 59, tzinfo=UTC), datetime(2027, 3, 29, 5, tzinfo=UTC)),  # after the night of 23 hours
        (datetime(2027, 11, 1, 5, 59, tzinfo=UTC), datetime(2027, 11, 1, 6, tzinfo=UTC)),  # after the one of 25
    ],
)
def test_seven_on_the_wall_across_a_clock_change(waiting, before, due):
    assert [digest.send_due(at=before), digest.send_due(at=due)] == [0, 1]


def test_nothing_to_tell_is_no_mail(bo, community):
    assert digest.send_due(at=PARIS) == 0
    ApplicationFactory.create(community=community, submitted_at=PARIS + MINUTE)
    assert digest.send_due(at=PARIS + 2 * MINUTE) == 0


def test_applications_come_with_the_age_of_the_oldest(waiting, community):
    ApplicationFactory.create(community=community, submitted_at=PARIS - DAY)
    ApplicationFactory.create(community=community, submitted_at=PARIS - 9 * DAY, state="declined", decided_at=PARIS)
    digest.send_due(at=PARIS)
    assert "2 wait for a decision. The oldest came 3 days ago." in text()


def test_week_ahead_attendance_and_wishes_stand_with_links(bo, community):
    home = community.circle
    coming = EventFactory.create(title="Coming", home=home, wall_date=date(2026, 12, 2))
    EventFactory.create(title="Next week", home=home, wall_date=date(2026, 12, 7))
    held = EventFactory.create(title="Held", home=home, wall_date=date(2026, 11, 25))
    for event in (held, held, coming):
        RegistrationFactory.create(event=event)
    for _ in range(2):
        RegistrationFactory.create(event=coming, state="pending")
    digest.send_due(at=PARIS)
    lines = text().splitlines()
    for name, said, page in (
        ("Registrations to decide on", "* Coming · 2 to decide on", f"{coming.pk}/registrations/"),
        ("Attendance that is not recorded yet", "* Held · 2 people without a mark", f"{held.pk}/attendance/"),
        ("Events of this week", "* Coming", f"{coming.pk}/"),
    ):
        begin = lines.index(name)
        assert lines[begin + 1] == said and lines[begin + 3].endswith(f"/staff/events/{page}")
    assert "Next week" not in text()


def test_recorded_attendance_is_not_asked_for(bo, community):
    held = EventFactory.create(home=community.circle, wall_date=date(2026, 11, 25), attendance_recorded_at=PARIS - DAY)
    seat = RegistrationFactory.create(event=held)
    AttendanceFactory.create(event=held, member=seat.member)
    assert digest.send_due(at=PARIS) == 0


def test_failed_messages_and_stopped_addresses_are_those_of_her_circles(bo, community, ana):
    others = CircleFactory.create()
    for number, circle in enumerate((community.circle, community.circle, others)):
        fail(number, circle, at=PARIS - DAY)
    fail(9, community.circle, at=PARIS - 8 * DAY)
    stop(ana, at=PARIS - DAY)
    stop(join(MemberFactory.create(name="Of others"), others), at=PARIS - DAY)
    digest.send_due(at=PARIS)
    assert "2 messages failed in the last seven days." in text()
    assert "* Ana Quispe" in text().splitlines() and "Of others" not in text()


def test_links_lead_to_the_very_lists(bo, community, ana):
    fail(1, community.circle, at=PARIS - DAY)
    stop(ana, at=PARIS - DAY)
    digest.send_due(at=PARIS)
    paths = [line.removeprefix(settings.SITE_URL) for line in text().splitlines() if "/staff/outbox/" in line]
    assert paths == ["/staff/outbox/?show=failed", "/staff/outbox/addresses/"]
    pages = [sign_in(bo).get(path).content.decode() for path in paths]
    assert "x@example.org" in pages[0] and ana.name in pages[1]


def fail(number, circle, *, at) -> Notice:
    return Notice.objects.create(
        key=f"failed:{number}", kind="waitlisted", address="x@example.org", language="en", message_id=f"<{number}@x>",
        created_at=at, next_attempt_at=at, finished_at=at, expires_at=at + DAY, state="failed",
        about=[f"members.circle:{circle.pk}"],
    )  # fmt: skip


def stop(member, *, at) -> RefusedAddress:
    return RefusedAddress.objects.create(address=member.email, member=member, last_at=at, stopped_at=at)


def test_other_circles_are_none_of_her_business(bo, community):
    other = EventFactory.create(title="Of others", wall_date=date(2026, 12, 1))
    RegistrationFactory.create(event=other, state="pending")
    assert digest.send_due(at=PARIS) == 0


def test_facilitators_and_those_whose_right_is_over_get_none(waiting, bo, community):
    fay = MemberFactory.create(zone="Europe/Paris")
    GrantFactory.create(member=fay, circle=community.circle, right=Grant.Right.FACILITATOR)
    Grant.objects.filter(member=bo).update(ends_at=PARIS - MINUTE)
    assert digest.send_due(at=PARIS) == 0


def test_inner_circles_belong_to_the_outer_ones(bo, community):
    inner = CircleFactory.create(kind="cohort", parent=community.circle)
    EventFactory.create(title="Inner", home=inner, wall_date=date(2026, 12, 1))
    digest.send_due(at=PARIS)
    assert "* Inner" in text().splitlines()


def test_outage_is_made_up_for_until_the_evening_and_tells_what_was_so_at_seven(waiting, community):
    ApplicationFactory.create(community=community, submitted_at=PARIS + MINUTE)
    assert digest.send_due(at=PARIS + timedelta(hours=13)) == 0
    assert digest.send_due(at=PARIS + timedelta(hours=13) - MINUTE) == 1
    assert "1 waits for a decision." in text(PARIS + timedelta(hours=13))


def test_mail_is_dropped_when_all_is_done_or_she_is_gone(waiting, bo):
    digest.send_due(at=PARIS)
    ref = Notice.objects.get().subject_ref
    assert guards.ask("forestallies.weekly_digest", ref, PARIS).ok
    Application.objects.update(state="declined", decided_at=PARIS)
    assert not guards.ask("forestallies.weekly_digest", ref, PARIS).ok
    Application.objects.update(state="submitted", decided_at=None)
    Member.objects.filter(pk=bo.pk).update(is_active=False)
    assert not guards.ask("forestallies.weekly_digest", ref, PARIS).ok


def test_long_lists_are_cut_and_counted(bo, community):
    for number in range(9):
        EventFactory.create(title=f"Event {number}", home=community.circle, wall_date=date(2026, 12, 1))
    digest.send_due(at=PARIS)
    assert text().count("* Event ") == 6 and "and 3 more" in text().splitlines()


def test_other_hours_cost_one_query(waiting, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert digest.send_due(at=PARIS - MINUTE) == 0


@pytest.mark.parametrize("events", [1, 3])
def test_reckoning_costs_the_same_for_many(bo, community, events, django_assert_num_queries):
    for number in range(events):
        EventFactory.create(title=f"Event {number}", home=community.circle, wall_date=date(2026, 12, 1))
    with django_assert_num_queries(7):
        assert len(digest.week_of(bo, morning=PARIS, at=PARIS).ahead) == events
