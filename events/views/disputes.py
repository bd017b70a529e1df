"""Reporting a mistake in one's own attendance, and the coordinators' pages where such reports are answered."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from events import disputes
from events.actions import disputes as actions
from events.actions.disputes import DisputeRefused, check_can_answer
from events.forms.disputes import UPHOLD, DisputeAnswerForm, DisputeForm
from events.models import Attendance, Dispute
from events.models.disputes import may_be_reported_until, waits_for_report
from forestallies.lib import clock
from jobs import submissions
from members.requests import MemberRequest
from members.staff import check_reader_coordinates, staff_only

PER_PAGE = 25


@require_http_methods(["GET", "HEAD", "POST"])
def dispute_create(request: MemberRequest, attendance_id: int) -> HttpResponse:
    """Let a member say that her own record is wrong; what she said before, and what became of it, stands there too."""
    at = clock.now()
    attendance = get_object_or_404(Attendance.objects.select_related("event"), pk=attendance_id, member=request.user.pk)
    earlier = list(attendance.disputes.order_by("-pk"))
    form = DisputeForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, int]:
            made = actions.report(attendance=attendance, said=form.said(), by=request.user, at=at)
            return {"dispute": made.pk}

        try:
            key, kind = form.cleaned_data["submission"], f"dispute:{attendance.pk}"
            submissions.once(key=key, kind=kind, by=request.user, at=at, act=act)
            messages.success(request, _("Thank you. The team looks at it and writes to you."))
            return redirect("participation")
        except DisputeRefused as refusal:
            form.add_error(None, str(refusal))
            status = 409
    context = {
        "attendance": attendance,
        "event": attendance.event,
        "earlier": earlier,
        "form": form,
        "until": may_be_reported_until(attendance),
        "is_open": waits_for_report(attendance, earlier[0] if earlier else None, at=at),
    }
    return render(request, "events/disputes/report.html", context, status=status)


@require_safe
@staff_only
def dispute_list(request: MemberRequest) -> HttpResponse:
    """List the reports about events one coordinates: those that wait, the oldest first; `?show=answered`: the rest."""
    check_reader_coordinates(request)
    mine = Dispute.objects.visible_to(request.user, at=clock.now())
    shows_answered = request.GET.get("show") == "answered"
    rows = mine.answered().order_by("-answered_at", "-pk") if shows_answered else mine.open().order_by("created_at")
    related = rows.select_related("attendance__event__home", "attendance__member", "answered_by")
    tallies = disputes.tallies(mine)
    context = {
        "page": Paginator(related, PER_PAGE).get_page(request.GET.get("page")),
        "shows_answered": shows_answered,
        "tallies": tallies,
        "waiting": sum(one.waiting for one in tallies),
        "answered": sum(one.upheld + one.declined for one in tallies),
    }
    return render(request, "events/disputes/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def dispute_detail(request: MemberRequest, dispute_id: int) -> HttpResponse:
    """Show one report with what is on record and what was seen, and take the coordinator's answer."""
    check_reader_coordinates(request)
    at = clock.now()
    rows = Dispute.objects.visible_to(request.user, at=at)
    related = rows.select_related("attendance__event__home", "attendance__member", "attendance__recorded_by")
    dispute = get_object_or_404(related.select_related("answered_by"), pk=dispute_id)
    attendance = dispute.attendance
    if request.method == "POST":
        check_can_answer(dispute, by=request.user, at=at)
    form = DisputeAnswerForm(
        request.POST if request.method == "POST" else None,
        attendance=attendance,
        initial={"minutes": dispute.minutes if _fits(dispute) else None},
    )
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            _answer(request, dispute, form)
            messages.success(request, _("Answered. A mail with your words is on its way."))
            return redirect("dispute_list")
        except DisputeRefused as refusal:
            form.add_error(None, str(refusal))
            status = 409
    context = {
        "dispute": dispute,
        "attendance": attendance,
        "event": attendance.event,
        "evidence": disputes.evidence_for(attendance),
        "form": form,
        "is_own": attendance.member_id == request.user.pk,
    }
    return render(request, "events/disputes/detail.html", context, status=status)


def _fits(dispute: Dispute) -> bool:
    return dispute.minutes is not None and dispute.minutes <= dispute.attendance.event.minutes


def _answer(request: MemberRequest, dispute: Dispute, form: DisputeAnswerForm) -> None:
    at, data = clock.now(), form.cleaned_data

    def act() -> dict[str, str]:
        if data["do"] == UPHOLD:
            mark = form.mark(dispute.attendance)
            done = actions.uphold(dispute=dispute, mark=mark, answer=data["answer"], by=request.user, at=at)
        else:
            done = actions.decline(dispute=dispute, answer=data["answer"], by=request.user, at=at)
        return {"state": done.state}

    submissions.once(key=data["submission"], kind=f"dispute:{dispute.pk}:answer", by=request.user, at=at, act=act)
