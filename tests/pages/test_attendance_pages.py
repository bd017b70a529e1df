"""The attendance list of an event, the events one looks after, and what a member reads of herself."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from audit.models import Entry
from events.models import Attendance, AttendanceEvidence, Event, Role
from tests.factories import CircleFactory, MemberFactory, RegistrationFactory, RoleFactory, WorkshopFactory, join
from tests.world import sign_in


@pytest.fixture
def held(workshop, clock) -> Event:
    """The workshop, an hour after its end."""
    clock.move_to(workshop.ends_at + timedelta(hours=1))
    return workshop


@pytest.fixture
def eva(held):
    """Somebody who had a seat."""
    return RegistrationFactory.create(event=held, member=MemberFactory.create(name="Eva Registered")).member


@pytest.fixture
def as_bo(bo):
    bo.language = "en"
    bo.save(update_fields=["language"])
    return sign_in(bo)


def send(browser, event, marks, *, do="save", key=None, **more):
    data = {"submission": key or uuid4(), "do": do, **more}
    data |= {f"mark-{person.pk}": status for person, status in marks.items()}
    return browser.post(reverse("attendance_edit", args=[event.pk]), data)


def status_of(event, member) -> str:
    return Attendance.objects.get(event=event, member=member).status


def was(answer) -> str:
    return answer.context["was"]


def page(browser, event):
    return browser.get(reverse("attendance_edit", args=[event.pk]))


def test_list_takes_marks_and_shows_them(as_bo, held, eva):
    assert send(as_bo, held, {eva: "partial"}).status_code == 302
    shown = page(as_bo, held)
    assert [(row.member, row.status) for row in shown.context["rows"]] == [(eva, "partial")]
    assert (shown.context["tally"].partial, shown.context["tally"].unmarked) == (1, 0)


def names(answer) -> list[str]:
    return [row.member.name for row in answer.context["rows"]]


def test_list_narrows_to_those_without_a_mark_and_saving_keeps_it(as_bo, held, eva):
    RegistrationFactory.create(event=held, member=MemberFactory.create(name="Ben Registered"))
    send(as_bo, held, {eva: "excused"}, **{f"reason-{eva.pk}": "Travelling"})
    address = f"{reverse('attendance_edit', args=[held.pk])}?without=mark"
    shown = as_bo.get(address)
    assert (names(shown), shown.context["tally"].people) == (["Ben Registered"], 2)
    saved = as_bo.post(address, {"submission": uuid4(), "do": "rest", "was": was(shown)})
    assert saved.url == f"{address}#go-on"
    assert "Everybody has a mark." in as_bo.get(address).content.decode()
    assert Attendance.objects.get(member=eva).excused_reason == "Travelling"


def test_narrowed_list_keeps_what_was_chosen_and_somebody_else_marked(as_bo, held, eva):
    """What is refused is shown, whatever the record says meanwhile."""
    send(as_bo, held, {eva: "no_show"})
    address = f"{reverse('attendance_edit', args=[held.pk])}?without=mark"
    data = {"submission": uuid4(), "do": "save", f"mark-{eva.pk}": "excused", f"reason-{eva.pk}": "x" * 201}
    refused = as_bo.post(address, data)
    assert (refused.status_code, names(refused)) == (422, ["Eva Registered"])


def test_after_saving_the_page_goes_on_at_the_first_without_a_mark(as_bo, held, eva):
    zoe = RegistrationFactory.create(event=held, member=MemberFactory.create(name="Zoe Registered")).member
    answer = send(as_bo, held, {eva: "attended"})
    assert answer.url.endswith("#go-on")
    text = page(as_bo, held).content.decode()
    assert text.index("Eva Registered") < text.index('id="go-on"') < text.index("Zoe Registered")
    assert "1 without a mark" in text[text.index('id="go-on"') : text.index("Zoe Registered")]
    send(as_bo, held, {zoe: "attended"})
    assert 'id="go-on"' not in page(as_bo, held).content.decode()


def test_double_save_and_reload_do_no_harm(as_bo, held, eva):
    key = uuid4()
    for _ in range(2):
        assert send(as_bo, held, {eva: "attended"}, key=key).status_code == 302
    send(as_bo, held, {eva: "attended"})
    assert Entry.objects.filter(verb="attendance.marked").count() == 1


def test_all_others_are_present_and_marks_stay(as_bo, held, eva):
    ben, zoe = (RegistrationFactory.create(event=held).member for _ in range(2))
    Attendance.objects.create(event=held, member=zoe, status="no_show", source="mark", recorded_at=held.ends_at)
    send(as_bo, held, {eva: "excused", zoe: "no_show"}, do="rest", was=f"{zoe.pk}:no_show")
    assert [status_of(held, person) for person in (eva, ben, zoe)] == ["excused", "attended", "no_show"]


def test_all_others_leaves_out_the_team_and_those_only_found(as_bo, held, eva, community):
    RoleFactory.create(event=held, kind=Role.Kind.INTERPRETER, channel="es")
    guest = join(MemberFactory.create(), community.circle)
    send(as_bo, held, {}, do="rest", added=[guest.pk])
    assert list(Attendance.objects.values_list("member", flat=True)) == [eva.pk]
    assert page(as_bo, held).context["tally"].people == 1


def test_older_page_does_not_undo_what_somebody_else_saved(as_bo, held, eva):
    ben = RegistrationFactory.create(event=held).member
    send(as_bo, held, {eva: "no_show", ben: "no_show"})
    older = was(page(as_bo, held))
    send(as_bo, held, {eva: "attended", ben: "no_show"}, was=older)
    send(as_bo, held, {eva: "no_show", ben: "attended"}, was=older)
    assert (status_of(held, eva), status_of(held, ben)) == ("attended", "attended")


@pytest.mark.parametrize("mark", ["late", "ATTENDED", "made_up", "attended'--", "<b>"])
def test_unknown_mark_is_a_sentence_and_choices_stay(as_bo, held, eva, mark):
    ben = RegistrationFactory.create(event=held).member
    answer = send(as_bo, held, {eva: mark, ben: "excused", }, **{f"reason-{ben.pk}": "Travelling"})  # fmt: skip
    assert answer.status_code == 422
    assert "not among those on offer" in answer.content.decode()
    kept = {row.member: (row.status, row.reason) for row in answer.context["rows"]}
    assert kept[ben] == ("excused", "Travelling")
    assert not Attendance.objects.exists()


@pytest.mark.parametrize("forged", ["{cy}", "999999999", "0", "x", "٣", "1e3", ""])
def test_person_of_elsewhere_is_a_sentence_and_nothing_changes(as_bo, held, eva, cy, forged):
    data = {"submission": uuid4(), "do": "save", f"mark-{eva.pk}": "attended"}
    answer = as_bo.post(
        reverse("attendance_edit", args=[held.pk]), {**data, f"mark-{forged.format(cy=cy.pk)}": "attended"}
    )
    assert answer.status_code == 422
    assert "does not belong to this event" in answer.content.decode()
    assert "Cy Stranger" not in answer.content.decode()
    assert not Attendance.objects.exists()


def test_forged_addition_shows_and_marks_nobody(as_bo, held, cy):
    answer = send(as_bo, held, {cy: "attended"}, added=[cy.pk, "x", "-1", "9" * 40])
    assert answer.status_code == 422
    assert "Cy Stranger" not in answer.content.decode()


@pytest.mark.parametrize("reason", ["x" * 201, "bell\x07", "turned\u202eround"])
def test_bad_reason_stands_beside_its_field(as_bo, held, eva, reason):
    answer = send(as_bo, held, {eva: "excused"}, **{f"reason-{eva.pk}": reason})
    assert answer.status_code == 422
    [row] = answer.context["rows"]
    assert row.error
    assert f'aria-describedby="error-{eva.pk}"' in answer.content.decode()
    assert not Attendance.objects.exists()


def test_list_of_a_coming_event_takes_nothing(as_bo, workshop, ana, clock):
    RegistrationFactory.create(event=workshop, member=ana)
    assert "has not begun" in page(as_bo, workshop).content.decode()
    answer = send(as_bo, workshop, {ana: "attended"})
    assert (answer.status_code, Attendance.objects.count()) == (422, 0)
    assert "can be recorded from its start" in answer.content.decode()


def test_form_without_its_key_changes_nothing(as_bo, held, eva):
    answer = as_bo.post(reverse("attendance_edit", args=[held.pk]), {"do": "save", f"mark-{eva.pk}": "attended"})
    assert answer.status_code == 422
    assert "incomplete" in answer.content.decode()
    assert not Attendance.objects.exists()


def test_somebody_who_walked_in_is_found_by_name_and_marked(as_bo, held, eva, community, cy):
    guest = join(MemberFactory.create(name="Zoë Guëst"), community.circle)
    found = send(as_bo, held, {eva: "partial"}, do="find", name="guest")
    assert [row.member for row in found.context["added"]] == [guest]
    assert [row.status for row in found.context["rows"]] == ["partial"]
    assert not Attendance.objects.exists()
    send(as_bo, held, {eva: "partial", guest: "attended"}, added=[guest.pk])
    assert (status_of(held, eva), status_of(held, guest)) == ("partial", "attended")


@pytest.mark.parametrize("name", ["", "zo", "Cy Stranger", "%%%", "Eva"])
def test_nobody_is_found_by_too_little_outside_the_audience_or_twice(as_bo, held, eva, community, cy, name):
    join(MemberFactory.create(name="Zoë Guëst"), community.circle)
    found = send(as_bo, held, {}, do="find", name=name)
    assert found.context["added"] == []
    assert "at least three letters" in found.content.decode()


def test_co_facilitator_opens_the_list_of_her_event_without_being_staff(ana, held, eva):
    RoleFactory.create(event=held, member=ana, kind=Role.Kind.CO_FACILITATOR)
    browser = sign_in(ana, second_factor=False)
    assert send(browser, held, {eva: "attended"}).status_code == 302
    assert status_of(held, eva) == "attended"
    assert browser.get(reverse("staff_event_list")).status_code == 403
    other = WorkshopFactory.create()
    assert page(browser, other).status_code == 403


def test_staff_prove_their_second_factor_before_they_see_a_list(bo, held, eva):
    browser = sign_in(bo, second_factor=False)
    for address in (reverse("attendance_edit", args=[held.pk]), reverse("staff_event_list")):
        answer = browser.get(address)
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("mfa_activate_totp"))


def test_hints_stand_beside_the_name_and_mark_nobody(as_bo, held, eva):
    opened = held.starts_at - timedelta(minutes=2)
    AttendanceEvidence.objects.create(
        event=held, member=eva, source="join_click", joined_at=opened, people=2, created_at=opened
    )
    AttendanceEvidence.objects.create(
        event=held,
        source="join_click",
        joined_at=opened,
        raw_name="Kofi <b>",
        match=f"beside:{eva.pk}",
        created_at=opened,
    )
    AttendanceEvidence.objects.create(
        event=held, member=eva, source="code", joined_at=held.starts_at, created_at=held.starts_at
    )
    shown = " ".join(page(as_bo, held).content.decode().split())
    assert "<span>Join link 13:58 (UTC+1)</span><span>Code 14:00 (UTC+1)</span><span>2 people at this device" in shown
    assert "<li>Beside Eva Registered: <strong>Kofi &lt;b&gt;</strong></li>" in shown
    assert not Attendance.objects.exists()


def test_marks_are_saved_with_the_hints_shown(as_bo, held, eva):
    AttendanceEvidence.objects.create(
        event=held, member=eva, source="code", joined_at=held.starts_at, created_at=held.starts_at
    )
    send(as_bo, held, {eva: "no_show"})
    assert status_of(held, eva) == "no_show"


@pytest.mark.parametrize("people", [1, 3])
def test_list_costs_the_same_for_one_and_three(as_bo, held, people, django_assert_num_queries):
    for number in range(people):
        came = RegistrationFactory.create(event=held).member
        seen = {"event": held, "joined_at": held.starts_at, "created_at": held.starts_at}
        AttendanceEvidence.objects.create(member=came, source="join_click", **seen)
        AttendanceEvidence.objects.create(member=came, source="code", **seen)
        AttendanceEvidence.objects.create(
            source="join_click", raw_name=f"Kofi {number}", match=f"beside:{came.pk}", **seen
        )
    page(as_bo, held)
    with django_assert_num_queries(12):
        page(as_bo, held)


@pytest.mark.parametrize("events", [1, 3])
@pytest.mark.parametrize("when", ["", "?when=coming"])
def test_event_list_costs_the_same_for_one_and_three(as_bo, community, clock, at, events, when,
                                                     django_assert_num_queries):  # fmt: skip
    made = WorkshopFactory.create_batch(events)
    if not when:
        clock.move_to(made[0].ends_at)
    address = reverse("staff_event_list") + when
    as_bo.get(address)
    with django_assert_num_queries(10):
        rows = as_bo.get(address).context["rows"]
    assert len(rows) == events


def test_event_list_tells_what_waits_and_narrows(as_bo, held, eva):
    listed = as_bo.get(reverse("staff_event_list"))
    assert [(row.event.pk, row.waits, row.expected) for row in listed.context["rows"]] == [(held.pk, True, 1)]
    assert "1 event waits" in listed.content.decode()
    send(as_bo, held, {eva: "attended"})
    [row] = as_bo.get(reverse("staff_event_list"), {"of": "autumn-2026"}).context["rows"]
    assert (row.waits, row.came, row.series.name) == (False, 1, "Autumn gathering 2026")
    for of in ("spring-1999", "'", "x" * 3000):
        assert as_bo.get(reverse("staff_event_list"), {"of": of}).context["rows"] == []


def test_event_waits_while_somebody_has_no_mark(as_bo, held, eva):
    RegistrationFactory.create_batch(2, event=held)
    RegistrationFactory.create(event=held, state="cancelled", cancelled_by="member")
    send(as_bo, held, {eva: "attended"})
    listed = as_bo.get(reverse("staff_event_list"))
    [row] = listed.context["rows"]
    assert (row.waits, row.unmarked, row.came) == (True, 2, 1)
    assert "1 event waits" in listed.content.decode() and "2 without a mark" in listed.content.decode()
    assert "2 without a mark" in as_bo.get(reverse("my_page")).content.decode()
    send(as_bo, held, {}, do="rest")
    done = as_bo.get(reverse("staff_event_list"))
    assert "No event waits" in done.content.decode() and not done.context["rows"][0].waits


def test_closed_event_is_left_in_peace_with_people_unmarked(as_bo, held, eva):
    Event.objects.filter(pk=held.pk).update(state="closed")
    assert "No event waits" in as_bo.get(reverse("staff_event_list")).content.decode()


def test_event_list_holds_only_what_one_looks_after(as_bo, held):
    WorkshopFactory.create(home=CircleFactory.create(name="Elsewhere"), title="Secret workshop")
    assert "Secret workshop" not in as_bo.get(reverse("staff_event_list")).content.decode()


def test_member_sees_her_own_participation_only(ana, held, eva):
    RegistrationFactory.create(event=held, member=ana)
    Attendance.objects.create(
        event=held, member=ana, status="attended", seconds=75 * 60, source="file", recorded_at=held.ends_at
    )
    Attendance.objects.create(event=held, member=eva, status="excused", source="mark", recorded_at=held.ends_at)
    [record] = sign_in(ana).get(reverse("participation")).context["records"]
    [part] = record.parts
    assert (part.event.pk, part.attendance.member, part.minutes) == (held.pk, ana, 75)
    assert (record.series.slug, record.attended, record.recorded, record.hours) == ("autumn-2026", 1, 1, 1.25)
    assert "1 of 1 session attended" in page_of(eva, "my_page", status="attended", event=held)


def page_of(member, name, *, status, event) -> str:
    Attendance.objects.filter(event=event, member=member).update(status=status)
    return sign_in(member).get(reverse(name)).content.decode()


def test_participation_says_what_is_not_recorded_yet(eva, held):
    shown = sign_in(eva).get(reverse("participation"))
    assert "1 not recorded yet" in shown.content.decode()


def test_coming_and_cancelled_events_are_no_participation(ana, workshop, clock):
    RegistrationFactory.create(event=workshop, member=ana)
    browser = sign_in(ana)
    assert browser.get(reverse("participation")).context["records"] == []
    Event.objects.filter(pk=workshop.pk).update(state="cancelled")
    clock.move_to(workshop.ends_at)
    assert browser.get(reverse("participation")).context["records"] == []


@pytest.mark.parametrize("events", [1, 3])
def test_participation_costs_the_same_for_one_and_three(ana, clock, events, django_assert_num_queries):
    for workshop in WorkshopFactory.create_batch(events):
        RegistrationFactory.create(event=workshop.event_ptr, member=ana)
    clock.move_to(workshop.ends_at)
    browser = sign_in(ana)
    browser.get(reverse("participation"))
    with django_assert_num_queries(6):
        assert len(browser.get(reverse("participation")).context["records"][0].parts) == events


def test_my_page_asks_those_who_lead_to_record(as_bo, held):
    assert reverse("attendance_edit", args=[held.pk]) in as_bo.get(reverse("my_page")).content.decode()
