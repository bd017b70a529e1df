"""The members of the communities one coordinates: the list, and pausing, ending or taking up several at once."""

from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from forestallies.lib import clock
from forestallies.lib.database import forgiving
from jobs import submissions
from members import directory, membership_page
from members.actions import life
from members.directory import ALIKE, Slice
from members.forms.memberships import ChosenForm, MembersForm
from members.models import Circle, Community, Membership
from members.models.communities import MembershipQuerySet
from members.models.organisations import CHECKED_EVERY
from members.requests import MemberRequest
from members.staff import check_reader_coordinates, staff_only
from members.views.directory import page_of

State = Membership.State


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def member_list(request: MemberRequest) -> HttpResponse:
    """List the members of one's communities, and after a question change the state of those that were ticked."""
    check_reader_coordinates(request)
    at = clock.now()
    if request.method != "POST":
        return _show(request, None, at=at)
    form = ChosenForm(request.POST)
    rows = Membership.objects.run_by(request.user, at=at).filter(pk__in=form.chosen).select_related("member")
    if form.is_valid():
        if form.is_sure and _act(request, form, at=at):
            return redirect(_afterwards(request))
        if not form.errors:
            return _ask(request, form, rows, at=at)
    elif form.is_sure and form.has_error("reason"):
        return _ask(request, form, rows, at=at, status=422)
    return _show(request, form, at=at, status=422)


def _act(request: MemberRequest, form: ChosenForm, *, at: datetime) -> bool:
    """Do it once and say with a number what was done; False when the page was used before."""
    state = form.cleaned_data["do"]

    def once() -> dict[str, int]:
        number = life.change_many(ids=form.chosen, state=state, why=form.why, by=request.user, at=at)
        return {"done": number, "left": len(form.chosen) - number}

    try:
        key = form.cleaned_data["submission"]
        result = submissions.once(key=key, kind=form.kind, by=request.user, at=at, act=once)
    except submissions.WrongSubmission:
        form.add_error(None, _("This page was sent before. Here is the list as it is now; please press again."))
        return False
    if result["done"]:
        words = ngettext("%(count)d membership was changed.", "%(count)d memberships were changed.", result["done"])
        messages.success(request, words % {"count": result["done"]})
    if result["left"]:
        words = ngettext(
            "%(count)d membership stays as it is.", "%(count)d memberships stay as they are.", result["left"]
        )
        messages.warning(request, words % {"count": result["left"]})
    return True


def _ask(
    request: MemberRequest, form: ChosenForm, rows: MembershipQuerySet, *, at: datetime, status: int = 200
) -> HttpResponse:
    """Say what would become of each before anything happens."""
    state = form.cleaned_data.get("do") or request.POST["do"]
    every = list(rows.select_related("member", "community", "organisation").order_by("member__name", "pk"))
    fit = [one for one in every if one.may_become(state, by_herself=one.member_id == request.user.pk)]
    context = {
        "form": form,
        "state": state,
        "fit": fit,
        "left": [one for one in every if one not in fit],
        "lines": membership_page.meaning(state, fit, at=at, of_others=True),
        "button": membership_page.buttons(of_others=True)[state],
        "chosen": " ".join(str(one.pk) for one in fit),
        "back": _afterwards(request),
    }
    return render(request, "members/staff/member_confirm.html", context, status=status)


def _afterwards(request: MemberRequest) -> str:
    """The list as it was narrowed."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"{request.path}?{kept.urlencode()}" if kept else request.path


def _show(request: MemberRequest, choice: ChosenForm | None, *, at: datetime, status: int = 200) -> HttpResponse:
    communities = Community.objects.filter(circle__in=Circle.objects.run_by(request.user, at=at)).order_by("name")
    form = MembersForm(request.GET, communities=communities)
    page: Slice[Membership] = Slice([])
    if form.is_valid():
        page = _page(form, Membership.objects.run_by(request.user, at=at), page_of(request), at=at)
    context: dict[str, Any] = {
        "form": form,
        "choice": choice,
        "ticked": set(choice.chosen) if choice else set(),
        "figures": figures(Membership.objects.run_by(request.user, at=at), at=at),
        "page": page,
        "year_ago": at - CHECKED_EVERY,
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
        "is_narrowed_more": any(request.GET.get(name) for name in form.fields if name != "name"),
        "buttons": membership_page.buttons(of_others=True),
    }
    return render(request, "members/staff/member_list.html", context, status=status if form.is_valid() else 422)


def _page(form: MembersForm, rows: MembershipQuerySet, number: int, *, at: datetime) -> Slice[Membership]:
    """One page, by name or the most similar names first; nobody counts the whole list."""
    name = form.cleaned_data["name"].strip()
    found = directory.by_name(form.narrow(rows, at=at), "member__name", "pk", name)
    with forgiving(ALIKE) if name else nullcontext():
        return directory.slice_of(found.select_related("member", "community", "organisation"), number)


def figures(rows: MembershipQuerySet, *, at: datetime) -> dict[str, int]:
    """How many are active, pause and have ended, and how many of the active ones said within a year that all is right;
    one query."""
    active = Q(state=State.ACTIVE)
    since = at - CHECKED_EVERY
    return rows.aggregate(
        active=Count("pk", filter=active),
        dormant=Count("pk", filter=Q(state=State.DORMANT)),
        ended=Count("pk", filter=Q(state=State.ENDED)),
        confirmed=Count("pk", filter=active & (Q(joined_at__gt=since) | Q(confirmed_at__gt=since))),
    )
