"""Two choices of messages at the same moment: the second is made on what the first one left."""

import pytest

from audit.models import Entry
from members import preferences
from members.actions.preferences import choose, turn
from tests.conftest import NOW
from tests.events.test_two_at_once import meet

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "reminder_24h"


def chosen() -> list[dict[str, object]]:
    return list(Entry.objects.filter(verb="messages.chosen").order_by("pk").values_list("detail", flat=True))


def stop(member) -> bool:
    return turn(member=member, kind=KIND, wanted=False, by=member, at=NOW)


def test_one_click_pressed_twice_at_once_is_one_choice(ana):
    assert meet(lambda: stop(ana), lambda: stop(ana)) is False
    assert chosen() == [{"stopped": [KIND], "resumed": []}]


def test_page_saved_while_a_link_stops_a_kind_is_the_later_choice(ana):
    everything = {kind.name for kind in preferences.offered_to(ana, at=NOW)}
    assert meet(lambda: stop(ana), lambda: choose(member=ana, wanted=everything, by=ana, at=NOW)) == {KIND}
    assert preferences.unwanted(ana) == set()
