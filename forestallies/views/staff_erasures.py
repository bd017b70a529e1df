"""Erasing people who cannot ask for it themselves: those without an address, and those who never signed in."""

from datetime import datetime

from django.contrib import messages
from django.db.models import Q, QuerySet, Value
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forestallies.forms import EraseForForm
from forestallies.lib import clock
from forestallies.lib import text as words
from forestallies.lib.database import Fold
from forestallies.merging import choosing
from forestallies.privacy import wishes
from forestallies.privacy.erasure import ErasureRefused
from jobs import submissions
from jobs.forms import SubmissionForm
from members.models import Circle, ErasureRequest, Member
from members.requests import MemberRequest
from members.staff import check_reader_coordinates, staff_only

FOUND = 20
SHOWN = 50


@require_safe
@staff_only
def erasure_list(request: MemberRequest) -> HttpResponse:
    """Look people up by name, and see what waits and what was done lately."""
    check_reader_coordinates(request)
    at = clock.now()
    query = words.tidy(request.GET.get("q", ""))[:120]
    found = _people(request.user, at).exclude(pk=request.user.pk) if query else Member.objects.none()
    named = found.alias(folded=Fold("name")).filter(folded__contains=Fold(Value(query))) if query else found
    people = list(choosing.with_facts(named.order_by(Fold("name"), "pk"), by=request.user, at=at)[: FOUND + 1])
    requests = ErasureRequest.objects.visible_to(request.user, at=at).exclude(state=ErasureRequest.State.ASKED)
    rows = list(requests.select_related("member", "asked_by").order_by("-asked_at", "-pk").distinct()[:SHOWN])
    context = {
        "query": query,
        "people": people[:FOUND],
        "there_are_more": len(people) > FOUND,
        "waiting": [row for row in rows if row.state == ErasureRequest.State.WAITING],
        "ended": [row for row in rows if row.state != ErasureRequest.State.WAITING],
        "form": SubmissionForm(),
    }
    return render(request, "privacy/staff/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def erasure_create(request: MemberRequest, member_id: int) -> HttpResponse:
    """Ask for somebody else, with a reason; it waits for some days like everybody's."""
    check_reader_coordinates(request)
    at = clock.now()
    member = get_object_or_404(choosing.with_facts(_people(request.user, at), by=request.user, at=at), pk=member_id)
    form = EraseForForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, int]:
            made = wishes.ask_for(
                member=member, reason=form.cleaned_data["reason"], keeps_certificates=form.keeps_certificates,
                by=request.user, at=at,
            )  # fmt: skip
            return {"wish": made.pk}

        try:
            kind = f"erase:{member.pk}"
            submissions.once(key=form.cleaned_data["submission"], kind=kind, by=request.user, at=at, act=act)
            messages.success(
                request, _("%(name)s will be erased when the waiting time is over.") % {"name": member.name}
            )
            return redirect("erasure_list")
        except ErasureRefused as refusal:
            form.add_error(None, str(refusal))
            status = 409
    context = {"form": form, "person": member, "refusal": _refusal(member, request.user, at)}
    context |= {"days": ErasureRequest.waiting_time().days}
    return render(request, "privacy/staff/erase.html", context, status=status)


@require_POST
@staff_only
def erasure_take_back(request: MemberRequest, wish_id: int) -> HttpResponse:
    """Take back what a coordinator asked for; what a person confirmed herself is hers to take back."""
    check_reader_coordinates(request)
    at, form = clock.now(), SubmissionForm(request.POST)
    rows = ErasureRequest.objects.visible_to(request.user, at=at).exclude(reason="")
    wish = get_object_or_404(rows.distinct(), pk=wish_id)

    def act() -> dict[str, str]:
        return {"state": wishes.take_back(wish=wish, by=request.user, at=at).state}

    if not form.is_valid():
        messages.error(request, _("Nothing was changed. Please press the button again."))
        return redirect("erasure_list")
    try:
        kind = f"erase_back:{wish.pk}"
        submissions.once(key=form.cleaned_data["submission"], kind=kind, by=request.user, at=at, act=act)
        messages.success(request, _("Taken back: nobody is erased."))
    except ErasureRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("erasure_list")


def _people(member: Member, at: datetime) -> QuerySet[Member]:
    """Everybody who is or was in a circle that a coordinator runs, and is not erased."""
    run = Circle.objects.run_by(member, at=at)
    inside = Member.objects.filter(belongings__circle__in=run).values("pk")
    return Member.objects.filter(Q(pk__in=inside), erased_at=None)


def _refusal(member: Member, by: Member, at: datetime) -> str:
    """Why it cannot be asked for, if so, before anybody types a reason."""
    try:
        wishes.check_can_ask_for(member, by=by, at=at)
    except ErasureRefused as refusal:
        return str(refusal)
    return ""
