"""Letters: the list, and writing one."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forestallies.lib import clock, kept
from jobs import submissions
from jobs.forms import SubmissionForm
from jobs.submissions import Result
from members import audiences, letters, policies
from members import mailing_pages as pages
from members.actions import mailings
from members.actions.mailings import MailingChanged, MailingRefused
from members.audiences import Selection, Target
from members.forms.mailings import MailingForm, initial_words
from members.models import Mailing
from members.requests import MemberRequest
from members.staff import staff_only

PER_PAGE = 25


@require_safe
@staff_only
def mailing_list(request: MemberRequest) -> HttpResponse:
    """List the drafts and, with what became of them, the letters that were sent."""
    at = clock.now()
    rows = Mailing.objects.visible_to(request.user, at=at).select_related("circle", "changed_by", "sent_by")
    page = Paginator(rows.sent().order_by("-sent_at", "-id"), PER_PAGE).get_page(request.GET.get("page"))
    fates = pages.fates(page)
    context = {
        "drafts": rows.drafts().order_by("-changed_at", "-id")[:PER_PAGE],
        "page": page,
        "lines": [(mailing, fates[mailing.pk]) for mailing in page],
        "may_begin": policies.coordinates_anything(request.user, at=at),
    }
    return render(request, "members/staff/mailing_list.html", context)


@require_safe
@staff_only
def mailing_start(request: MemberRequest) -> HttpResponse:
    """Let a coordinator choose to which of her groups she writes; `from` names a letter to begin with."""
    at = clock.now()
    policies.check_coordinates_anything(request.user, at=at)
    source = _source(request, at)
    target = target_of(source, request, at) if source and source.about else None
    context = {"circles": audiences.circles_to_write_to(request.user, at=at), "source": source, "target": target}
    return render(request, "members/staff/mailing_start.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def mailing_create(request: MemberRequest, of: str, target_id: int) -> HttpResponse:
    """Write a new letter to the people of a group or an event; begin with a text (`text`) or a letter (`from`)."""
    at = clock.now()
    target = audiences.open_target(of, target_id, by=request.user, at=at)
    typed = request.POST if request.method == "POST" else kept.take(request)
    source = _source(request, at)
    form = _form(typed, target, None, at, initial=_beginning(request, target, source))

    draft = _begin(request, form, at) if request.method == "POST" and form.is_valid() else None
    if draft and not form.errors:
        return _go_on(request, draft)
    samples = [] if typed or source else letters.samples(of)
    earlier = _earlier(request, target, at) if samples else []
    context = {"samples": samples, "earlier": earlier, "draft": draft}
    return _write(request, form, context, is_kept=typed is not None)


def _begin(request: MemberRequest, form: MailingForm, at: datetime) -> int:
    """Begin a letter and give its id. The same page sent again with other words changes the draft that it began.

    Whoever looks at her draft and goes back in the browser stands on that page again. What went out or was removed
    meanwhile stays as it is, and a new letter begins. Refusals stand in the form.
    """
    kind = f"letter:{form.target.of}:{form.target.id}"
    given: Result = {"selection": form.selection(), "words": form.words(), **form.options(), "by": request.user}
    made: list[int] = []

    def begin() -> Result:
        made.append(mailings.begin(**given, at=at).pk)
        return {"mailing": made[0]}

    def save() -> Result:
        if not made:
            mailings.save(mailing=draft, version=form.cleaned_data["version"] or 1, **given, at=at)
        return {"mailing": draft.pk}

    key = form.cleaned_data["submission"]
    first: int = submissions.once(key=key, kind=kind, by=request.user, at=at, act=begin)["mailing"]
    draft = Mailing.objects.visible_to(request.user, at=at).drafts().filter(pk=first).first()
    if draft is None:
        done = submissions.once(key=form.key(), kind=kind, by=request.user, at=at, act=begin)
        return int(done["mailing"])
    once(request, form, f"letter_edit:{draft.pk}", save)
    return draft.pk


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def mailing_edit(request: MemberRequest, mailing_id: int) -> HttpResponse:
    """Go on writing a draft."""
    at = clock.now()
    mailing = mailing_of(request, mailing_id, at)
    target = target_of(mailing, request, at)
    typed = request.POST if request.method == "POST" else kept.take(request)
    if not mailing.is_draft and typed is None:
        return redirect("mailing_detail", mailing.pk)
    form = _form(typed, target, mailing, at)

    def act() -> Result:
        version = form.cleaned_data["version"] or 0
        words, options = form.words(), form.options()
        mailings.save(
            mailing=mailing,
            version=version,
            selection=form.selection(),
            words=words,
            **options,
            by=request.user,
            at=at,
        )
        return {"mailing": mailing.pk}

    if request.method == "POST" and form.is_valid() and once(request, form, f"letter_edit:{mailing.pk}", act):
        return _go_on(request, mailing.pk)
    return _write(request, form, {"mailing": mailing}, is_kept=typed is not None)


def mailing_of(request: MemberRequest, mailing_id: int, at: datetime) -> Mailing:
    rows = Mailing.objects.visible_to(request.user, at=at).select_related(
        "circle", "created_by", "changed_by", "sent_by"
    )
    return get_object_or_404(rows, pk=mailing_id)


def target_of(mailing: Mailing, request: MemberRequest, at: datetime) -> Target:
    """Whose people a letter is for, asked anew: who may no longer write to them, may not go on with their letter."""
    selection = Selection.parse(mailing.audience)
    return audiences.open_target(selection.of, selection.id, by=request.user, at=at)


def _source(request: MemberRequest, at: datetime) -> Mailing | None:
    """The letter that `from` names."""
    wanted = request.GET.get("from", "")
    if not wanted:
        return None
    if not wanted.isdecimal() or len(wanted) > 18:
        raise Http404
    return mailing_of(request, int(wanted), at)


def _earlier(request: MemberRequest, target: Target, at: datetime) -> list[Mailing]:
    """The latest letters of the same circle, to begin with one of them."""
    rows = Mailing.objects.visible_to(request.user, at=at).filter(circle=target.circle_id)
    return [one for one in rows.sent().order_by("-sent_at")[:5] if one.title]


def _beginning(request: MemberRequest, target: Target, source: Mailing | None) -> dict[str, Any]:
    """What a new letter begins with: another one's words and options, a text to start from, or nothing."""
    if source:
        words = initial_words(source.all_words())
        return {**words, "english_instead": source.english_instead, "is_important": source.is_important}
    sample = letters.sample(request.GET.get("text", ""), target.of)
    return initial_words(sample.words) if sample else {}


