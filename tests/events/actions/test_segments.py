"""The run of show is built: rows added, changed, moved, removed and copied, and their numbers stay 0, 1, 2 …"""

import time
from contextlib import suppress

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Entry
from events.actions import segments
from events.actions.segments import MOST, SegmentRefused
from events.models import Event, Role, Segment
from members.models import Grant, Member
from tests.conftest import NOW
from tests.events.test_many_at_once import all_at_once
from tests.factories import (
    EventFactory,
    GrantFactory,
    MaterialFactory,
    MemberFactory,
    RoleFactory,
    SegmentFactory,
    WorkshopFactory,
)


def planned(event, *titles) -> list[Segment]:
    return [SegmentFactory.create(event=event, position=number, title=title) for number, title in enumerate(titles)]


def titles(event) -> list[str]:
    """The rows in their order, after a look at their numbers."""
    rows = list(Segment.objects.filter(event=event))
    assert [row.position for row in rows] == list(range(len(rows)))
    return [row.title for row in rows]


def new(event, title="New", **values) -> Segment:
    return Segment(event=event, title_en=title, minutes=values.pop("minutes", 10), **values)


def verbs() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("verb", flat=True))


def test_row_is_added_at_the_end_or_where_it_is_put(workshop, bo, at):
    planned(workshop, "A", "B")
    segments.add(segment=new(workshop, "Last"), by=bo, at=at)
    segments.add(segment=new(workshop, "First"), to=0, by=bo, at=at)
    segments.add(segment=new(workshop, "Third"), to=2, by=bo, at=at)
    segments.add(segment=new(workshop, "Far"), to=900, by=bo, at=at)
    assert titles(workshop) == ["First", "A", "Third", "B", "Last", "Far"]
    assert verbs() == ["segment.added"] * 4


def test_materials_and_lead_come_from_the_same_event(workshop, bo, at):
    material, role = MaterialFactory.create(event=workshop), RoleFactory.create(event=workshop)
    made = segments.add(segment=new(workshop, lead=role), materials=[material], by=bo, at=at)
    assert (list(made.materials.all()), made.lead) == ([material], role)
    foreign = [{"materials": [MaterialFactory.create()]}, {"segment": new(workshop, lead=RoleFactory.create())}]
    for wrong in foreign:
        with pytest.raises(SegmentRefused, match="belongs to another event"):
            segments.add(**{"segment": new(workshop), "by": bo, "at": at, **wrong})
    assert titles(workshop) == ["New"]


def test_sixty_rows_are_enough(workshop, bo, at):
    planned(workshop, *(f"Row {number}" for number in range(MOST)))
    with pytest.raises(SegmentRefused, match="at most 60 rows"):
        segments.add(segment=new(workshop), by=bo, at=at)
    assert len(titles(workshop)) == MOST


def test_change_saves_the_row_and_moves_it_only_when_asked(workshop, bo, at):
    _a, row, _c = planned(workshop, "A", "B", "C")
    row.title_en, row.minutes, row.position = "Better", 25, 77
    segments.change(segment=row, by=bo, at=at)
    assert (titles(workshop), Segment.objects.get(pk=row.pk).minutes) == (["A", "Better", "C"], 25)
    segments.change(segment=row, to=2, by=bo, at=at)
    assert titles(workshop) == ["A", "C", "Better"]
    assert verbs() == ["segment.changed", "segment.changed"]


def test_change_of_a_row_that_is_gone_is_refused(workshop, bo, at):
    row, _b = planned(workshop, "A", "B")
    segments.remove(segment=row, by=bo, at=at)
    for act in (segments.change, segments.remove):
        with pytest.raises(SegmentRefused, match="removed this row meanwhile"):
            act(segment=Segment(pk=row.pk or 0, event=workshop, minutes=1), by=bo, at=at)
    assert titles(workshop) == ["B"]


