"""People of the directory, asking to write to them, and the answers."""

from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Case, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forestallies.lib import clock
from forestallies.lib.limits import limited
from forestallies.lib.links import WrongLink
from jobs import submissions
from members import directory
from members.actions import contacts
from members.actions.contacts import ContactRefused
from members.contact_emails import CONTACT
from members.forms.contacts import AnswerForm, AskForm
from members.models import ContactRequest, DirectoryEntry, Member
from members.personal import answer_for, kept_apart
from members.requests import MemberRequest
from members.views.directory import communities_of

State = ContactRequest.State
SHOWN = 100


@dataclass(frozen=True)
class Line:
    """One request as one of the two reads it; the address is empty unless both agreed."""

    request: ContactRequest
    name: str
    is_mine: bool
    address: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
def directory_person(request: MemberRequest, member_id: int) -> HttpResponse:
    """Show what a person opens of herself, and let the reader ask to write to her."""
    at, communities = clock.now(), communities_of(request)
    entries = directory.with_what_is_shown(DirectoryEntry.objects.listed_in(communities), communities)
    entry = get_object_or_404(entries, member=member_id)
    form = AskForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, int]:
            asked = Member.objects.get(pk=entry.member_id)
            made = contacts.ask(
                asker=request.user, asked=asked, message=form.cleaned_data["message"], by=request.user, at=at
            )
            return {"request": made.pk}

        try:
            kind = f"contact:{entry.member_id}"
            submissions.once(key=form.cleaned_data["submission"], kind=kind, by=request.user, at=at, act=act)
            messages.success(request, _("%(name)s was asked and decides.") % {"name": entry.member.name})
            return redirect("directory_person", entry.member_id)
        except ContactRefused as refusal:
            form.add_error(None, str(refusal))
            status = 409
    earlier = ContactRequest.objects.between(request.user, entry.member).select_related("asker", "asked")
    standing = earlier.filter(state__in=[State.OPEN, State.ACCEPTED]).first()
    context = {
        "card": directory.card_of(entry, directory.themes()),
        "form": form,
        "line": _line(standing, request.user) if standing else None,
        "is_self": entry.member_id == request.user.pk,
    }
    return render(request, "members/directory/person.html", context, status=status)


@require_safe
def contact_list(request: MemberRequest) -> HttpResponse:
    """List the requests that one got and made; those that wait come first, with the addresses of those agreed."""
    waits = Case(When(state=State.OPEN, then=Value(0)), When(state=State.ACCEPTED, then=Value(1)), default=Value(2))
    rows = ContactRequest.objects.visible_to(request.user).select_related("asker", "asked")
    lines = [_line(one, request.user) for one in rows.order_by(waits, "-created_at", "-pk")[:SHOWN]]
    context = {
        "to_answer": [line for line in lines if line.request.state == State.OPEN and not line.is_mine],
        "asked": [line for line in lines if line.request.state == State.OPEN and line.is_mine],
        "agreed": [line for line in lines if line.request.state == State.ACCEPTED],
        "over": [line for line in lines if line.request.state not in (State.OPEN, State.ACCEPTED)],
    }
    return render(request, "members/directory/contacts.html", context)


@require_POST
def contact_answer(request: MemberRequest, request_id: int) -> HttpResponse:
    """Accept, decline, take back or end a request on one's own page."""
    row = get_object_or_404(ContactRequest.objects.visible_to(request.user), pk=request_id)
    if problem := _act(request, row, by=request.user):
        messages.error(request, problem)
    else:
        messages.success(request, _("Your answer is saved."))
    return redirect("contact_list")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("contact_page", key="token")
def contact_page(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a request by the link of its mail, without signing in; opening the page changes nothing."""
    row = _linked(token)
    if row is None:
        page = render(request, "members/directory/contact_unknown.html", status=404)
        return kept_apart(page, translation.get_language() or "en")
    return answer_for(request, row.asked, partial(_contact_page, request, row))


def _linked(token: str) -> ContactRequest | None:
    try:
        rows = ContactRequest.objects.filter(pk=CONTACT.read(token), asked__is_active=True, asker__is_active=True)
    except WrongLink:
        return None
    return rows.select_related("asker", "asked").first()


def _contact_page(request: HttpRequest, row: ContactRequest) -> HttpResponse:
    problem = ""
    if request.method == "POST":
        problem = _act(request, row, by=row.asked)
        if not problem:
            return redirect(request.path)
    context = {"line": _line(row, row.asked), "problem": problem}
    return render(request, "members/directory/contact.html", context, status=422 if problem else 200)


def _act(request: HttpRequest, row: ContactRequest, *, by: Member) -> str:
    """Do what a button says; give the sentence that says why not, empty when it was done."""
    form, at = AnswerForm(request.POST), clock.now()
    if not form.is_valid():
        return _("That form was incomplete and nothing was changed. Please try again from this page.")
    state = form.cleaned_data["act"]

    def act() -> dict[str, str]:
        return {"state": contacts.bring_into(request=row, state=state, by=by, at=at).state}

    try:
        kind = f"contact:{row.pk}:{state}"
        submissions.once(key=form.cleaned_data["submission"], kind=kind, by=by, at=at, act=act)
    except ContactRefused as refusal:
        return str(refusal)
    return ""


def _line(row: ContactRequest, reader: Member) -> Line:
    other = row.other(reader)
    address = (other.email or "") if row.state == State.ACCEPTED and other.is_active else ""
    return Line(row, other.name, row.asker_id == reader.pk, address)
