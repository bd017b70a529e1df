"""Concerns: who is told, who reads them, what may be done with them, and that nobody else learns a word."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from audit.models import Entry
from forestallies.privacy import retention
from members.actions import concerns
from members.actions.concerns import ConcernRefused
from members.models import Concern, Grant, Member
from notices.models import Notice
from tests.factories import CircleFactory, ConcernFactory, GrantFactory, MemberFactory


@pytest.fixture
def root(db) -> Member:
    return MemberFactory.create(name="Root", email="root@example.org", is_superuser=True)


@pytest.fixture
def fay(community) -> Member:
    member = MemberFactory.create(name="Fay")
    GrantFactory.create(member=member, circle=community.circle, right=Grant.Right.FACILITATOR)
    return member


def report(at, *, by=None, **values):
    return concerns.report(concern=ConcernFactory.build(words="They shouted.", **values), by=by, at=at)


def told() -> list[str]:
    return list(Notice.objects.filter(kind="concern_reported").order_by("pk").values_list("address", flat=True))


def seen_by(member, at) -> list[str]:
    return list(Concern.objects.visible_to(member, at=at).values_list("words", flat=True))


def handle(concern, at, *, by, state, seen="open", note="We talked."):
    return concerns.handle(concern=concern, seen=seen, state=state, note=note, by=by, at=at)


def test_coordinators_are_told_that_there_is_one_and_not_a_word_of_it(community, bo, fay, root, at):
    concern = report(at, circle=community.circle, about="Honey", name="Ada Angry", email="ada@example.org")
    assert told() == ["bo@example.org"]
    notice = Notice.objects.get(kind="concern_reported")
    mail = f"{notice.subject}{notice.text}{notice.html}"
    assert concern.reference in mail and f"/staff/concerns/{concern.pk}/" in mail
    assert not any(word in mail for word in ("shouted", "Honey", "Ada", "ada@example.org"))


def test_coordinators_of_the_outer_circle_are_told_of_an_inner_one(bo, community, at):
    inner = CircleFactory.create(kind="country_group", name="Peru", parent=community.circle)
    report(at, circle=inner)
    assert (told(), seen_by(bo, at)) == (["bo@example.org"], ["They shouted."])


def test_concern_about_a_coordinator_reaches_superusers_only(community, bo, fay, root, at):
    report(at, circle=community.circle, about_coordinator=True)
    assert (told(), seen_by(bo, at), seen_by(root, at)) == (["root@example.org"], [], ["They shouted."])
    assert Notice.objects.get(kind="concern_reported").about == []  # nor does the outbox tell the circle's coordinators


def test_concern_about_no_circle_reaches_superusers_only(bo, root, at):
    report(at, circle=None)
    assert (told(), seen_by(bo, at)) == (["root@example.org"], [])


def test_facilitators_members_and_coordinators_of_others_see_none(community, ana, bo, fay, at):
    di = MemberFactory.create(name="Di")
    GrantFactory.create(member=di, circle=CircleFactory.create(name="Elsewhere"), right=Grant.Right.COORDINATOR)
    report(at, circle=community.circle, by=ana)
    assert [seen_by(person, at) for person in (ana, fay, di, bo)] == [[], [], [], ["They shouted."]]


def test_nameless_report_leaves_no_trace_of_a_person(community, bo, at):
    concern = report(at, circle=community.circle)
    entry = Entry.objects.about(concern).get()
    assert (concern.reporter, entry.actor_id, entry.detail) == (None, None, {"circle": community.circle.pk})


def test_steps_are_kept_and_closing_has_its_day(community, bo, at):
    concern = report(at, circle=community.circle)
    handle(concern, at, by=bo, state="looking", note="")
    closed = handle(concern, at + timedelta(days=2), by=bo, state="closed", seen="looking")
    assert (closed.state, closed.closed_at) == ("closed", at + timedelta(days=2))
    assert list(concern.steps.values_list("state", "note", "by__name")) == [
        ("looking", "", "Bo Dupont"),
        ("closed", "We talked.", "Bo Dupont"),
    ]
    assert Entry.objects.filter(verb="concern.handled").count() == 2
    assert handle(concern, at + timedelta(days=3), by=bo, state="looking", seen="closed").closed_at is None


@pytest.mark.parametrize(
    ("state", "seen", "note"), [("closed", "open", ""), ("open", "open", ""), ("looking", "closed", "Late.")]
)
def test_step_without_a_word_or_from_an_old_page_is_refused(community, bo, at, state, seen, note):
    concern = report(at, circle=community.circle)
    with pytest.raises(ConcernRefused):
        handle(concern, at, by=bo, state=state, seen=seen, note=note)
    assert not concern.steps.exists() and not Entry.objects.filter(verb="concern.handled").exists()


def test_who_does_not_look_after_it_does_nothing(community, bo, fay, at):
    concern = report(at, circle=community.circle, about_coordinator=True)
    for person in (fay, bo):
        with pytest.raises(PermissionDenied):
            handle(concern, at, by=person, state="looking")


def test_closed_ones_are_forgotten_after_two_years(community, at):
    old, new = ConcernFactory.create_batch(2, state="closed", closed_at=at)
    Concern.objects.filter(pk=old.pk).update(closed_at=at - timedelta(days=730))
    retention.apply(at=at)
    assert list(Concern.objects.all()) == [new]
