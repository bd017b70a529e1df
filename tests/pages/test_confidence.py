"""The one question of the half-year: answered, left out, changed, and read by nobody else."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.urls import reverse

from audit.models import Entry
from members.actions import confidence
from members.models import Confidence, Member
from members.models.confidence import Half
from tests.factories import MembershipFactory
from tests.html_forms import fields_of
from tests.world import sign_in


@pytest.fixture(autouse=True)
def _joined(ana, community):
    Member.objects.filter(pk=ana.pk).update(language="en")
    MembershipFactory.create(member=ana, community=community, organisation=None)


@pytest.fixture
def address(community):
    return reverse("confidence_answer", args=[community.pk])


def send(browser, address, **fields):
    return browser.post(address, {"submission": uuid4(), **fields})


def test_answer_is_kept_and_may_be_changed_within_the_half(as_ana, address, clock):
    assert [send(as_ana, address, value=value).status_code for value in ("2", "4")] == [302, 302]
    row = Confidence.objects.get()
    assert (row.value, row.year, row.half) == (4, 2026, 2)
    assert fields_of(as_ana.get(address))["value"] == ["4"]


def test_question_may_be_left_out(as_ana, address, clock):
    assert send(as_ana, address, do="skip", value="3").status_code == 302
    assert Confidence.objects.get().value is None


@pytest.mark.parametrize("value", ["", "0", "6", "x"])
def test_other_answers_get_a_sentence(as_ana, address, clock, value):
    answer = send(as_ana, address, value=value)
    assert answer.status_code == 422 and "Please choose one of the five" in answer.content.decode()
    assert not Confidence.objects.exists()


def test_next_half_asks_anew_and_shows_what_was_said(ana, address, community, clock, at):
    confidence.answer(community=community, value=5, by=ana, at=at)
    clock.move_to(datetime(2027, 1, 1, tzinfo=UTC))
    browser = sign_in(ana)
    assert "July to December 2026" in browser.get(address).content.decode()
    send(browser, address, value="1")
    assert list(Confidence.objects.order_by("year").values_list("year", "half", "value")) == [
        (2026, 2, 5),
        (2027, 1, 1),
    ]


def test_only_active_members_are_asked(cy, address, community, clock, at):
    assert sign_in(cy).get(address).status_code == 404
    with pytest.raises(PermissionDenied):
        confidence.answer(community=community, value=5, by=cy, at=at)


def test_nobody_else_reads_an_answer(ana, bo, cy, community, at):
    mine = confidence.answer(community=community, value=5, by=ana, at=at)
    assert [list(Confidence.objects.visible_to(one)) for one in (ana, bo, cy)] == [[mine], [], []]
    assert Entry.objects.get(verb="confidence.answered").detail == {"half": "2026-H2"}


@pytest.mark.parametrize(
    ("moment", "half", "ends"),
    [
        (datetime(2026, 6, 30, 23, 59, tzinfo=UTC), "2026-H1", datetime(2026, 7, 1, tzinfo=UTC)),
        (datetime(2026, 7, 1, tzinfo=UTC), "2026-H2", datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_halves_begin_in_january_and_july(moment, half, ends):
    assert (str(Half.of(moment)), Half.of(moment).ends_at) == (half, ends)


@pytest.mark.parametrize("wrong", [{"value": 6}, {"value": 0}, {"half": 3}])
def test_database_holds_the_scale(ana, community, at, wrong):
    row = {"member": ana, "community": community, "year": 2026, "half": 1, "value": 3, "answered_at": at, **wrong}
    with pytest.raises(IntegrityError):
        Confidence.objects.create(**row)
