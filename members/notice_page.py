"""The page about one message, for the outbox and for the messages of one event: what it shows and what it does.

Who may open it is the business of the page that leads here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Entry
from jobs import submissions
from jobs.forms import SubmissionForm
from members.models import Member
from members.requests import MemberRequest
from notices import kinds
from notices.actions import outbox
from notices.models import Notice
from notices.preview import LANGUAGES, NoPreview, preview_of

Act = Literal["cancel", "resend"]
PageOf = Callable[[int], str]

WORDS = {
    "notice.cancelled": gettext_lazy("took the message back"),
    "notice.tried_again": gettext_lazy("had it tried again"),
    "notice.sent_again": gettext_lazy("sent it once more"),
    "notice.copied": gettext_lazy("sent this as a copy"),
}
# Scripts, forms, pictures from elsewhere and the portal's own cookies are all out of reach for the words of a mail.
LOCKED_UP = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


@dataclass(frozen=True)
class Step:
    """What the team did with a message; `other` is the page of the copy, or of what it is a copy of."""

    who: str
    words: str
    at: datetime
    other: str


def context(notice: Notice, *, may_read: bool, language: str, page_of: PageOf, at: datetime) -> dict[str, Any]:
    """What `outbox/_notice.html` shows: facts, history, buttons that would do something, and the words if allowed.

    Args:
        may_read: the reader may read the words and act; otherwise she learns that it was sent, and no more.
        page_of: gives the address of such a page.
    """
    found: dict[str, Any] = {
        "notice": notice,
        "kind": kinds.get(notice.kind).label,
        "steps": _steps(notice, page_of),
        "page_of_notice": page_of(notice.pk),
        "may_cancel": may_read and outbox.may_cancel(notice),
        "may_resend": may_read and outbox.may_resend(notice, at=at),
        "why_not": _why_not(notice, at=at) if may_read else "",
        "languages": LANGUAGES if may_read and notice.facts is not None and notice.recipient_id else [],
    }
    if not may_read:
        return {**found, "no_preview": _("Only the recipient reads the words of this message.")}
    try:
        found["preview"] = preview_of(notice, language=language, at=at)
    except NoPreview as reason:
        found["no_preview"] = str(reason)
    return found


def html_answer(notice: Notice, *, language: str, at: datetime) -> HttpResponse:
    """The HTML part of a message as a page of its own, in which nothing can run and which reaches nothing."""
    try:
        html = preview_of(notice, language=language, at=at).html
    except NoPreview as reason:
        raise Http404 from reason
    headers = {
        "Content-Security-Policy": LOCKED_UP,
        "X-Frame-Options": "SAMEORIGIN",
        "Referrer-Policy": "no-referrer",
    }
    return HttpResponse(html, headers=headers)


def act(request: MemberRequest, notice: Notice, do: Act, *, at: datetime) -> int:
    """Take the message back or send it again, once; say what was done, or why not. Gives the message to show next."""
    form = SubmissionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That form was incomplete and nothing was changed. Please try again from this page."))
        return notice.pk
    change = outbox.cancel if do == "cancel" else outbox.resend

    def once() -> dict[str, int]:
        return {"notice": change(notice=notice, by=request.user, at=at).pk}

    try:
        key, kind = form.cleaned_data["submission"], f"notice:{do}:{notice.pk}"
        shown: int = submissions.once(key=key, kind=kind, by=request.user, at=at, act=once)["notice"]
    except outbox.OutboxRefused as refusal:
        messages.error(request, str(refusal))
        return notice.pk
    if do == "cancel":
        messages.success(request, _("The message will not be sent."))
    elif shown == notice.pk:
        messages.success(request, _("The message is on its way again."))
    else:
        messages.success(request, _("A copy is on its way. This is its page."))
    return shown


def _why_not(notice: Notice, *, at: datetime) -> str:
    """Why something that was sent or failed is not sent again; empty when it can be, or when nobody would ask."""
    if notice.state not in (Notice.State.SENT, Notice.State.FAILED):
        return ""
    try:
        outbox.check_can_resend(notice, at=at)
    except outbox.OutboxRefused as refusal:
        return str(refusal)
    return ""


def _steps(notice: Notice, page_of: PageOf) -> list[Step]:
    entries = list(Entry.objects.about(notice).order_by("pk"))
    names = dict(Member.objects.filter(pk__in={one.actor_id for one in entries}).values_list("pk", "name"))
    others = [one.detail.get("copy") or one.detail.get("original") for one in entries]
    return [
        Step(
            who=names.get(one.actor_id or 0, ""),
            words=str(WORDS.get(one.verb, one.verb)),
            at=one.at,
            other=page_of(other) if other else "",
        )
        for one, other in zip(entries, others, strict=True)
    ]
