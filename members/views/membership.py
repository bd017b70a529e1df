"""One's own membership: how it stands, pausing, coming back and leaving, and the yearly look at what is written."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forestallies.lib import clock
from jobs import submissions
from jobs.forms import SubmissionForm
from members import membership_page
from members.actions import affiliations, life
from members.actions.affiliations import AffiliationRefused
from members.actions.life import MembershipRefused
from members.forms.memberships import RoleForm, WhyForm
from members.models import Affiliation, Membership
from members.requests import MemberRequest

State = Membership.State


@require_safe
def my_membership(request: MemberRequest) -> HttpResponse:
    """Show one's memberships with their history, what is written of oneself, and who in the organisation reads it."""
    at = clock.now()
    rows = Membership.objects.filter(member=request.user).select_related("community", "organisation")
    past = Affiliation.objects.filter(member=request.user, ends_on__lte=at.date()).select_related("organisation")
    context = {
        "memberships": list(rows.prefetch_related("steps").order_by("joined_at", "pk")),
        "to_check": {one.pk for one in membership_page.to_check(request.user, at=at)},
        "written": membership_page.written_of(request.user, at=at),
        "past": list(past.order_by("-ends_on", "-pk")),
        "contact_of": membership_page.organisations_of_contact(request.user, at=at),
    }
    return render(request, "members/membership/mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def my_membership_change(request: MemberRequest, membership_id: int, state: str) -> HttpResponse:
    """Ask before one's membership pauses, ends or is taken up again, and do it."""
    at, row = clock.now(), _own(request, membership_id)
    if state not in State.values:
        raise Http404
    if not row.may_become(state, by_herself=True):
        messages.info(request, _("This membership is already %(state)s.") % {"state": row.get_state_display()})
        return redirect("my_membership")
    form = WhyForm(request.POST if request.method == "POST" else None, state=state, reasons=Membership.HER_REASONS)
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, str]:
            return {"state": life.change_state(membership=row, state=state, why=form.why, by=request.user, at=at).state}

        try:
            kind = f"membership:{row.pk}:{state}"
            submissions.once(key=form.cleaned_data["submission"], kind=kind, by=request.user, at=at, act=act)
            messages.success(request, _done(state) % {"community": row.community.name})
            return redirect("my_membership")
        except MembershipRefused as refusal:
            form.add_error(None, str(refusal))
    context = {
        "form": form,
        "membership": row,
        "state": state,
        "lines": membership_page.meaning(state, [row], at=at),
        **membership_page.heading(state, row),
    }
    return render(request, "members/membership/change.html", context, status=422 if form.is_bound else 200)


def _done(state: str) -> str:
    if state == State.ACTIVE:
        return _("Welcome back! Your membership of %(community)s is active again.")
    if state == State.DORMANT:
        return _("Your membership of %(community)s pauses. You can come back at any time.")
    return _("You have left %(community)s. Thank you for the time you were with us.")


@require_http_methods(["GET", "HEAD", "POST"])
def my_membership_check(request: MemberRequest, membership_id: int) -> HttpResponse:
    """Show what is written of oneself, to say that it is right or to go where it is corrected."""
    at, row = clock.now(), _own(request, membership_id)
    form = SubmissionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, int]:
            return {"membership": life.confirm(membership=row, by=request.user, at=at).pk}

        kind = f"membership_check:{row.pk}"
        submissions.once(key=form.cleaned_data["submission"], kind=kind, by=request.user, at=at, act=act)
        messages.success(request, _("Thank you. We ask again in a year."))
        return redirect("my_membership")
    context = {"membership": row, "written": membership_page.written_of(request.user, at=at)}
    return render(request, "members/membership/check.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def my_affiliation(request: MemberRequest, affiliation_id: int) -> HttpResponse:
    """Change one's role in an organisation, or say that one does not speak for it any more."""
    at = clock.now()
    rows = Affiliation.objects.filter(member=request.user, ends_on=None).select_related("organisation", "member")
    row = get_object_or_404(rows, pk=affiliation_id)
    form = RoleForm(request.POST if request.method == "POST" else None, initial={"role": row.role})
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, int]:
            if "end" in request.POST:
                return {"affiliation": affiliations.end(affiliation=row, by=request.user, at=at).pk}
            role = form.cleaned_data["role"]
            return {"affiliation": affiliations.change_role(affiliation=row, role=role, by=request.user, at=at).pk}

        try:
            kind = f"affiliation:{row.pk}:{'end' in request.POST}"
            submissions.once(key=form.cleaned_data["submission"], kind=kind, by=request.user, at=at, act=act)
            messages.success(request, _("Your change is saved."))
            return redirect("my_membership")
        except AffiliationRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "affiliation": row, "back": "my_membership"}
    return render(request, "members/membership/affiliation.html", context, status=422 if form.is_bound else 200)


def _own(request: MemberRequest, membership_id: int) -> Membership:
    rows = Membership.objects.filter(member=request.user).select_related("community", "member")
    return get_object_or_404(rows, pk=membership_id)
