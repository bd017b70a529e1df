"""One message of the outbox: what became of it, how it looks, taking it back and sending it again."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from forestallies.lib import clock
from forestallies.outbox import board
from members import notice_page, outbox
from members.requests import MemberRequest
from members.staff import check_reader_coordinates, staff_only
from notices.models import Notice


@require_safe
@staff_only
def outbox_notice(request: MemberRequest, notice_id: int) -> HttpResponse:
    """Show a message; of one that is only the recipient's to read, that it was sent and no more."""
    at = clock.now()
    notice = _notice(request, notice_id, at=at)
    shown = notice_page.context(
        notice,
        may_read=_may_read(request, notice, at=at),
        language=request.GET.get("language", ""),
        page_of=lambda pk: reverse("outbox_notice", args=[pk]),
        at=at,
    )
    [line] = board.lines([notice], request.user, at=at)
    context = {**shown, "line": line}
    return render(request, "outbox/notice.html", context)


@require_safe
@staff_only
def outbox_html(request: MemberRequest, notice_id: int) -> HttpResponse:
    """Show the HTML part of a message, locked up, for the frame on its page."""
    at = clock.now()
    notice = _readable(request, notice_id, at=at)
    return notice_page.html_answer(notice, language=request.GET.get("language", ""), at=at)


@require_POST
@staff_only
def outbox_cancel(request: MemberRequest, notice_id: int) -> HttpResponse:
    """Take a message back before it leaves."""
    at = clock.now()
    shown = notice_page.act(request, _readable(request, notice_id, at=at), "cancel", at=at)
    return redirect("outbox_notice", shown)


@require_POST
@staff_only
def outbox_resend(request: MemberRequest, notice_id: int) -> HttpResponse:
    """Try a failed message again, or send a copy of one that was sent."""
    at = clock.now()
    shown = notice_page.act(request, _readable(request, notice_id, at=at), "resend", at=at)
    return redirect("outbox_notice", shown)


def _notice(request: MemberRequest, notice_id: int, *, at: datetime) -> Notice:
    check_reader_coordinates(request)
    rows = outbox.visible_notices(request.user, at=at).select_related("recipient")
    return get_object_or_404(rows, pk=notice_id)


def _readable(request: MemberRequest, notice_id: int, *, at: datetime) -> Notice:
    notice = _notice(request, notice_id, at=at)
    if not _may_read(request, notice, at=at):
        raise Http404
    return notice


def _may_read(request: MemberRequest, notice: Notice, *, at: datetime) -> bool:
    return outbox.readable_notices(request.user, at=at).filter(pk=notice.pk).exists()
