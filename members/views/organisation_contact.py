"""The page of an organisation's contact: its people, and whether what is written of it is right.

What she reads of a person is the name, the role with its dates, and how the memberships stand; no address, and nothing
of what the person registers for or attends: that is between her and the team.
"""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forestallies.lib import clock
from jobs import submissions
from jobs.forms import SubmissionForm
from members.actions import organisations
from members.forms.organisations import OrganisationForm
from members.models import Affiliation, Membership, Organisation
from members.requests import MemberRequest

SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
def contact_organisation(request: MemberRequest, organisation_id: int) -> HttpResponse:
    """Show the people who speak for the organisation now; a button says that its data are right."""
    at, organisation = clock.now(), _organisation(request, organisation_id)
    form = SubmissionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, int]:
            return {"organisation": organisations.confirm(organisation=organisation, by=request.user, at=at).pk}

        kind = f"organisation_check:{organisation.pk}"
        submissions.once(key=form.cleaned_data["submission"], kind=kind, by=request.user, at=at, act=act)
        messages.success(request, _("Thank you. We ask again in a year."))
        return redirect("contact_organisation", organisation.pk)
    standing = Membership.objects.standing().select_related("community").order_by("pk")
    people = (
        Affiliation.objects.current(at.date())
        .filter(organisation=organisation, member__is_active=True)
        .select_related("member")
        .prefetch_related(Prefetch("member__memberships", standing, to_attr="standing"))
    )
    context = {
        "organisation": organisation,
        "projects": list(organisation.projects.all()),
        "people": list(people.order_by("member__name", "pk")[:SHOWN]),
        "is_checked": not organisation.is_to_check(at),
    }
    status = 422 if form.is_bound else 200
    return render(request, "members/membership/organisation.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_organisation_edit(request: MemberRequest, organisation_id: int) -> HttpResponse:
    """Correct the country and the supported projects of one's organisation."""
    at, organisation = clock.now(), _organisation(request, organisation_id)
    form = OrganisationForm(
        request.POST if request.method == "POST" else None,
        organisation=organisation,
        allowed=organisations.BY_CONTACTS,
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
        return redirect("contact_organisation", organisation.pk)
    context = {"form": form, "organisation": organisation, "back": "contact_organisation"}
    return render(request, "members/staff/organisation_edit.html", context, status=422 if form.is_bound else 200)


def _organisation(request: MemberRequest, organisation_id: int) -> Organisation:
    return get_object_or_404(Organisation.objects.with_contact(request.user, at=clock.now()), pk=organisation_id)
