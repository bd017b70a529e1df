"""Letters: looking at one through its readers' eyes, trying it on oneself, sending it, and what became of it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forestallies.lib import clock
from jobs.forms import SubmissionForm
from jobs.submissions import Result
from members import audiences, letters
from members import mailing_pages as pages
from members.actions import mailings
from members.audiences import Selection
from members.forms.mailings import SendForm, TrialForm
from members.models import Mailing
from members.requests import MemberRequest
from members.staff import staff_only
from members.views.mailings import mailing_of, once, target_of

NAMES_PER_PAGE = 100


@require_safe
@staff_only
def mailing_detail(request: MemberRequest, mailing_id: int) -> HttpResponse:
    """Show a draft as its readers will see it, and to how many it goes; of a sent letter, what became of it."""
    return _show(request, mailing_id, clock.now())


@require_safe
@staff_only
def mailing_people(request: MemberRequest, mailing_id: int) -> HttpResponse:
    """Name the people a draft goes to, those whom no mail reaches first."""
    at = clock.now()
    mailing = mailing_of(request, mailing_id, at)
    if not mailing.is_draft:
        return redirect("mailing_detail", mailing.pk)
    target, selection = target_of(mailing, request, at), Selection.parse(mailing.audience)
    page = Paginator(pages.people_of(selection, at=at), NAMES_PER_PAGE).get_page(request.GET.get("page"))
    context = {"mailing": mailing, "target": target, "page": page}
    return render(request, "members/staff/mailing_people.html", context)


@require_POST
@staff_only
def mailing_test(request: MemberRequest, mailing_id: int) -> HttpResponse:
    """Send the letter to its writer herself, in one language or in all that are written."""
    at = clock.now()
    mailing = mailing_of(request, mailing_id, at)
    target_of(mailing, request, at)
    form = TrialForm(request.POST, mailing=mailing)

    def act() -> Result:
        return {"count": mailings.try_out(mailing=mailing, languages=form.languages(), by=request.user, at=at)}

    if form.is_valid() and (done := once(request, form, f"letter_test:{mailing.pk}", act)):
        words = ngettext("%(n)d mail is on its way to you.", "%(n)d mails are on their way to you.", done["count"])
        messages.success(request, words % {"n": done["count"]})
        return redirect("mailing_detail", mailing.pk)
    return _show(request, mailing_id, at, trial_form=form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def mailing_send(request: MemberRequest, mailing_id: int) -> HttpResponse:
    """Ask once more, naming the number of people, and send."""
    at = clock.now()
    mailing = mailing_of(request, mailing_id, at)
    target = target_of(mailing, request, at)
    form = SendForm(request.POST if request.method == "POST" else None)

    def act() -> Result:
        expected = form.cleaned_data["expected"]
        sent = mailings.send(mailing=mailing, expected=expected, by=request.user, at=at)
        return {"count": sent.count}

    if request.method == "POST" and form.is_valid() and (done := once(request, form, f"send:{mailing.pk}", act)):
        words = ngettext("The letter goes to %(n)d person.", "The letter goes to %(n)d people.", done["count"] or 0)
        messages.success(request, words % {"n": done["count"]})
        return redirect("mailing_detail", mailing.pk)
    mailing = mailing_of(request, mailing_id, at)  # as it stands after what was pressed
    if not mailing.is_draft:
        return _show(request, mailing_id, at, refused=form, status=409 if form.is_bound else 200)
    spread = audiences.spread(Selection.parse(mailing.audience), at=at)
    context = {
        "mailing": mailing,
        "target": target,
        "spread": spread,
        "languages": pages.languages_of(spread),
        "problems": letters.problems(mailing, spread),
        "form": form,
    }
    return render(request, "members/staff/mailing_send.html", context, status=422 if form.is_bound else 200)


@require_POST
@staff_only
def mailing_remove(request: MemberRequest, mailing_id: int) -> HttpResponse:
    """Throw a draft away."""
    at = clock.now()
    form = SubmissionForm(request.POST)

    def act() -> Result:  # looks for the letter itself: who presses twice has removed it already
        mailing = mailing_of(request, mailing_id, at)
        target_of(mailing, request, at)
        mailings.remove(mailing=mailing, by=request.user, at=at)
        return {"mailing": mailing_id}

    if form.is_valid() and once(request, form, f"letter_remove:{mailing_id}", act):
        messages.success(request, _("The draft is removed."))
        return redirect("mailing_list")
    return _show(request, mailing_id, at, refused=form, status=422)


def _show(
    request: MemberRequest,
    mailing_id: int,
    at: datetime,
    *,
    trial_form: TrialForm | None = None,
    refused: SubmissionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Draw the page of a letter as it stands now, with what was refused."""
    mailing = mailing_of(request, mailing_id, at)
    if mailing.is_draft:
        page, context = "mailing_detail", _of_draft(request, mailing, at)
        context["trial_form"] = trial_form or TrialForm(mailing=mailing)
    else:
        page, context = "mailing_sent", _of_sent(mailing)
    context |= {"mailing": mailing, "refused": refused or trial_form}
    return render(request, f"members/staff/{page}.html", context, status=status)


def _of_draft(request: MemberRequest, mailing: Mailing, at: datetime) -> dict[str, Any]:
    target, selection = target_of(mailing, request, at), Selection.parse(mailing.audience)
    spread, people = audiences.spread(selection, at=at), pages.samples(selection, at=at)
    person = pages.looking(people, request.GET.get("person", ""), request.user)
    return {
        "target": target,
        "audience_lines": audiences.in_words(selection, target),
        "spread": spread,
        "languages": pages.languages_of(spread),
        "countries": pages.countries_of(spread),
        "problems": letters.problems(mailing, spread),
        "people": people,
        "person": person,
        "readings": pages.readings(mailing, spread.languages, person),
    }


def _of_sent(mailing: Mailing) -> dict[str, Any]:
    selection = Selection.parse(mailing.audience)
    target = audiences.get(selection.of).describe(selection.id)
    return {
        "fate": pages.fates([mailing])[mailing.pk],
        "target": target,
        "audience_lines": audiences.in_words(selection, target) if target else [],
        "readings": pages.readings(mailing, {}, mailing.sent_by) if target and mailing.sent_by else [],
    }
