"""Where coordinators issue certificates."""

from collections import Counter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from certificates import codes
from certificates.forms import RevokeForm
from certificates.issuing import CertificateRefused
from certificates.models import Certificate
from forestallies.lib import clock
from jobs import submissions
from jobs.forms import SubmissionForm
from jobs.models import Job
from jobs.queue import OPEN
from members.requests import MemberRequest
from members.staff import staff_only
from programs import policies
from programs.actions import certificates
from programs.candidates import Standing, candidates, certificate_key, counted
from programs.models import Cohort


@require_safe
@staff_only
def cohort_list(request: MemberRequest) -> HttpResponse:
    """List the cohorts whose certificates one looks after: those with somebody ready first, then the latest edition."""
    rows = Cohort.objects.visible_to(request.user, at=clock.now()).select_related("edition")
    cohorts = list(rows.order_by("-edition__starts_on", "kind"))
    counts = counted(cohorts, by=request.user)
    listed = [(cohort, counts[cohort.pk]) for cohort in sorted(cohorts, key=lambda one: not counts[one.pk]["ready"])]
    return render(request, "programs/staff/cohort_list.html", {"cohorts": listed})


@require_safe
@staff_only
def candidate_list(request: MemberRequest, cohort_id: int) -> HttpResponse:
    """Show who of a cohort has a certificate, who gets one, and who not and why; with the job at work, if any.

    `?standing=ready` leaves in the table only those who get one.
    """
    cohort, at = _cohort(request, cohort_id), clock.now()
    people = candidates(cohort, by=request.user)
    job = certificates.latest_job(cohort)
    standing = Standing.READY if request.GET.get("standing") == Standing.READY.value else None
    context = {
        "cohort": cohort,
        "people": people,
        "standing": standing,
        "shown": [one for one in people if standing in (None, one.standing)],
        "count": Counter(one.standing.value for one in people),
        "unprintable": [one for one in people if one.standing is Standing.UNPRINTABLE],
        "job": job,
        "job_is_open": bool(job and job.state in OPEN),
        "job_is_queued": bool(job and job.state == Job.State.QUEUED),
        "job_failed": bool(job and job.state == Job.State.FAILED),
        "is_over": certificates.is_over(cohort, at=at),
        "may_issue": policies.can_issue(cohort, by=request.user, at=at),
    }
    return render(request, "programs/staff/candidate_list.html", context)


@require_POST
@staff_only
def certificates_issue(request: MemberRequest, cohort_id: int) -> HttpResponse:
    """Ask for the certificates of everybody who is ready; a job issues them within seconds."""
    cohort, at = _cohort(request, cohort_id), clock.now()
    policies.check_can_issue(cohort, by=request.user, at=at)
    form = SubmissionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That form was incomplete and nothing was changed. Please try again from this page."))
        return redirect("candidate_list", cohort.pk)

    def act() -> dict[str, int]:
        return {"job": certificates.ask(cohort=cohort, by=request.user, at=at).pk}

    try:
        key = form.cleaned_data["submission"]
        submissions.once(key=key, kind=f"certificates:{cohort.pk}", by=request.user, at=at, act=act)
    except certificates.NothingToIssue as refusal:
        messages.error(request, str(refusal))
    return redirect("candidate_list", cohort.pk)


@require_safe
@staff_only
def certificate_detail(request: MemberRequest, cohort_id: int, certificate_id: int) -> HttpResponse:
    """Show what a certificate says, beside what it would say today, with the ways to correct it."""
    cohort = _cohort(request, cohort_id)
    return _detail(request, cohort, _certificate(cohort, certificate_id), RevokeForm(), status=200)


@require_POST
@staff_only
def certificate_replace(request: MemberRequest, cohort_id: int, certificate_id: int) -> HttpResponse:
    """Issue it anew with what is on record today; the old one says that it was replaced."""
    cohort, at = _cohort(request, cohort_id), clock.now()
    certificate = _certificate(cohort, certificate_id)
    policies.check_can_correct(cohort, certificate, by=request.user, at=at)
    form = SubmissionForm(request.POST)
    if not form.is_valid():
        return _detail(request, cohort, certificate, RevokeForm(), status=422)

    def act() -> dict[str, int]:
        new = certificates.replace(certificate=certificate, cohort=cohort, by=request.user, at=at)
        return {"certificate": new.pk}

    try:
        key = form.cleaned_data["submission"]
        result = submissions.once(key=key, kind=f"replace:{certificate.pk}", by=request.user, at=at, act=act)
    except CertificateRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("certificate_detail", cohort.pk, certificate.pk)
    messages.success(request, _("Replaced. The holder gets a mail with the new certificate."))
    return redirect("certificate_detail", cohort.pk, result["certificate"])


@require_POST
@staff_only
def certificate_revoke(request: MemberRequest, cohort_id: int, certificate_id: int) -> HttpResponse:
    """Declare it void; its public page says so at once."""
    cohort, at = _cohort(request, cohort_id), clock.now()
    certificate = _certificate(cohort, certificate_id)
    policies.check_can_correct(cohort, certificate, by=request.user, at=at)
    form = RevokeForm(request.POST)
    if not form.is_valid():
        return _detail(request, cohort, certificate, form, status=422)

    def act() -> dict[str, int]:
        reason = form.cleaned_data["reason"]
        certificates.revoke(certificate=certificate, cohort=cohort, reason=reason, by=request.user, at=at)
        return {"certificate": certificate.pk}

    try:
        key = form.cleaned_data["submission"]
        submissions.once(key=key, kind=f"revoke:{certificate.pk}", by=request.user, at=at, act=act)
        messages.success(request, _("Revoked. Its public page says so from now on."))
    except CertificateRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("certificate_detail", cohort.pk, certificate.pk)


def _detail(
    request: MemberRequest, cohort: Cohort, certificate: Certificate, form: RevokeForm, *, status: int
) -> HttpResponse:
    context = {
        "cohort": cohort,
        "certificate": certificate,
        "code": codes.show(certificate.code),
        "revoke_form": form,
        "may_correct": policies.can_correct(cohort, certificate, by=request.user, at=clock.now()),
    }
    return render(request, "programs/staff/certificate_detail.html", context, status=status)


def _certificate(cohort: Cohort, certificate_id: int) -> Certificate:
    rows = Certificate.objects.filter(key__startswith=certificate_key(cohort)).select_related("holder", "ended_by")
    return get_object_or_404(rows, pk=certificate_id)


def _cohort(request: MemberRequest, cohort_id: int) -> Cohort:
    rows = Cohort.objects.visible_to(request.user, at=clock.now()).select_related("edition__programme")
    return get_object_or_404(rows, pk=cohort_id)
