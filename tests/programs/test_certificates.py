"""A cohort's certificates: who is ready, each person once, what is left undone is listed."""

import json
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection

from certificates import documents, issuing
from certificates.models import Certificate, Document
from jobs import work
from jobs.models import Job
from notices.models import Notice
from programs.actions import certificates
from programs.candidates import Standing, candidates, hours
from tests.certificates.papers import text_of
from tests.factories import AttendanceFactory, GrantFactory, MemberFactory
from tests.programs.cohorts import coordinator, fill, other_circle, take_part, wider_group

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(db):
    return wider_group()


@pytest.fixture
def boss(cohort):
    return coordinator(cohort, name="Bo Dupont")


def issue(cohort, by=None, at=NOW) -> Job:
    job = certificates.ask(cohort=cohort, by=by, at=at)
    work.run_waiting(clock=lambda: at)
    job.refresh_from_db()
    return job


def standings(cohort, by=None) -> dict[str, Standing]:
    return {one.member.name: one.standing for one in candidates(cohort, by=by)}


def test_everybody_has_a_standing_with_its_reason(cohort, boss):
    take_part(cohort, MemberFactory.create(name="Ana"), came=4)
    take_part(cohort, MemberFactory.create(name="Cy"), came=2)
    take_part(cohort, MemberFactory.create(name="李小龍"), came=4)
    take_part(cohort, boss, came=4)
    assert standings(cohort, by=boss) == {
        "Ana": Standing.READY,
        "Bo Dupont": Standing.ONESELF,
        "Cy": Standing.MISSING,
        "李小龍": Standing.UNPRINTABLE,
    }


def test_each_who_is_ready_gets_a_certificate_with_its_file_and_a_mail(cohort, boss):
    ana = take_part(cohort, MemberFactory.create(name="Ana Quispe", language="es"), came=4)
    take_part(cohort, MemberFactory.create(name="Cy"), came=2)
    job = issue(cohort, by=boss)
    certificate = Certificate.objects.get()
    words = certificate.words
    assert (job.state, job.done, job.total, job.problem) == ("done", 1, 1, "")
    assert (certificate.holder, certificate.issued_by, certificate.issued_at) == (ana, boss, NOW)
    assert (words.name, words.language, words.attendance) == ("Ana Quispe", "es", "4 de 5 sesiones")
    assert words.hours.startswith("6,0 ")
    assert "Ana Quispe" in text_of(bytes(Document.objects.get().pdf))
    notice = Notice.objects.get(kind="certificate_issued")
    assert (notice.recipient, notice.language) == (ana, "es")
    assert certificate.code in notice.text


def test_issuing_twice_issues_nothing_twice(cohort, boss):
    fill(cohort, 3)
    issue(cohort, by=boss)
    with pytest.raises(certificates.NothingToIssue):
        certificates.ask(cohort=cohort, by=boss, at=NOW)
    take_part(cohort, MemberFactory.create(), came=5)
    issue(cohort, by=boss, at=NOW + timedelta(days=1))
    assert Certificate.objects.count() == Document.objects.count() == 4
    assert Notice.objects.filter(kind="certificate_issued").count() == 4


def test_nothing_is_issued_before_the_last_session_is_over(cohort, boss):
    fill(cohort, 2)
    last = cohort.edition.sessions.latest("ends_at")
    with pytest.raises(certificates.NothingToIssue, match="after the last session"):
        certificates.ask(cohort=cohort, by=boss, at=last.ends_at - timedelta(minutes=1))
    assert certificates.ask(cohort=cohort, by=boss, at=last.ends_at).total == 2


def test_asking_twice_before_it_begins_is_one_job(cohort, boss):
    fill(cohort, 2)
    first = certificates.ask(cohort=cohort, by=boss, at=NOW)
    assert certificates.ask(cohort=cohort, by=boss, at=NOW) == first
    assert Job.objects.count() == 1


def test_certificate_that_cannot_be_set_is_listed_and_the_others_are_issued(cohort, boss, monkeypatch):
    people = fill(cohort, 3)
    typeset = documents.typeset

    def failing(batch):
        for words, setting in zip(batch := list(batch), typeset(batch), strict=True):
            yield documents.Setting(problem="no ink") if words.name == people[1].name else setting

    monkeypatch.setattr(documents, "typeset", failing)
    job = issue(cohort, by=boss)
    assert (job.state, job.done, job.total, job.problem) == ("done", 2, 3, f"member:{people[1].pk} no ink")
    assert not Certificate.objects.filter(holder=people[1]).exists()
    monkeypatch.undo()
    assert issue(cohort, by=boss).done == 1
    assert Certificate.objects.count() == 3


