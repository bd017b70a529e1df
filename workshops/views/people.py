"""Who takes part in a gathering: those who want to be named by name, the others as a number."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from forestallies.lib import clock
from jobs import submissions
from jobs.forms import SubmissionForm
from jobs.submissions import Result
from members.requests import MemberRequest
from workshops import people
from workshops.actions import appearances
from workshops.models import Appearance, Gathering, Workshop

PER_PAGE = 120


class WishForm(SubmissionForm):
    """To be named on the list, or not."""

    wish = forms.ChoiceField(choices=[("name", "name"), ("hide", "hide")])


@require_safe
def gathering_people(request: MemberRequest, slug: str) -> HttpResponse:
    """List those who agreed to be named, of all workshops or of the one that `of` names, and count the others."""
    at = clock.now()
    gathering = get_object_or_404(
        Gathering.objects.visible_to(request.user, at=at).select_related("community"), slug=slug
    )
    workshops = list(Workshop.objects.visible_to(request.user, at=at).published().filter(gathering=gathering))
    wanted = request.GET.get("of", "")
    of = next((one for one in workshops if one.slug == wanted), None)
    if wanted and of is None:
        raise Http404
    everybody = people.participants(gathering, of=of)
    page = Paginator(people.named(gathering, everybody), PER_PAGE).get_page(request.GET.get("page"))
    number = everybody.count()
    context = {
        "gathering": gathering,
        "workshops": workshops,
        "of": of,
        "page": page,
        "people": people.speaking(gathering.community, page, at=at),
        "number": number,
        "unnamed": number - page.paginator.count,
        "is_named": Appearance.objects.filter(gathering=gathering, member=request.user).exists(),
    }
    return render(request, "workshops/people.html", context)


@require_POST
def gathering_appear(request: MemberRequest, slug: str) -> HttpResponse:
    """Name the reader on the list of participants, or take her name off."""
    at = clock.now()
    gathering = get_object_or_404(Gathering.objects.visible_to(request.user, at=at), slug=slug)
    form = WishForm(request.POST)

    def act() -> Result:
        wishes = form.cleaned_data["wish"] == "name"
        appearances.choose(gathering=gathering, wishes=wishes, by=request.user, at=at)
        return {"named": wishes}

    if not form.is_valid():
        messages.error(request, _("That form was incomplete and nothing was changed. Please try again from this page."))
        return redirect("gathering_people", gathering.slug)
    key = form.cleaned_data["submission"]
    result = submissions.once(key=key, kind=f"gathering_appear:{gathering.pk}", by=request.user, at=at, act=act)
    if result["named"]:
        messages.success(request, _("Your name stands on the list while you have a seat in this gathering."))
    else:
        messages.success(request, _("Your name is off the list. You are counted only."))
    return redirect("gathering_people", gathering.slug)
