"""The database's function and the query that pages use say the same about who is invited."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from events import ledger, policies
from events.models import Event
from members.models import Circle, CircleMember, Member
from tests.conftest import NOW
from tests.factories import CircleFactory, EventFactory, MemberFactory

CIRCLES = 3
Spell = tuple[datetime, datetime]
moments = st.sampled_from([NOW + timedelta(microseconds=shift) for shift in (-2, -1, 0, 1, 2)])
# Belonging to a circle more than once: closed spells, and perhaps one that still lasts.
spells = st.lists(st.tuples(moments, moments).filter(lambda spell: spell[0] < spell[1]), max_size=2)
belongings = st.tuples(spells, st.none() | moments)


def belong(
    member: Member, circle: Circle, closed: list[tuple[datetime, datetime]], open_since: datetime | None
) -> None:
    for joined, left in closed:
        CircleMember.objects.create(circle=circle, member=member, joined_at=joined, left_at=left)
    if open_since:
        CircleMember.objects.create(circle=circle, member=member, joined_at=open_since)


def may_register(entry: ledger.Entry) -> bool:
    try:
        policies.check_is_invited(entry.event, invited=entry.is_invited)
    except PermissionDenied:
        return False
    return True


@pytest.mark.django_db
@settings(max_examples=150)
@given(
    hers=st.lists(belongings, min_size=CIRCLES, max_size=CIRCLES),
    audience=st.sets(st.integers(0, CIRCLES - 1)),
    state=st.sampled_from(Event.State.values),
)
def test_coming_in_and_the_pages_agree_on_who_is_invited(hers, audience, state):
    with transaction.atomic():
        circles = [CircleFactory.create() for _ in range(CIRCLES)]
        event = EventFactory.create(state=state, audience=[circles[number] for number in audience])
        ana, other = MemberFactory.create(), MemberFactory.create()
        for circle, (closed, open_since) in zip(circles, hers, strict=True):
            belong(ana, circle, closed, open_since)
            belong(other, circle, [], NOW)
        entry = ledger.enter(event, ana, by=ana, at=NOW)
        rows = Event.objects.filter(pk=event.pk).for_audience_of(ana, at=NOW)
        assert entry.is_invited == rows.exists()
        assert may_register(entry) == rows.published().exists()
        transaction.set_rollback(True)
