"""What the drills rely on, taken away: without the lock messages go out twice, without the lease they are lost."""

from datetime import timedelta

import pytest

from notices import delivery, outbox
from notices.models import Notice, NoticeQuerySet
from tests.conftest import NOW
from tests.events.test_two_at_once import meet
from tests.notices.test_outbox import posting

LATER = NOW + timedelta(hours=1)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _four_messages() -> None:
    outbox.post_many_once([posting(f"hello:{number}") for number in range(4)], at=NOW)


def claim(worker: str) -> set[int]:
    return {row.pk for row in delivery.claim(worker=worker, at=NOW, size=2)}


def test_two_workers_that_claim_at_the_same_moment_have_nothing_in_common():
    first: set[int] = set()
    second = meet(lambda: first.update(claim("one")), lambda: claim("two"), waits=False)
    assert len(first) == len(second) == 2
    assert first.isdisjoint(second)


def test_without_the_lock_both_would_send_the_same(monkeypatch):
    monkeypatch.setattr(NoticeQuerySet, "select_for_update", lambda rows, **_: rows)
    first: set[int] = set()
    second = meet(lambda: first.update(claim("one")), lambda: claim("two"))
    assert first == second


def test_what_a_dead_worker_had_in_hand_is_sent_after_its_lease(mailoutbox):
    assert len(claim("dead")) == 2
    assert delivery.deliver_due(clock=lambda: LATER) == {"sent": 4}


def test_without_a_lease_it_would_be_lost(monkeypatch, mailoutbox):
    monkeypatch.setattr(delivery, "LEASE", timedelta(days=1_000))
    claim("dead")
    assert delivery.deliver_due(clock=lambda: LATER) == {"sent": 2}
    assert Notice.objects.filter(state=Notice.State.SENDING).count() == 2
