"""The coordinator's page: who is ready, one button, the progress, what is left."""

from uuid import uuid4

import pytest
from django.urls import reverse

from certificates.models import Certificate
from forestallies.lib.clock import now
from jobs import work
from jobs.models import Job
from tests.factories import GrantFactory, MemberFactory
from tests.programs.cohorts import coordinator, fill, take_part, wider_group
from tests.world import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(db, clock):
    return wider_group()


@pytest.fixture
def boss(cohort):
    return coordinator(cohort, name="Bo Dupont")


@pytest.fixture
def browser(boss):
    return sign_in(boss)


def page(browser, cohort) -> str:
    answer = browser.get(reverse("candidate_list", args=[cohort.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def press(browser, cohort, key=None):
    return browser.post(reverse("certificates_issue", args=[cohort.pk]), {"submission": key or uuid4()})


def test_page_says_who_is_ready_and_who_not_and_why(browser, cohort, boss):
    fill(cohort, 2)
    take_part(cohort, MemberFactory.create(name="Cy Late"), came=1)
    take_part(cohort, MemberFactory.create(name="李小龍"), came=5)
    take_part(cohort, boss, came=5)
    text = page(browser, cohort)
    for words in (
        "Issue 2 certificates",
        "2 sessions are missing",
        "These names cannot be printed",
        "Another coordinator",
    ):
        assert words in text


def test_button_makes_a_job_and_the_page_shows_its_progress(browser, cohort):
    fill(cohort, 2)
    assert press(browser, cohort).url == reverse("candidate_list", args=[cohort.pk])
    waiting = page(browser, cohort)
    assert "Issuing certificates: 0 of 2" in waiting
    assert '<meta http-equiv="refresh" content="3">' in waiting
    assert "Issue 2 certificates" not in waiting
    work.run_waiting(clock=now)
    done = page(browser, cohort)
    assert "Last time 2 certificates were issued" in done
    assert 'http-equiv="refresh"' not in done
    assert all(code in done for code in Certificate.objects.values_list("code", flat=True))


def test_same_button_twice_is_one_job(browser, cohort):
    fill(cohort, 1)
    key = uuid4()
    press(browser, cohort, key)
    press(browser, cohort, key)
    press(browser, cohort)
    assert Job.objects.count() == 1


def test_pressing_when_nobody_is_ready_is_a_sentence(browser, cohort):
    press(browser, cohort)
    assert "Nobody waits for a certificate." in page(browser, cohort)
    assert Job.objects.count() == 0


def test_form_without_its_key_changes_nothing(browser, cohort):
    fill(cohort, 1)
    browser.post(reverse("certificates_issue", args=[cohort.pk]))
    assert "nothing was changed" in page(browser, cohort)
    assert Job.objects.count() == 0


def broken(job):
    raise ZeroDivisionError


def test_failed_job_is_said_and_can_be_repeated(browser, cohort, monkeypatch, caplog):
    fill(cohort, 1)
    press(browser, cohort)
    monkeypatch.setitem(work._WORKERS, "certificates", broken)
    work.run_waiting(clock=now)
    text = page(browser, cohort)
    assert "The last issuing stopped half-way" in text and "Issue 1 certificate" in text
    monkeypatch.undo()
    press(browser, cohort)
    work.run_waiting(clock=now)
    assert Certificate.objects.count() == 1


def test_facilitator_reads_and_does_not_issue(cohort):
    fill(cohort, 1)
    fay = MemberFactory.create()
    GrantFactory.create(member=fay, circle=cohort.edition.circle, right="facilitator")
    browser = sign_in(fay)
    assert "Issue 1 certificate" not in page(browser, cohort)
    assert press(browser, cohort).status_code == 403
    assert Job.objects.count() == 0


def test_coordinator_of_another_edition_finds_nothing(cohort, bo):
    browser = sign_in(bo)
    assert browser.get(reverse("candidate_list", args=[cohort.pk])).status_code == 404
    assert press(browser, cohort).status_code == 404
    assert str(cohort.edition.name) not in browser.get(reverse("cohort_list")).content.decode()


def test_coordinator_finds_her_groups(browser, cohort):
    text = browser.get(reverse("cohort_list")).content.decode()
    assert reverse("candidate_list", args=[cohort.pk]) in text
