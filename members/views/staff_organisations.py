"""Organisations for coordinators: the list, one of them with its people now and before, its contacts, and its data."""

from contextlib import nullcontext

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forestallies.lib import clock
from forestallies.lib.database import forgiving
from jobs import submissions
from members import directory, policies
from members.actions import organisations, rights
from members.actions.rights import RightRefused
from members.directory import ALIKE, Search, Slice
from members.forms.directory import SearchForm
from members.forms.organisations import ContactForm, OrganisationForm
from members.models import Affiliation, Grant, Member, Membership, Organisation
from members.requests import MemberRequest
from members.staff import check_reader_coordinates, staff_only
from members.views.directory import page_of

PEOPLE_SHOWN = 200


@require_safe
@staff_only
def organisation_list(request: MemberRequest) -> HttpResponse:
    """Find organisations of one's people by name, country and kind."""
    check_reader_coordinates(request)
    at, form = clock.now(), SearchForm(request.GET)
    page: Slice[Organisation] = Slice([])
    if form.is_valid():
        wanted = form.search()
        rows = Organisation.objects.run_by(request.user, at=at)
        rows = rows.filter(country=wanted.country) if wanted.country else rows
        rows = rows.filter(kind=wanted.stakeholder) if wanted.stakeholder else rows
        found = directory.by_name(rows, "name", "pk", wanted.name).annotate(
            people=Count("affiliations", filter=Q(affiliations__ends_on=None), distinct=True)
        )
        with forgiving(ALIKE) if wanted.name else nullcontext():
            page = directory.slice_of(found, page_of(request))
    context = {"form": form, "page": page, "search": form.search() if form.is_valid() else Search()}
    return render(request, "members/staff/organisation_list.html", context, status=200 if form.is_valid() else 422)


@require_safe
@staff_only
def organisation_detail(request: MemberRequest, organisation_id: int) -> HttpResponse:
    """Show one organisation: what is written of it, its contacts, and its people now and before."""
    at, organisation = clock.now(), _organisation(request, organisation_id)
    known = Member.objects.known_to(request.user, at=at)
    people = list(
        Affiliation.objects.filter(organisation=organisation, member__in=known)
        .select_related("member")
        .order_by("member__name", "-starts_on", "pk")[:PEOPLE_SHOWN]
    )
    held = Grant.objects.filter(organisation=organisation, right=Grant.Right.ORGANISATION_CONTACT)
    contacts = list(held.filter(member__in=known).select_related("member").order_by("-starts_at", "-pk"))
    standing = {one.member_id for one in contacts if one.holds(at)}
    hers = Membership.objects.run_by(request.user, at=at).filter(member__in=[one.member_id for one in people])
    memberships: dict[int, Membership] = {}
    for one in hers.select_related("community").order_by("-pk"):
        memberships[one.member_id] = one
    context = {
        "organisation": organisation,
        "projects": list(organisation.projects.all()),
        "now": [(one, memberships.get(one.member_id)) for one in people if one.is_current(at.date())],
        "before": [(one, memberships.get(one.member_id)) for one in people if not one.is_current(at.date())],
        "contacts": [(one, one.holds(at)) for one in contacts],
        "candidates": {
            one.member_id: one.member.name for one in people if one.ends_on is None and one.member_id not in standing
        },
        "is_checked": not organisation.is_to_check(at),
    }
    return render(request, "members/staff/organisation_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def organisation_edit(request: MemberRequest, organisation_id: int) -> HttpResponse:
    """Change what is written of an organisation, and the projects it supports."""
    at, organisation = clock.now(), _organisation(request, organisation_id)
    allowed = organisations.what_may_be_changed(organisation, by=request.user, at=at)
    form = OrganisationForm(
        request.POST if request.method == "POST" else None, organisation=organisation, allowed=allowed
    )
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, int]:
            made = organisations.change(
                organisation=organisation, values=form.values(), projects=form.projects(), by=request.user, at=at
            )
            return {"organisation": made.pk}

        kind = f"organisation:{organisation.pk}"
        submissions.once(key=form.cleaned_data["submission"], kind=kind, by=request.user, at=at, act=act)
        messages.success(request, _("Your change is saved."))
        return redirect("organisation_detail", organisation.pk)
    context = {"form": form, "organisation": organisation, "back": "organisation_detail"}
    return render(request, "members/staff/organisation_edit.html", context, status=422 if form.is_bound else 200)


@require_POST
@staff_only
def organisation_contact_give(request: MemberRequest, organisation_id: int) -> HttpResponse:
    """Make one of its people the organisation's contact."""
    at, organisation = clock.now(), _organisation(request, organisation_id)
    form = ContactForm(request.POST)
    known = Member.objects.known_to(request.user, at=at)
    member = known.filter(pk=form.cleaned_data["member"]).first() if form.is_valid() else None
    if member is None:
        messages.error(request, _("Please choose a person. Nothing was changed."))
        return redirect("organisation_detail", organisation.pk)

    def act() -> dict[str, int]:
        return {"grant": rights.make_contact(organisation=organisation, member=member, by=request.user, at=at).pk}

    try:
        kind = f"organisation_contact:{organisation.pk}:{member.pk}"
        submissions.once(key=form.cleaned_data["submission"], kind=kind, by=request.user, at=at, act=act)
        messages.success(request, _("%(name)s is the contact now and sees the people.") % {"name": member.name})
    except RightRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("organisation_detail", organisation.pk)


def _organisation(request: MemberRequest, organisation_id: int) -> Organisation:
    at = clock.now()
    policies.check_coordinates_anything(request.user, at=at)
    return get_object_or_404(Organisation.objects.run_by(request.user, at=at), pk=organisation_id)
