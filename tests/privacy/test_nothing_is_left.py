"""She is everywhere; she is erased; the whole database and all files are searched for every word of hers."""

import pytest
from django.contrib.sessions.models import Session

from certificates.models import Certificate
from forestallies.privacy import rules
from forestallies.privacy.erasure import erase
from members.models import Member
from tests.privacy import everywhere

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def everybody(at):
    her, rows = everywhere.seed(at)
    return her, rows, everywhere.mark(rows)


def test_every_table_of_hers_has_a_row(everybody):
    assert everywhere.not_seeded(everybody[1]) == set()


def test_nothing_of_her_is_left_in_the_database_or_on_the_disk(everybody, at):
    her, _rows, marks = everybody
    before = set(everywhere.left_over(marks))
    assert (before, len(marks) > 40) == (set(marks), True)  # so that the search below could find them
    erase(member=her, by=her, keeps_certificates=False, at=at)
    assert everywhere.left_over(marks) == []
    assert Session.objects.count() == 0


def test_certificates_stay_when_she_wants_that_and_nothing_else(everybody, at):
    her, _rows, marks = everybody
    erase(member=her, by=her, keeps_certificates=True, at=at)
    assert set(everywhere.left_over(marks)) == {
        "certificates.certificate.facts", "certificates.certificate.reason", "certificates.document.pdf",
    }  # fmt: skip
    assert Certificate.objects.get().state == "valid"


@pytest.mark.parametrize("forgotten", ["members.application.why", "notices.notice.text", "events.registration.note"])
def test_field_that_the_rules_leave_out_is_found(everybody, at, monkeypatch, forgotten):
    """The negative control: the search is not blind."""
    her, _rows, marks = everybody
    table = {label: dict(fields) for label, fields in rules.classification().items()}
    label, name = forgotten.rsplit(".", 1)
    table[label][name] = "none"
    monkeypatch.setattr(rules, "classification", lambda: table)
    erase(member=her, by=her, keeps_certificates=False, at=at)
    assert forgotten in everywhere.left_over(marks)


def test_what_counts_stays(everybody, at):
    her, rows, _marks = everybody
    Member.objects.filter(pk=her.pk).update(gender="woman")
    erase(member=her, by=her, keeps_certificates=False, at=at)
    gone = Member.objects.get(pk=her.pk)
    assert (gone.name, gone.email, gone.is_active, gone.country, gone.gender) == (
        "Erased person", None, False, "GH", "woman",
    )  # fmt: skip
    for label in ("events.attendance", "members.membership", "programs.enrolment", "events.registration"):
        assert type(rows[label]).objects.filter(pk=rows[label].pk).exists()
    rows["members.membership"].refresh_from_db()
    assert (rows["members.membership"].state, rows["members.membership"].stakeholder) == ("ended", "COMP")
