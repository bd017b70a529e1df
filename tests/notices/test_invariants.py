"""What must always be true of the outbox, and the sentence for each thing that is not."""

from datetime import timedelta

import pytest

from notices import invariants
from notices.delivery import LEASE, claim
from notices.models import Notice, RefusedAddress
from tests.notices.servers import deliver

SECOND = timedelta(seconds=1)


def said(at) -> list[str]:
    return list(invariants.violations(at=at))


def test_outbox_in_order_has_nothing_to_say(write, at):
    write("offered")
    deliver(at)
    write("offered")
    claim(worker="one", at=at, size=1)
    assert said(at + 2 * LEASE) == []


def test_message_that_stays_in_a_hand_is_named(write, at):
    notice = write("offered")
    claim(worker="one", at=at, size=1)
    assert said(at + 2 * LEASE + SECOND) == [
        f"notice {notice.pk} has been in a worker's hand for longer than twice its lease"
    ]


@pytest.mark.parametrize(("after", "wrong"), [(timedelta(), 0), (LEASE, 0), (LEASE + SECOND, 1)])
def test_message_that_was_sent_after_its_time_is_named(write, at, after, wrong):
    notice = write("offered", expires_at=at + SECOND)
    Notice.objects.update(state=Notice.State.SENT, finished_at=at + SECOND + after)
    assert said(at) == [f"notice {notice.pk} was sent after its time was over"][:wrong]


def test_message_without_the_moment_of_its_end_is_named(write, at):
    notice = write("offered")
    Notice.objects.update(state=Notice.State.FAILED)
    assert said(at) == [f"notice {notice.pk} is failed without the moment it was finished"]


@pytest.mark.parametrize(
    ("refusals", "is_stopped", "words"),
    [
        (2, False, None),
        (3, True, None),
        (3, False, "still gets mails after 3 refusals"),
        (2, True, "was stopped after 2 refusals"),
    ],
)
def test_address_is_stopped_at_three_refusals_and_not_before(db, at, refusals, is_stopped, words):
    refused = RefusedAddress.objects.create(
        address="ana@example.org", refusals=refusals, last_at=at, stopped_at=at if is_stopped else None
    )
    assert said(at) == ([f"refused address {refused.pk} {words}"] if words else [])