def _form(typed: QueryDict | None, target: Target, mailing: Mailing | None, at: datetime, **kwargs: Any) -> MailingForm:
    everybody = Selection(of=target.of, id=target.id, groups=tuple(target.groups))
    spread = audiences.spread(everybody, at=at)
    return MailingForm(typed, target=target, spread=spread, mailing=mailing, **kwargs)


def _write(request: MemberRequest, form: MailingForm, context: dict[str, Any], *, is_kept: bool) -> HttpResponse:
    """Draw the page on which a letter is written, with everything as it was typed."""
    is_refused = request.method == "POST"
    context = {
        **context,
        "form": form,
        "target": form.target,
        "placeholders": letters.in_braces(letters.placeholders_of(form.target.of)),
        "is_kept": is_kept and not is_refused,
    }
    return render(request, "members/staff/mailing_write.html", context, status=422 if is_refused else 200)


def _go_on(request: MemberRequest, mailing_id: int) -> HttpResponse:
    """From saving to where the button that was pressed leads."""
    messages.success(request, _("The draft is saved."))
    return redirect("mailing_edit" if "stay" in request.POST else "mailing_detail", mailing_id)


def once(request: MemberRequest, form: SubmissionForm, kind: str, act: Callable[[], Result]) -> Result | None:
    """Act once; None when it was refused, with the sentences in the form."""
    try:
        return submissions.once(
            key=form.key() if isinstance(form, MailingForm) else form.cleaned_data["submission"],
            kind=kind,
            by=request.user,
            at=clock.now(),
            act=act,
        )
    except MailingChanged as change:
        form.add_error(None, str(change))
        if isinstance(form, MailingForm):
            form.present_version = change.version
    except MailingRefused as refusal:
        for reason in refusal.reasons:
            form.add_error(None, reason)
    return None
