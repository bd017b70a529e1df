"""Issued once per key, replaced and revoked with a trace; the database holds what the code promises."""

from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from audit.models import Entry
from certificates import issuing
from certificates.guards import VALID
from certificates.models import Certificate
from notices import guards
from tests.certificates.papers import AT, draft, facts, issued
from tests.factories import MemberFactory

State = Certificate.State
pytestmark = pytest.mark.django_db


def test_issuing_freezes_the_facts_and_is_audited():
    bo = MemberFactory.create()
    certificate, new = issuing.issue(draft(), by=bo, at=AT)
    assert (new, certificate.state, certificate.issued_by_id) == (True, "valid", bo.pk)
    assert certificate.words.name == "Ana Lucía Quispe Mamani"
    assert certificate.words.verify_url.endswith(f"/verify/{certificate.code}/")
    entry = Entry.objects.about(certificate).get()
    assert (entry.verb, entry.actor_id, entry.detail) == ("certificate.issued", bo.pk, {"key": "test:1"})


def test_issuing_twice_gives_the_first_one():
    first = issued()
    second, new = issuing.issue(draft(name="Another Name"), by=None, at=AT)
    assert (second, new) == (first, False)
    assert Certificate.objects.count() == 1


def test_replacing_leaves_the_old_one_and_makes_a_new_code():
    old = issued(name="Ana Quispe Mamami")
    new = issuing.replace(old, facts=facts(), language="es", by=None, at=AT)
    old.refresh_from_db()
    assert (old.state, old.replaced_by, old.ended_at) == (State.REPLACED, new, AT)
    assert (new.state, new.key, new.language) == (State.VALID, old.key, "es")
    assert new.code != old.code
    assert issuing.issue(draft(), by=None, at=AT) == (new, False)


def test_revoked_one_is_not_issued_again_by_the_way():
    certificate = issued()
    issuing.revoke(certificate, reason="Issued to the wrong person", by=None, at=AT)
    with pytest.raises(issuing.CertificateRefused):
        issuing.issue(draft(), by=None, at=AT)
    entry = Entry.objects.filter(verb="certificate.revoked").get()
    assert "wrong" not in str(entry.detail)  # the audit holds no free text


@pytest.mark.parametrize("again", ["revoke", "replace"])
def test_what_is_over_cannot_end_a_second_time(again):
    certificate = issued()
    issuing.revoke(certificate, reason="", by=None, at=AT)
    ways = {
        "revoke": lambda: issuing.revoke(certificate, reason="", by=None, at=AT),
        "replace": lambda: issuing.replace(certificate, facts=facts(), language="en", by=None, at=AT),
    }
    with pytest.raises(issuing.CertificateRefused):
        ways[again]()


def test_mail_about_it_is_wanted_only_while_it_is_valid():
    certificate = issued()
    assert guards.ask(VALID, f"{certificate.pk}", AT).ok
    issuing.revoke(certificate, reason="", by=None, at=AT)
    assert not guards.ask(VALID, f"{certificate.pk}", AT).ok


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"state": "valid"}, "certificate_valid_once"),
        ({"state": "revoked"}, "certificate_end_has_date"),
        ({"state": "valid", "ended_at": AT, "key": "test:2"}, "certificate_end_has_date"),
        ({"state": "replaced", "ended_at": AT}, "certificate_replaced_by_another"),
    ],
)
def test_database_refuses(values, constraint):
    issued()
    row = draft()
    row.issued_at = AT
    for name, value in values.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save()


def issue_at_once(number: int) -> list[bool]:
    """Issue the same key from several threads at the same moment; gives which of them found theirs new."""
    holder, start, answers = MemberFactory.create(), Barrier(number), []

    def run():
        made = draft(holder)
        start.wait()
        try:
            answers.append(issuing.issue(made, by=None, at=AT)[1])
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_many_at_once_issue_one():
    assert sorted(issue_at_once(6)) == [False] * 5 + [True]
    assert Certificate.objects.count() == 1
    assert Entry.objects.filter(verb="certificate.issued").count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_is_the_constraint_that_keeps_it_to_one():
    """Without it the same race issues several: the test above would notice."""
    [constraint] = [one for one in Certificate._meta.constraints if one.name == "certificate_valid_once"]
    with connection.schema_editor() as editor:
        editor.remove_constraint(Certificate, constraint)
    try:
        for _ in range(10):
            Certificate.objects.all().delete()
            issue_at_once(6)
            if Certificate.objects.count() > 1:
                break
        assert Certificate.objects.count() > 1
    finally:
        Certificate.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Certificate, constraint)
