"""The ledger: nothing personal, no line added, changed or taken out unnoticed, and a crash leaves it readable."""

import json
from datetime import timedelta

import pytest

from forestallies.privacy import ledger as ledgers
from forestallies.privacy.ledger import append, read
from members.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(ana, cy, at, ledger):
    append(ana, keeps_certificates=True, at=at)
    append(cy, keeps_certificates=False, at=at + timedelta(days=1))
    return ledger


def rewrite(file, change) -> None:
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    file.write_text("".join(json.dumps(row) + "\n" for row in change(rows)))


def test_it_is_read_as_it_was_written(two, ana, cy):
    found = read()
    assert [(line.person, line.keeps_certificates) for line in found.lines] == [(ana.pk, True), (cy.pk, False)]
    assert found.problems == []


def test_it_holds_nothing_personal_and_is_the_portals_alone(two, ana):
    words = two.read_text()
    assert [word for word in ("Ana", "Quispe", "ana@", "Cy", "PE") if word in words] == []
    assert set(json.loads(words.splitlines()[0])) == {"person", "seal", "at", "keeps_certificates", "before", "mac"}
    assert two.stat().st_mode & 0o777 == 0o600


def test_same_person_is_written_once(two, ana, at):
    append(ana, keeps_certificates=True, at=at + timedelta(days=9))
    assert len(read().lines) == 2


def test_changed_line_is_not_trusted(two, cy):
    rewrite(two, lambda rows: [{**rows[0], "person": 99}, rows[1]])
    found = read()
    assert [line.person for line in found.lines] == [cy.pk]
    assert found.problems == ["line 1 of the erasure ledger was not written with this key"]


def test_line_that_was_taken_out_is_noticed(two, cy):
    rewrite(two, lambda rows: rows[1:])
    found = read()
    assert [line.person for line in found.lines] == [cy.pk]
    assert found.problems == ["before line 1 of the erasure ledger a line is missing or changed"]


def test_made_up_line_is_not_trusted(two):
    rewrite(two, lambda rows: [*rows, {**rows[1], "person": 1, "before": rows[1]["mac"], "mac": "0" * 64}])
    assert read().problems == ["line 3 of the erasure ledger was not written with this key"]


def test_other_key_trusts_nothing_until_the_old_one_is_given(two, settings):
    old = settings.ERASURE_LEDGER_KEY
    settings.ERASURE_LEDGER_KEY = "n" * 60
    assert (read().lines, len(read().problems)) == ([], 2)
    settings.ERASURE_LEDGER_KEY = old
    assert len(read().lines) == 2


def test_line_torn_by_a_crash_is_dropped_and_the_next_one_is_whole(two, bo, at):
    with two.open("ab") as file:
        file.write(b'{"person": 7, "se')
    assert (len(read().lines), read().problems) == (2, [])
    append(bo, keeps_certificates=True, at=at)
    assert ([line.person for line in read().lines][-1], read().problems) == (bo.pk, [])


def test_number_that_was_given_to_somebody_else_is_not_taken_for_her(ana, at):
    append(ana, keeps_certificates=True, at=at)
    stranger = Member(pk=ana.pk, created_at=ana.created_at + timedelta(microseconds=1))
    [line] = read().lines
    assert (line.is_of(ana), line.is_of(stranger)) == (True, False)


def test_it_waits_for_the_disk(ana, at, monkeypatch):
    synced = []
    monkeypatch.setattr(ledgers.os, "fsync", synced.append)
    append(ana, keeps_certificates=True, at=at)
    assert len(synced) == 2  # the line, and the folder that names a new file
