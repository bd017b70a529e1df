"""The one mail of a day about new materials: at 18:00 on one's own clock, of all events together."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from events import material_digest
from events.actions import materials
from events.models import Event, Material
from notices import delivery, guards
from notices.models import Notice
from tests.factories import (
    CircleFactory,
    MaterialFactory,
    MemberFactory,
    RegistrationFactory,
    RoleFactory,
    WorkshopFactory,
    join,
)
from tests.told import drawn

LIMA = datetime(2026, 11, 21, 23, tzinfo=UTC)  # 18:00 there
ACCRA = datetime(2026, 11, 21, 18, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def seat(workshop, ana):
    """Ana, in Lima, has a place."""
    return RegistrationFactory.create(event=workshop, member=ana)


def posted(event, at, **more) -> Material:
    return MaterialFactory.create(event=event, released_at=at, created_at=at, **more)


def named(notice: Notice) -> list[int]:
    return (notice.facts or {})["materials"]


def mail(member, at) -> Notice:
    return drawn(Notice.objects.filter(kind="materials_posted", recipient=member).latest("id"), at=at)


def test_mail_is_due_once_at_18_of_her_own_clock(seat, workshop, at):
    posted(workshop, at)
    assert material_digest.send_due(at=LIMA - MINUTE) == 0
    assert material_digest.send_due(at=LIMA) == 1
    assert material_digest.send_due(at=LIMA) == 0
    assert material_digest.send_due(at=LIMA + MINUTE) == 0
    assert material_digest.send_due(at=LIMA + DAY) == 0
    assert Notice.objects.get().priority == Notice.Priority.OPTIONAL


def test_each_zone_has_its_own_18(workshop, community, at):
    people = {
        zone: join(MemberFactory.create(zone=zone), community.circle)
        for zone in ("America/Lima", "Africa/Accra", "Asia/Jakarta", "Asia/Kolkata")
    }
    for member in people.values():
        RegistrationFactory.create(event=workshop, member=member)
    posted(workshop, at - timedelta(hours=2))
    found = {}
    for minute in range(0, 24 * 60, 15):
        now = at + minute * MINUTE
        material_digest.send_due(at=now)
        for notice in Notice.objects.exclude(recipient__in=list(found)):
            found[notice.recipient_id] = now
    assert {zone: found[member.pk].strftime("%H:%M") for zone, member in people.items()} == {
        "Asia/Jakarta": "11:00", "Asia/Kolkata": "12:30", "Africa/Accra": "18:00", "America/Lima": "23:00",
    }  # fmt: skip


def test_one_mail_names_all_events_of_the_day(seat, ana, workshop, at):
    other = WorkshopFactory.create(title="Finance for forests").event_ptr
    RegistrationFactory.create(event=other, member=ana)
    made = [posted(workshop, at), posted(other, LIMA - MINUTE), posted(other, LIMA)]
    late = posted(workshop, LIMA + MINUTE)
    assert material_digest.send_due(at=LIMA + 2 * MINUTE) == 1
    assert named(Notice.objects.get()) == [one.pk for one in made]
    assert material_digest.send_due(at=LIMA + DAY) == 1
    assert named(Notice.objects.latest("id")) == [late.pk]


def test_mail_speaks_her_language_and_names_sizes_and_links(seat, ana, workshop, at):
    file = {"url": "", "name": "Lámina.pptx", "size": 2_500_000, "content_type": "x", "sha256": "0" * 64}
    made = posted(workshop, at, title="Láminas", kind="slides", language="es", **file)
    material_digest.send_due(at=LIMA)
    notice = mail(ana, LIMA)
    assert notice.language == "es" and workshop.title in notice.subject
    assert "Láminas" in notice.text and "PPTX, 2,4\xa0MB" in notice.text
    assert f"/materials/{made.pk}/" in notice.text and f"/materials/{made.pk}/" in notice.html
    assert workshop.get_absolute_url() in notice.text


@pytest.mark.parametrize("hour", [20, 23, 2, 7])
def test_nobody_is_written_to_by_night(seat, workshop, at, hour):
    posted(workshop, at)
    lima = LIMA.replace(hour=5) + DAY + timedelta(hours=hour if hour < 18 else hour - 24)
    assert material_digest.send_due(at=lima) == 0


def test_outage_is_made_up_for_in_the_morning(seat, ana, workshop, at):
    """Nothing ran from 18:00 to 08:00: the mail of yesterday goes out then, and the one of today at 18:00."""
    first = posted(workshop, at)
    morning = LIMA + timedelta(hours=14)  # 08:00 in Lima
    assert material_digest.send_due(at=morning - MINUTE) == 0
    second = posted(workshop, morning - timedelta(hours=1))
    assert material_digest.send_due(at=morning) == 1
    assert named(Notice.objects.get()) == [first.pk]
    assert material_digest.send_due(at=LIMA + DAY) == 1
    assert named(Notice.objects.latest("id")) == [second.pk]


def test_outage_of_days_is_one_mail_and_drops_nothing(seat, ana, workshop, at):
    made = [posted(workshop, at + day * DAY) for day in range(4)]
    assert material_digest.send_due(at=LIMA + 4 * DAY) == 1
    assert named(Notice.objects.get()) == [one.pk for one in made]


def test_what_was_written_too_late_for_a_mail_is_in_the_next(seat, ana, workshop, at):
    """Its transaction was slower than the tick: released at 17:59, there at 18:01."""
    posted(workshop, at)
    material_digest.send_due(at=LIMA)
    late = posted(workshop, LIMA - MINUTE)
    assert material_digest.send_due(at=LIMA + 2 * MINUTE) == 0
    assert material_digest.send_due(at=LIMA + DAY) == 1
    assert named(Notice.objects.latest("id")) == [late.pk]


@pytest.mark.parametrize(
    ("day", "before", "due"),
    [
        # Paris turns its clocks on 28 March and 31 October 2027: that day's 18:00 is 23 or 25 hours after the last.
        (28, datetime(2027, 3, 28, 15, 59, tzinfo=UTC), datetime(2027, 3, 28, 16, 0, tzinfo=UTC)),
        (31, datetime(2027, 10, 31, 16, 59, tzinfo=UTC), datetime(2027, 10, 31, 17, 0, tzinfo=UTC)),
    ],
)
def test_18_on_the_wall_across_a_clock_change(workshop, bo, community, day, before, due):
    join(bo, community.circle)
    RegistrationFactory.create(event=workshop, member=bo)
    posted(workshop, due - timedelta(hours=20))
    just_after_the_last = posted(workshop, material_digest.told_at(due - DAY - timedelta(hours=5), bo.zone) + MINUTE)
    assert material_digest.send_due(at=before) == 0
    assert material_digest.send_due(at=due) == 1
    assert just_after_the_last.pk in named(Notice.objects.get())
    assert Notice.objects.get().key.endswith(f"-{day}")


def test_circles_are_respected(workshop, ana, community, at):
    inner = CircleFactory.create(name="Peru")
    workshop.audience.add(inner)
    eva = join(join(MemberFactory.create(zone="America/Lima"), community.circle), inner)
    for member in (ana, eva):
        RegistrationFactory.create(event=workshop, member=member)
    posted(workshop, at).audience.add(inner)
    assert material_digest.send_due(at=LIMA) == 1
    assert Notice.objects.get().recipient == eva


@pytest.mark.parametrize(
    "change", ["team", "unreleased", "draft", "cancelled", "waitlisted", "inactive", "no address", "left"]
)
def test_nobody_reads_of_what_is_not_hers(seat, ana, workshop, at, change):
    made = posted(workshop, at)
    if change == "team":
        Material.objects.update(visibility="team")
    if change == "unreleased":
        Material.objects.update(released_at=LIMA + DAY)
    if change in ("draft", "cancelled"):
        Event.objects.update(state=change)
    if change == "waitlisted":
        seat.state, seat.queue_no = "waitlisted", 1
        seat.save()
    if change == "inactive":
        type(ana).objects.filter(pk=ana.pk).update(is_active=False)
    if change == "no address":
        type(ana).objects.filter(pk=ana.pk).update(email=None)
    if change == "left":
        ana.belongings.update(left_at=at)
    assert made.pk and material_digest.send_due(at=LIMA) == 0


def test_role_alone_brings_no_mail(workshop, ana, at):
    RoleFactory.create(event=workshop, member=ana)
    posted(workshop, at)
    assert material_digest.send_due(at=LIMA) == 0


def test_who_came_in_after_18_is_not_told_of_the_days_before(workshop, ana, at):
    posted(workshop, at)
    RegistrationFactory.create(event=workshop, member=ana, state_since=LIMA + MINUTE)
    assert material_digest.send_due(at=LIMA + 2 * MINUTE) == 0
    assert material_digest.send_due(at=LIMA + DAY) == 0


def test_withdrawn_and_removed_ones_are_left_out_at_sending(seat, ana, bo, workshop, at):
    back, gone, stays = (posted(workshop, at, title=title) for title in ("Taken back", "Removed", "Stays"))
    material_digest.send_due(at=LIMA)
    materials.take_back(material=back, by=bo, at=LIMA)
    materials.remove(material=gone, by=bo, at=LIMA)
    text = mail(ana, LIMA).text
    assert stays.title in text and "Taken back" not in text and "Removed" not in text


def test_nothing_left_is_no_mail(seat, ana, bo, workshop, at):
    only = posted(workshop, at)
    material_digest.send_due(at=LIMA)
    ref = Notice.objects.get().subject_ref
    assert guards.ask("events.materials_posted", ref, LIMA).ok
    materials.take_back(material=only, by=bo, at=LIMA)
    delivery.deliver_due(clock=lambda: LIMA)
    assert Notice.objects.get().state == Notice.State.SUPPRESSED


def test_who_gives_her_place_back_is_not_written_to(seat, workshop, at):
    posted(workshop, at)
    material_digest.send_due(at=LIMA)
    seat.state, seat.cancelled_by = "cancelled", "member"
    seat.save()
    assert not guards.ask("events.materials_posted", Notice.objects.get().subject_ref, LIMA).ok


def test_long_list_is_cut_and_counted(seat, ana, workshop, at):
    for number in range(15):
        posted(workshop, at, title=f"Material {number:02}")
    material_digest.send_due(at=LIMA)
    ana.language = "en"
    ana.save(update_fields=["language"])
    notice = mail(ana, LIMA)
    assert notice.text.count("/materials/") == 12 and "and 3 more on the page of the event" in notice.text
    assert "There are 15 new materials" in notice.text and len(notice.html) < 5_120


def test_quiet_minute_costs_one_query(seat, workshop, at, django_assert_num_queries):
    posted(workshop, at - timedelta(days=15))
    with django_assert_num_queries(1):
        assert material_digest.send_due(at=LIMA) == 0


@pytest.mark.parametrize("people", [1, 30])
def test_run_costs_the_same_for_many(workshop, community, at, people, django_assert_num_queries):
    for _ in range(people):
        member = join(MemberFactory.create(zone="America/Lima"), community.circle)
        RegistrationFactory.create(event=workshop, member=member)
    for _ in range(3):
        posted(workshop, at)
    with django_assert_num_queries(4):
        assert material_digest.send_due(at=LIMA) == people


def test_command_sends_and_counts_them(seat, workshop, at, capsys):
    posted(workshop, at)
    call_command("send_due_reminders", "--at", LIMA.isoformat(), "--dry-run")
    assert not Notice.objects.exists()
    call_command("send_due_reminders", "--at", LIMA.isoformat())
    would, did = capsys.readouterr().out.splitlines()
    assert "1 mails about new materials" in would and would.endswith("would be posted.")
    assert "1 mails about new materials" in did and did.endswith("were posted.")
    assert Notice.objects.get().kind == "materials_posted"
