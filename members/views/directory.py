"""The directory: people and organisations, and what a member opens of herself there."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forestallies.lib import clock
from jobs import submissions
from members import directory, mix
from members.actions.directory import change_entry
from members.directory import Card, Search, Slice
from members.forms.directory import EntryForm, PeopleForm, SearchForm
from members.models import DirectoryEntry, Member, Membership, Organisation
from members.models.directory import readable_communities
from members.requests import MemberRequest


@require_safe
def directory_people(request: MemberRequest) -> HttpResponse:
    """Find people; without a search also how the stakeholders of each community are mixed."""
    communities, themes = communities_of(request), directory.themes()
    form = PeopleForm(request.GET, themes=themes)
    search, number = form.search() if form.is_valid() else Search(), page_of(request)
    page: Slice[Card] = Slice([])
    if form.is_valid():
        page = directory.people(search, communities, themes, page=number)
    shows_mix = form.is_valid() and not search and number == 1
    context = {
        "form": form,
        "page": page,
        "search": search,
        "mixes": mix.mixes(communities) if shows_mix else [],
    }
    return render(request, "members/directory/people.html", context)


@require_safe
def directory_organisations(request: MemberRequest) -> HttpResponse:
    """Find organisations that take part."""
    communities = communities_of(request)
    form = SearchForm(request.GET)
    page: Slice[Organisation] = Slice([])
    if form.is_valid():
        page = directory.organisations(form.search(), communities, page=page_of(request))
    context = {"form": form, "page": page, "search": form.search() if form.is_valid() else Search()}
    return render(request, "members/directory/organisations.html", context)


@require_safe
def directory_organisation(request: MemberRequest, organisation_id: int) -> HttpResponse:
    """Show an organisation and those who say openly that they speak for it."""
    communities = communities_of(request)
    organisation = get_object_or_404(Organisation.objects.taking_part_in(communities), pk=organisation_id)
    people = directory.people_of(organisation, communities)[: directory.PER_PAGE * 4]
    themes = directory.themes()
    context = {
        "organisation": organisation,
        "projects": list(organisation.projects.all()),
        "cards": [directory.card_of(one, themes) for one in people],
    }
    return render(request, "members/directory/organisation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def directory_entry(request: MemberRequest) -> HttpResponse:
    """Choose what others see of oneself, and look at it as they would before or after it is saved."""
    at, member = clock.now(), request.user
    entry = DirectoryEntry.objects.filter(member=member).first() or DirectoryEntry(member=member)
    form = EntryForm(request.POST if request.method == "POST" else None, instance=entry)
    is_good = form.is_bound and form.is_valid()
    if is_good and request.POST.get("act") != "preview":

        def act() -> dict[str, int]:
            change_entry(entry=form.instance, themes=form.cleaned_data["themes"], by=member, at=at)
            return {"member": member.pk}

        submissions.once(key=form.cleaned_data["submission"], kind="directory", by=member, at=at, act=act)
        messages.success(request, _("Your entry in the directory is saved."))
        return redirect("directory_entry")
    context = {
        "form": form,
        "own": _facts(member),
        "card": _preview(form, member),
        "is_listed": form.instance.is_listed,
        "is_trial": is_good,
    }
    return render(
        request, "members/directory/entry.html", context, status=422 if form.is_bound and not is_good else 200
    )


def communities_of(request: HttpRequest) -> list[int]:
    """The ids of the communities whose directory the reader may read.

    Raises:
        PermissionDenied: there is none.
    """
    assert isinstance(request.user, Member)  # noqa: S101 (for the type checker; nobody else comes past the door)
    found = list(readable_communities(request.user, at=clock.now()).values_list("pk", flat=True))
    if not found:
        raise PermissionDenied(_("The directory is for members of a community. Your membership is not active."))
    return found


def page_of(request: HttpRequest) -> int:
    """Which page of a list is asked for; the first one when the address says nothing sensible."""
    asked = request.GET.get("page", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1


def _facts(member: Member) -> Card:
    """What the portal knows of her that the directory can show, all of it open."""
    return directory.draw(DirectoryEntry(member=member, is_listed=True), _memberships(member), ())


def _preview(form: EntryForm, member: Member) -> Card:
    """Her card as others would see it with what the form says now, whether or not it is saved."""
    if form.is_bound:
        themes = [theme.name for theme in form.cleaned_data.get("themes", ())]
    else:
        themes = [theme.name for theme in form.instance.themes.all()] if form.instance.pk else []
    shown = form.instance
    is_listed, shown.is_listed = shown.is_listed, True
    card = directory.draw(shown, _memberships(member), themes)
    shown.is_listed = is_listed
    return card


def _memberships(member: Member) -> list[Membership]:
    rows = Membership.objects.filter(member=member, state=Membership.State.ACTIVE)
    return list(rows.select_related("organisation").order_by("pk"))
