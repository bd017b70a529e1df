"""Long lists, two at once, and what a thousand rows cost."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forestallies.benchmarks.imports import lists
from jobs import work
from members.actions import imports
from members.importing import committing, making
from members.models import Member, MemberImport, Membership
from tests.conftest import NOW

HEAD = "Name,E-mail,Country,Organisation,Type,Languages,Privacy\n"


def people(count, first=0):
    return HEAD + "".join(
        f"Person {n},p{n}@example.org,Peru,Place {n % 7},Company,Spanish,Yes\n" for n in range(first, first + count)
    )


def test_one_row_in_a_hundred_is_wrong_and_named_and_the_others_come_in(desk):
    batch = desk.bring_in(lists(1, 3_000))
    assert (batch.counts["create"], batch.counts["bad"]) == (2_970, 30)
    assert Member.objects.exclude(pk=desk.by.pk).count() == Membership.objects.count() == 2_970
    bad = batch.rows.filter(outcome="bad").values_list("number", "problems")
    assert {number for number, _problems in bad} == {n + 2 for n in range(0, 3_000, 100)}
    assert {problems[0]["code"] for _number, problems in bad} == {"bad_address"}


def statements(act):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        act()
    return len(seen)


def batch_ids(batch):
    return list(batch.rows.values_list("pk", flat=True))


@pytest.mark.parametrize("count", [10, 1_000])
def test_thousand_new_people_cost_as_many_statements_as_ten(desk, count):
    batch = desk.check(people(count))
    committing.make_organisations(batch, at=desk.at)
    assert statements(lambda: committing.write(batch, batch_ids(batch), at=desk.at)) == 19


# Django writes a thousand changed rows of the wider tables in two statements, ten in one.
@pytest.mark.parametrize(("count", "known_cost"), [(10, 25), (1_000, 26)])
def test_thousand_known_people_cost_hardly_more_statements_than_ten(desk, count, known_cost):
    desk.bring_in(people(count))
    batch = desk.check(people(count).replace("Peru", "Ghana").replace("Spanish", "French"))
    assert batch.counts["update"] == count
    assert statements(lambda: committing.write(batch, batch_ids(batch), at=desk.at)) == known_cost


def test_work_that_was_broken_off_goes_on_where_it_stopped(desk, monkeypatch):
    monkeypatch.setattr(committing, "BATCH", 10)
    batch = desk.check(people(25))
    job = imports.commit(batch=batch, by=desk.by, at=desk.at)
    steps = imports.commit_all(job)
    next(steps)
    steps.close()
    assert Member.objects.exclude(pk=desk.by.pk).count() == 10
    desk._do(job, batch)
    assert (Member.objects.exclude(pk=desk.by.pk).count(), batch.counts["create"]) == (25, 25)


def test_commit_asked_twice_is_one_job(desk):
    batch = desk.check(people(3))
    first = imports.commit(batch=batch, by=desk.by, at=desk.at)
    assert imports.commit(batch=batch, by=desk.by, at=desk.at) == first
    desk.commit(batch)
    with pytest.raises(imports.ImportRefused):
        imports.commit(batch=batch, by=desk.by, at=desk.at)


def both_at_once(batch, ids):
    """What two workers at the same rows failed with."""

    def act():
        try:
            committing.write(batch, ids, at=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(act) for _ in range(2)]
        return [error for one in running if (error := one.exception(timeout=60))]


NAMES_ONLY = "Name,Country,Organisation,Type\n" + "".join(f"Person {n},Peru,,Company\n" for n in range(300))


def staged(desk):
    batch = desk.check(NAMES_ONLY)
    return batch, batch_ids(batch)


@pytest.mark.django_db(transaction=True)
def test_two_processes_write_a_list_once(desk):
    batch, ids = staged(desk)
    assert both_at_once(batch, ids) == []
    assert Member.objects.exclude(pk=desk.by.pk).count() == 300


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_they_would_write_it_twice(desk, monkeypatch):
    """The twin that shows what the lock is for: each sees rows that nobody wrote yet, and makes their people."""
    batch, ids = staged(desk)
    monkeypatch.setattr(MemberImport.objects.__class__, "select_for_update", lambda self, **_: self.all())
    claim = making._NUMBERED.replace(
        "AND person_id IS NULL AND done IS NULL", ""
    )  # the claim of each row holds as well
    monkeypatch.setattr(making, "_NUMBERED", claim)
    together, real = Barrier(2), making.make_people

    def at_once(*args, **kwargs):
        together.wait(timeout=30)
        return real(*args, **kwargs)

    monkeypatch.setattr(making, "make_people", at_once)
    both_at_once(batch, ids)
    assert Member.objects.exclude(pk=desk.by.pk).count() == 600


def test_worker_is_known_to_the_jobs(desk):
    assert {imports.CHECK, imports.COMMIT, imports.UNDO} <= set(work._WORKERS)
