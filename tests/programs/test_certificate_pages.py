"""The coordinator's page: who is ready, one button, the progress, what is left."""

from uuid import uuid4

import pytest
from django.urls import reverse

from certificates.models import Certificate
from forestallies.lib.clock import now
from jobs import work
from jobs.models import Job
from members.models import Grant
from notices.models import Notice
from programs.models import Cohort
from tests.factories import CircleFactory, CohortFactory, EditionFactory, GrantFactory, MemberFactory, SessionFactory
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
    assert "Issuing 2 certificates: waiting for the worker" in waiting
    assert '<meta http-equiv="refresh" content="3">' in waiting
    assert "Issue 2 certificates" not in waiting
    work.run_waiting(clock=now)
    done = page(browser, cohort)
    assert "Last time 2 certificates were issued" in done
    assert 'http-equiv="refresh"' not in done
    assert all(reverse("certificate_detail", args=[cohort.pk, one.pk]) in done for one in Certificate.objects.all())


def test_running_job_says_how_far_it_is(browser, cohort):
    fill(cohort, 2)
    press(browser, cohort)
    Job.objects.update(state=Job.State.RUNNING, done=1)
    text = page(browser, cohort)
    assert "Issuing certificates: 1 of 2" in text and "waiting for the worker" not in text


def test_list_narrows_to_those_who_are_ready(browser, cohort):
    ready = fill(cohort, 2)
    take_part(cohort, MemberFactory.create(name="Cy Late"), came=1)
    answer = browser.get(reverse("candidate_list", args=[cohort.pk]), {"standing": "ready"})
    assert [one.member for one in answer.context["shown"]] == ready
    assert len(answer.context["people"]) == 3
    for odd in ("issued", "'", "x" * 3000):
        assert len(browser.get(answer.request["PATH_INFO"], {"standing": odd}).context["shown"]) == 3


def test_groups_say_how_many_are_ready_and_those_come_first(browser, cohort):
    core = CohortFactory.create(edition=cohort.edition, kind=Cohort.Kind.CORE)
    fill(core, 1, came=1)
    fill(cohort, 2)
    [first, second] = browser.get(reverse("cohort_list")).context["cohorts"]
    assert first == (cohort, {"ready": 2})
    assert second == (core, {"missing": 1})
    press(browser, cohort)
    work.run_waiting(clock=now)
    text = browser.get(reverse("cohort_list")).content.decode()
    assert "2 issued" in text and "ready" not in text


@pytest.mark.parametrize("people", [1, 3])
def test_groups_cost_the_same_for_one_and_three(boss, browser, cohort, people, django_assert_num_queries):
    fill(cohort, people)
    for number in range(people):
        circle = CircleFactory.create(kind="edition", name=f"Earlier {number}")
        edition = EditionFactory.create(slug=f"earlier-{number}", name=circle.name, circle=circle)
        GrantFactory.create(member=boss, circle=circle, right=Grant.Right.COORDINATOR)
        fill(CohortFactory.create(edition=edition), 1, came=0)
    browser.get(reverse("cohort_list"))
    with django_assert_num_queries(10):
        assert len(browser.get(reverse("cohort_list")).context["cohorts"]) == people + 1


def test_button_comes_after_the_last_session(browser, cohort, clock):
    fill(cohort, 1)
    SessionFactory.create(edition=cohort.edition, number=9)
    text = page(browser, cohort)
    assert "Certificates are issued after the last session" in text and "Issue 1 certificate" not in text
    press(browser, cohort)
    assert Job.objects.count() == 0


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


# --- Corrections ------------------------------------------------------------------------------------------------------


@pytest.fixture
def issued(browser, cohort) -> Certificate:
    fill(cohort, 1)
    press(browser, cohort)
    work.run_waiting(clock=now)
    return Certificate.objects.get()


def correct(browser, cohort, certificate, how, **words):
    address = reverse(f"certificate_{how}", args=[cohort.pk, certificate.pk])
    return browser.post(address, {"submission": uuid4(), **words})


def test_corrected_name_comes_with_a_new_certificate_and_a_mail(browser, cohort, issued):
    holder = issued.holder
    holder.name = "Person Núñez"
    holder.save(update_fields=["name"])
    assert "It says Person 0." in page(browser, cohort)
    answer = correct(browser, cohort, issued, "replace")
    new = Certificate.objects.valid().get()
    issued.refresh_from_db()
    assert (issued.state, issued.replaced_by, new.words.name) == ("replaced", new, "Person Núñez")
    assert answer.url == reverse("certificate_detail", args=[cohort.pk, new.pk])
    assert Notice.objects.filter(kind="certificate_issued").count() == 2


def test_correction_that_cannot_be_printed_is_refused(browser, cohort, issued):
    holder = issued.holder
    holder.name = "李小龍"
    holder.save(update_fields=["name"])
    answer = browser.get(correct(browser, cohort, issued, "replace").url)
    assert "This name cannot be printed." in answer.content.decode()
    assert Certificate.objects.get().state == "valid"


def test_revoking_needs_a_reason_and_keeps_it_from_the_public(browser, cohort, issued, client):
    assert correct(browser, cohort, issued, "revoke").status_code == 422
    correct(browser, cohort, issued, "revoke", reason="Attendance was not hers")
    issued.refresh_from_db()
    detail = browser.get(reverse("certificate_detail", args=[cohort.pk, issued.pk])).content.decode()
    assert (issued.state, issued.reason) == ("revoked", "Attendance was not hers")
    assert "Attendance was not hers" in detail and "Replace it" not in detail
    public = client.get(reverse("certificate_verify", args=[issued.code])).content.decode()
    assert "was revoked on" in public and "Attendance" not in public


def test_what_is_over_cannot_be_corrected_again(browser, cohort, issued):
    correct(browser, cohort, issued, "revoke", reason="x")
    for how in ("replace", "revoke"):
        answer = browser.get(correct(browser, cohort, issued, how, reason="y").url)
        assert "This certificate is not valid any more." in answer.content.decode()


def test_nobody_corrects_her_own(cohort, boss, browser):
    take_part(cohort, boss, came=5)
    another = sign_in(coordinator(cohort))
    press(another, cohort)
    work.run_waiting(clock=now)
    own = Certificate.objects.get(holder=boss)
    assert correct(browser, cohort, own, "revoke", reason="x").status_code == 403
    assert correct(browser, cohort, own, "replace").status_code == 403
    assert "Replace it" not in browser.get(reverse("certificate_detail", args=[cohort.pk, own.pk])).content.decode()


def test_certificate_of_another_cohort_is_not_found_here(browser, cohort, issued):
    issued.key = "programs.cohort:0:member:1"
    issued.save(update_fields=["key"])
    assert browser.get(reverse("certificate_detail", args=[cohort.pk, issued.pk])).status_code == 404
    assert correct(browser, cohort, issued, "revoke", reason="x").status_code == 404
