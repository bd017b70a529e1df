"""One member for her coordinators: state and history, organisations and rights with their dates."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forestallies.lib import clock
from jobs import submissions
from jobs.forms import SubmissionForm
from members import membership_page, policies
from members.actions import affiliations, life, rights
from members.actions.affiliations import AffiliationRefused
from members.actions.life import MembershipRefused
from members.forms.memberships import RoleForm, WhyForm
from members.forms.organisations import JoinForm
from members.models import Affiliation, Grant, Member, Membership
from members.requests import MemberRequest
from members.staff import staff_only

State = Membership.State


@require_safe
@staff_only
def membership_detail(request: MemberRequest, membership_id: int) -> HttpResponse:
    """Show one membership with what belongs to its person."""
    return _detail(request, _membership(request, membership_id))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def membership_state(request: MemberRequest, membership_id: int, state: str) -> HttpResponse:
    """Ask before a membership pauses, ends or is taken up again, and do it."""
    at, row = clock.now(), _membership(request, membership_id)
    if state not in State.values:
        raise Http404
    if not row.may_become(state, by_herself=row.member_id == request.user.pk):
        messages.info(request, _("This membership is already %(state)s.") % {"state": row.get_state_display()})
        return redirect("membership_detail", row.pk)
    form = WhyForm(request.POST if request.method == "POST" else None, state=state)
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, str]:
            return {"state": life.change_state(membership=row, state=state, why=form.why, by=request.user, at=at).state}

        try:
            kind = f"membership:{row.pk}:{state}"
            submissions.once(key=form.cleaned_data["submission"], kind=kind, by=request.user, at=at, act=act)
            messages.success(request, _("The membership is changed; what was before stays in its history."))
            return redirect("membership_detail", row.pk)
        except MembershipRefused as refusal:
            form.add_error(None, str(refusal))
    context = {
        "form": form,
        "membership": row,
        "state": state,
        "lines": membership_page.meaning(state, [row], at=at, of_others=True),
        "back": row.get_absolute_url(),
        **membership_page.heading(state, row, of_others=True),
    }
    return render(request, "members/membership/change.html", context, status=422 if form.is_bound else 200)


@require_POST
@staff_only
def affiliation_create(request: MemberRequest, membership_id: int) -> HttpResponse:
    """Let a member speak for an organisation that the portal knows."""
    at, row = clock.now(), _membership(request, membership_id)
    form = JoinForm(request.POST)
    if form.is_valid():

        def act() -> dict[str, int]:
            made = affiliations.begin(
                member=row.member, organisation=form.cleaned_data["organisation"], role=form.cleaned_data["role"],
                by=request.user, at=at,
            )  # fmt: skip
            return {"affiliation": made.pk}

        try:
            kind = f"affiliation:{row.member_id}"
            submissions.once(key=form.cleaned_data["submission"], kind=kind, by=request.user, at=at, act=act)
            messages.success(request, _("Your change is saved."))
            return redirect("membership_detail", row.pk)
        except AffiliationRefused as refusal:
            form.add_error(None, str(refusal))
    return _detail(request, row, join_form=form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def affiliation_edit(request: MemberRequest, affiliation_id: int) -> HttpResponse:
    """Change a person's role in an organisation, or end that she speaks for it."""
    policies.check_coordinates_anything(request.user, at=clock.now())
    at = clock.now()
    people = Member.objects.known_to(request.user, at=at)
    rows = Affiliation.objects.filter(member__in=people, ends_on=None).select_related("organisation", "member")
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
            return redirect("organisation_detail", row.organisation_id)
        except AffiliationRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "affiliation": row, "is_staff_page": True}
    return render(request, "members/membership/affiliation.html", context, status=422 if form.is_bound else 200)


@require_POST
@staff_only
def grant_end(request: MemberRequest, grant_id: int) -> HttpResponse:
    """End a right; that it was held stays written."""
    policies.check_coordinates_anything(request.user, at=clock.now())
    at = clock.now()
    row = get_object_or_404(Grant.objects.visible_to(request.user, at=at), pk=grant_id)
    form = SubmissionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That form was incomplete and nothing was changed. Please try again from this page."))
    else:

        def act() -> dict[str, int]:
            return {"grant": rights.end(grant=row, by=request.user, at=at).pk}

        submissions.once(key=form.cleaned_data["submission"], kind=f"grant:{row.pk}", by=request.user, at=at, act=act)
        messages.success(request, _("The right has ended; its dates stay in the history."))
    if row.organisation_id:
        return redirect("organisation_detail", row.organisation_id)
    hers = Membership.objects.run_by(request.user, at=at).filter(member=row.member_id).order_by("pk").first()
    return redirect("membership_detail", hers.pk) if hers else redirect("member_list")


def _membership(request: MemberRequest, membership_id: int) -> Membership:
    at = clock.now()
    policies.check_coordinates_anything(request.user, at=at)
    rows = Membership.objects.run_by(request.user, at=at).select_related("member", "community", "organisation")
    return get_object_or_404(rows, pk=membership_id)


def _detail(
    request: MemberRequest, row: Membership, *, join_form: JoinForm | None = None, status: int = 200
) -> HttpResponse:
    at = clock.now()
    held = Grant.objects.visible_to(request.user, at=at).filter(member=row.member_id)
    grants = list(held.select_related("circle", "organisation").order_by("-starts_at", "-pk"))
    places = Affiliation.objects.filter(member=row.member_id).select_related("organisation")
    context = {
        "membership": row,
        "member": row.member,
        "steps": list(row.steps.select_related("by")),
        "needs_check": row.is_to_check(at),
        "affiliations": list(places.order_by("-starts_on", "-pk")),
        "grants": [(one, one.holds(at) and rights.is_for_coordinators(one, by=request.user)) for one in grants],
        "others": list(
            Membership.objects.run_by(request.user, at=at)
            .filter(member=row.member_id).exclude(pk=row.pk).select_related("community").order_by("pk")
        ),
        "join_form": join_form or JoinForm(),
        "moves": [
            (state, words)
            for state, words in membership_page.buttons(of_others=True).items()
            if row.may_become(state, by_herself=row.member_id == request.user.pk)
        ],
        "today": at.date(),
    }  # fmt: skip
    return render(request, "members/staff/membership_detail.html", context, status=status)
