"""The worker is killed in the middle of issuing 41 certificates: none is missing, none comes twice."""

import pytest

from certificates.models import Certificate, Document
from forestallies.lib.clock import now
from jobs.models import Job
from notices.models import Notice
from programs.actions import certificates
from tests.processes import kill, mail_sink, wait_for, worker
from tests.programs.cohorts import coordinator, fill, wider_group

PEOPLE = 41

pytestmark = [pytest.mark.drills, pytest.mark.django_db(transaction=True)]


def test_killed_worker_leaves_nobody_without_and_nobody_with_two(tmp_path):
    cohort = wider_group()
    people = fill(cohort, PEOPLE)
    boss = coordinator(cohort)
    job = certificates.ask(cohort=cohort, by=boss, at=now())
    with mail_sink(tmp_path) as sink:
        ways = {"EMAIL_URL": sink.url, "JOB_LEASE_SECONDS": "5"}
        with worker(tmp_path, **ways) as first:
            wait_for(lambda: Certificate.objects.count() >= 5, "the first certificates")
            kill(first)
        issued = Certificate.objects.count()
        assert issued < PEOPLE, "the worker was too fast to be killed in the middle"
        assert Certificate.objects.filter(document=None).count() == 0
        with worker(tmp_path, **ways):
            wait_for(lambda: Job.objects.get(pk=job.pk).state == "done", "the rest of the certificates")
            wait_for(lambda: not Notice.objects.unfinished().exists(), "the mails")
        assert len(sink) >= PEOPLE
    assert sorted(Certificate.objects.values_list("holder_id", flat=True)) == sorted(one.pk for one in people)
    assert Document.objects.count() == Notice.objects.filter(kind="certificate_issued").count() == PEOPLE
    job.refresh_from_db()
    assert (job.done, job.total, job.problem) == (PEOPLE, PEOPLE, "")