@pytest.mark.parametrize(
    ("which", "by_rows", "expected"),
    [(1, -1, "BAC"), (1, 1, "ACB"), (0, -1, "ABC"), (2, 1, "ABC"), (0, 2, "BCA"), (2, -9, "CAB")],
)
def test_row_moves_from_where_it_stands(workshop, bo, at, which, by_rows, expected):
    rows = planned(workshop, *"ABC")
    segments.move(segment=rows[which], by_rows=by_rows, by=bo, at=at)
    assert "".join(titles(workshop)) == expected
    assert verbs() == ([] if expected == "ABC" else ["segment.moved"])


def test_rows_after_a_removed_one_move_up(workshop, bo, at):
    rows = planned(workshop, *"ABCD")
    segments.remove(segment=rows[1], by=bo, at=at)
    assert titles(workshop) == ["A", "C", "D"]
    assert Entry.objects.get().detail == {"event": workshop.pk, "position": 1}


acts = st.lists(st.tuples(st.sampled_from(["add", "move", "change", "remove"]), st.integers(-3, 12)), max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_whatever_is_done_the_numbers_stay_without_gaps(workshop, bo, at, acts):
    Segment.objects.all().delete()
    expected = []
    for number, (act, to) in enumerate(acts):
        rows = list(Segment.objects.filter(event=workshop))
        if act == "add" or not rows:
            segments.add(segment=new(workshop, str(number)), to=max(to, 0), by=bo, at=at)
            expected.insert(max(to, 0), str(number))
            continue
        row = rows[to % len(rows)]
        expected.remove(row.title)
        if act == "move":
            segments.move(segment=row, by_rows=to, by=bo, at=at)
            expected.insert(max(row.position + to, 0), row.title)
        elif act == "change":
            segments.change(segment=row, to=max(to, 0), by=bo, at=at)
            expected.insert(max(to, 0), row.title)
        else:
            segments.remove(segment=row, by=bo, at=at)
    assert titles(workshop) == expected


# --- Copied from another event ---


@pytest.fixture
def source(workshop) -> Event:
    return WorkshopFactory.create(title="Last year").event_ptr


def test_copy_brings_every_row_as_it_is(workshop, source, bo, at):
    values = {"title_fr": "Bienvenue", "minutes": 7, "language": "fr", "note": "Plan B", "lead_words": "All"}
    row = SegmentFactory.create(event=source, position=0, title="Welcome", has_channel=False, is_public=False, **values)
    row.materials.add(MaterialFactory.create(event=source))
    assert segments.copy_from(source=source, event=workshop, by=bo, at=at) == 1
    copy = workshop.segments.get()
    for name in segments.COPIED:
        assert getattr(copy, name) == getattr(row, name), name
    assert (copy.materials.count(), titles(source)) == (0, ["Welcome"])
    assert Entry.objects.get().detail == {"source": source.pk, "copied": 1, "replaced": 0}


def test_lead_with_the_same_role_here_leads_and_another_name_comes_in_words(workshop, source, bo, at):
    both, only_there, gone = MemberFactory.create_batch(3)
    there = [RoleFactory.create(event=source, member=member) for member in (both, only_there)]
    there.append(RoleFactory.create(event=source, member=gone, state=Role.State.DECLINED))
    here = RoleFactory.create(event=workshop, member=both)
    RoleFactory.create(event=workshop, member=only_there, kind=Role.Kind.SPEAKER)
    for position, role in enumerate(there):
        SegmentFactory.create(event=source, position=position, lead=role)
    segments.copy_from(source=source, event=workshop, by=bo, at=at)
    copied = [(row.lead, row.lead_words) for row in Segment.objects.filter(event=workshop)]
    assert copied == [(here, ""), (None, only_there.name), (None, "")]


def test_copy_makes_way_only_when_it_is_told_to(workshop, source, bo, at):
    planned(workshop, "Mine")
    planned(source, "A", "B")
    with pytest.raises(SegmentRefused, match="has a run of show already"):
        segments.copy_from(source=source, event=workshop, by=bo, at=at)
    assert titles(workshop) == ["Mine"]
    segments.copy_from(source=source, event=workshop, replace=True, by=bo, at=at)
    assert titles(workshop) == ["A", "B"]


def test_nothing_is_copied_from_an_empty_event_or_from_itself(workshop, source, bo, at):
    planned(workshop, "Mine")
    for empty in (source, workshop):
        with pytest.raises(SegmentRefused, match="nothing to copy"):
            segments.copy_from(source=empty, event=workshop, replace=True, by=bo, at=at)
    assert titles(workshop) == ["Mine"]


def test_who_does_not_run_both_events_copies_nothing(workshop, source, at):
    """She facilitates one of them by a role, and only helps in the other."""
    fay = RoleFactory.create(event=workshop).member
    RoleFactory.create(event=source, member=fay, kind=Role.Kind.CO_FACILITATOR)
    for event in (workshop, source):
        planned(event, "A")
    for there, here in ((source, workshop), (workshop, source)):
        with pytest.raises(PermissionDenied):
            segments.copy_from(source=there, event=here, replace=True, by=fay, at=at)


def test_only_those_who_run_the_event_change_it(workshop, at):
    helper = RoleFactory.create(event=workshop, kind=Role.Kind.CO_FACILITATOR).member
    elsewhere = RoleFactory.create(event=EventFactory.create()).member
    [row] = planned(workshop, "A")
    for person in (helper, elsewhere):
        for act, values in (
            (segments.add, {"segment": new(workshop)}),
            (segments.change, {"segment": row}),
            (segments.move, {"segment": row, "by_rows": 1}),
            (segments.remove, {"segment": row}),
        ):
            with pytest.raises(PermissionDenied):
                act(by=person, at=at, **values)
    assert (titles(workshop), verbs()) == (["A"], [])


# --- Several at the same moment ---

PEOPLE, ROWS = 6, 8


@pytest.fixture
def event(transactional_db) -> Event:
    return WorkshopFactory.create().event_ptr


@pytest.fixture
def team(event) -> list[Member]:
    people = MemberFactory.create_batch(PEOPLE)
    for person in people:
        GrantFactory.create(member=person, circle=event.home, right=Grant.Right.FACILITATOR)
    return people


@pytest.fixture
def dwelling(monkeypatch):
    """Everybody looks at the rows for a while before she numbers them."""
    number = segments._number
    monkeypatch.setattr(segments, "_number", lambda rows: (time.sleep(0.1), number(rows)))


def test_moves_at_the_same_moment_lose_no_row_and_no_number(event, team, dwelling):
    rows = planned(event, *(str(number) for number in range(ROWS)))
    mine = {person.pk: rows[number] for number, person in enumerate(team)}
    all_at_once(team, lambda person: segments.move(segment=mine[person.pk], by_rows=3, by=person, at=NOW))
    assert sorted(titles(event)) == [str(number) for number in range(ROWS)]
    assert len(verbs()) == PEOPLE


def test_additions_and_removals_at_the_same_moment_are_numbered_one_after_the_other(event, team, dwelling):
    rows = planned(event, *"ABC")

    def act(person):
        turn = team.index(person)
        if turn < len(rows):
            segments.remove(segment=rows[turn], by=person, at=NOW)
        else:
            segments.add(segment=new(event, f"New {turn}"), to=0, by=person, at=NOW)

    all_at_once(team, act)
    assert sorted(titles(event)) == ["New 3", "New 4", "New 5"]


def test_without_the_lock_additions_fall_over_each_other(event, team, dwelling, monkeypatch):
    """The negative control: each of the six counts as many rows as the others do."""
    monkeypatch.setattr(segments, "lock_event", lambda pk: Event.objects.get(pk=pk))
    collided = []

    def act(person):
        with suppress(IntegrityError):
            segments.add(segment=new(event), by=person, at=NOW)
            return
        collided.append(person)

    all_at_once(team, act)
    assert len(collided) == PEOPLE - Segment.objects.filter(event=event).count() > 0
