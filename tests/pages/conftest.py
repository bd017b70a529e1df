"""People and meetings that several pages begin with; a file that wants others has fixtures of the same name."""

import pytest

from events.models import Event
from tests.factories import RegistrationFactory
from tests.pages.join_page import MEETING, OPENED
from tests.world import sign_in


@pytest.fixture
def english(ana):
    ana.language = "en"
    ana.save(update_fields=["language"])
    return ana


@pytest.fixture
def as_bo(bo):
    bo.language = "en"
    bo.save(update_fields=["language"])
    return sign_in(bo)


@pytest.fixture
def meeting(workshop) -> Event:
    Event.objects.filter(pk=workshop.pk).update(**MEETING, urgent_contact="Esi, +233 20 111 1111")
    workshop.refresh_from_db()
    return workshop


@pytest.fixture
def mine(meeting, ana):
    return RegistrationFactory.create(event=meeting, member=ana)


@pytest.fixture
def open_doors(mine, meeting, clock):
    """Five minutes before the start."""
    clock.move_to(meeting.starts_at - OPENED)
    return clock