def test_process_that_dies_in_the_middle_leaves_nobody_half_done(cohort, boss, monkeypatch):
    fill(cohort, 5)
    job = certificates.ask(cohort=cohort, by=boss, at=NOW)
    assert work.claim(at=NOW)
    steps = certificates.issue_all(job)
    for _ in range(3):
        next(steps)
    steps.close()  # as a killed process: the job stays in its hand
    assert Certificate.objects.count() == Document.objects.count() == Notice.objects.count() == 2
    later = NOW + 2 * work.LEASE
    work.run_waiting(clock=lambda: later)
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 5)
    assert Certificate.objects.count() == Notice.objects.count() == 5


def test_revoked_certificate_stays_revoked(cohort, boss):
    fill(cohort, 1)
    issue(cohort, by=boss)
    issuing.revoke(Certificate.objects.get(), reason="", by=boss, at=NOW)
    assert set(standings(cohort).values()) == {Standing.REVOKED}


def test_only_coordinators_of_the_edition_issue(cohort):
    stranger = MemberFactory.create()
    GrantFactory.create(member=stranger, circle=other_circle())
    facilitator = MemberFactory.create()
    GrantFactory.create(member=facilitator, circle=cohort.edition.circle, right="facilitator")
    fill(cohort, 1)
    for member in (stranger, facilitator):
        with pytest.raises(PermissionDenied):
            certificates.ask(cohort=cohort, by=member, at=NOW)


def test_hours_add_what_was_measured_and_plan_what_was_only_marked(cohort):
    measured = take_part(cohort, MemberFactory.create(), came=2, seconds=1800)
    marked = take_part(cohort, MemberFactory.create(), came=2, seconds=None)
    partial = MemberFactory.create()
    AttendanceFactory.create(
        event=cohort.edition.sessions.first().event_ptr, member=partial, status="partial", seconds=900
    )
    assert hours(cohort, [measured.pk, marked.pk, partial.pk]) == {measured.pk: 1.0, marked.pk: 3.0, partial.pk: 0.25}


@pytest.mark.parametrize(("setting", "own", "language"), [("", "fr", "fr"), ("es", "fr", "es"), ("xx", "fr", "fr")])
def test_language_is_the_one_for_all_or_the_holders(settings, setting, own, language):
    settings.CERTIFICATE_LANGUAGE = setting
    assert certificates.language_for(MemberFactory.build(language=own)) == language


def test_list_takes_a_handful_of_queries(cohort, boss, django_assert_max_num_queries):
    fill(cohort, 4)
    issue(cohort, by=boss)
    with django_assert_max_num_queries(8):
        assert len(candidates(cohort, by=boss)) == 4


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_issue_each_certificate_once(cohort, boss):
    """Both take the same job, as after a lease that ran out too early."""
    people, start = fill(cohort, 8), Barrier(2)
    job = certificates.ask(cohort=cohort, by=boss, at=NOW)

    def run():
        start.wait()
        try:
            for _step in certificates.issue_all(job):
                pass
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Certificate.objects.values_list("holder_id", flat=True)) == sorted(one.pk for one in people)
    assert Document.objects.count() == Notice.objects.filter(kind="certificate_issued").count() == 8


# --- The command ------------------------------------------------------------------------------------------------------


def command(cohort_id, *options, status=0) -> dict:
    out = StringIO()
    ends = pytest.raises(SystemExit, match=str(status)) if status else nullcontext()
    with ends:
        call_command("issue_certificates", "--cohort", str(cohort_id), "--json", *options, stdout=out)
    return json.loads(out.getvalue())


def test_command_issues_and_is_silent_the_second_time(cohort, clock):
    fill(cohort, 2)
    assert command(cohort.pk, "--dry-run")["issued"] == 0
    assert Job.objects.count() == 0
    assert command(cohort.pk) == {
        "cohort": str(cohort), "ready": 2, "issued": 2, "issued_before": 0, "unprintable": 0, "not_eligible": 0,
    }  # fmt: skip
    assert command(cohort.pk)["issued"] == 0
    assert Certificate.objects.count() == 2


def test_command_says_by_its_status_that_somebody_got_none(cohort, clock):
    take_part(cohort, MemberFactory.create(name="李小龍"), came=4)
    assert command(cohort.pk, status=1)["unprintable"] == 1


@pytest.mark.parametrize("wrong", ["0", "x", "٣"])
def test_command_refuses_a_cohort_that_is_none(db, wrong):
    with pytest.raises(CommandError) as refusal:
        call_command("issue_certificates", "--cohort", wrong)
    assert refusal.value.returncode == 2
