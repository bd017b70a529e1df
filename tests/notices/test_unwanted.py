"""What somebody switched off does not reach her; what she cannot switch off does."""

import pytest

from notices import unwanted
from notices.models import Notice, Preference
from tests.notices.servers import deliver

SWITCHED_OFF = "She switched off messages of this kind."


@pytest.fixture
def say(ana, at):
    def say(wanted: bool, kind: str = "digest") -> None:
        Preference.objects.create(member=ana, kind=kind, wanted=wanted, changed_at=at)

    return say


@pytest.mark.parametrize(("wanted", "outcome"), [(True, {"sent": 1}), (False, {"suppressed": 1})])
def test_her_word_about_an_optional_kind_holds(write, say, ana, at, wanted, outcome):
    say(wanted)
    notice = write(member=ana)
    assert deliver(at) == outcome
    notice.refresh_from_db()
    assert notice.problem == ("" if wanted else SWITCHED_OFF)


def test_somebody_who_said_nothing_gets_it(write, ana, at):
    write(member=ana)
    assert deliver(at) == {"sent": 1}


def test_kind_that_cannot_be_switched_off_goes_whatever_a_row_says(write, say, ana, at):
    say(False, "offered")
    write("offered", member=ana)
    assert deliver(at) == {"sent": 1}


def test_word_is_about_one_kind_of_one_person(write, say, ana, bo, at):
    say(False)
    write(member=bo, address="bo@example.org")
    write("reminder_1h", member=ana)
    write(address="somebody@example.org")
    assert deliver(at) == {"sent": 3}


def test_word_that_comes_before_the_message_leaves_still_counts(write, say, ana, at):
    write(member=ana)
    say(False)
    assert deliver(at) == {"suppressed": 1}


def test_batch_costs_one_query_and_none_without_optional_kinds(write, say, ana, bo, at, django_assert_num_queries):
    say(False)
    for number in range(20):
        write(member=(ana, bo)[number % 2], address=f"n{number}@example.org")
    rows = list(Notice.objects.order_by("id"))
    with django_assert_num_queries(1):
        unwanted.mark(rows)
    assert [row.hindrance is not None for row in rows] == [True, False] * 10
    with django_assert_num_queries(0):
        unwanted.mark([Notice(kind="offered", recipient_id=ana.pk)])
