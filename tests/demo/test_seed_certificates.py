"""The completed edition: the core group has its certificates, the wider group waits for one press of a button."""

from collections import Counter

from django.core.management import call_command

from certificates import documents
from certificates.models import Certificate, Document
from programs.candidates import Standing, candidates
from programs.models import Cohort
from tests.certificates.papers import text_of


def cohort(kind: str) -> Cohort:
    return Cohort.objects.get(edition__slug="sske-2025", kind=kind)


def standings(kind: str) -> Counter[Standing]:
    return Counter(one.standing for one in candidates(cohort(kind), by=None))


def test_core_group_has_its_certificates_and_the_wider_group_is_ready(demo):
    assert standings("core") == {Standing.ISSUED: 35, Standing.MISSING: 7}
    assert standings("wider") == {Standing.READY: 41, Standing.MISSING: 17}


def test_one_certificate_was_replaced_because_its_name_was_misspelt(demo):
    wrong = Certificate.objects.get(state="replaced")
    right = wrong.replaced_by
    assert Certificate.objects.count() == 36
    assert right.holder.name == right.words.name != wrong.words.name
    assert wrong.ended_at == right.issued_at > wrong.issued_at


def test_files_are_made_when_they_are_wanted(demo):
    assert Document.objects.count() == 0
    certificate = Certificate.objects.valid().order_by("pk").first()
    assert certificate.words.name in text_of(bytes(documents.document_of(certificate).pdf))


def test_the_wider_groups_41_are_issued_in_one_go(demo, clock, capsys):
    call_command("issue_certificates", "--cohort", str(cohort("wider").pk))
    assert "41 were ready, 41 issued now" in capsys.readouterr().out
    assert Document.objects.count() == 41
    assert max(len(bytes(one.pdf)) for one in Document.objects.all()) < 300_000
