"""What I agree to: the list, the question about a new version, and taking it back."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forestallies.lib import clock
from jobs import submissions
from jobs.submissions import Result
from members import terms
from members.actions import consents
from members.forms.consents import AskForm, RefuseForm
from members.models import Consent
from members.requests import MemberRequest


@require_safe
def consent_list(request: MemberRequest) -> HttpResponse:
    """Show each term with the version that counts, what one agreed to and when, and all one ever said."""
    at = clock.now()
    context = {
        "standings": terms.standings(request.user, at=at),
        "log": Consent.objects.filter(member=request.user).order_by("-given_at", "-pk"),
    }
    return render(request, "members/consents/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def consent_ask(request: MemberRequest) -> HttpResponse:
    """Ask about the versions that are new, and about the term in `?term=` that somebody wants to agree to after all."""
    at, member = clock.now(), request.user
    wanted = request.GET.get("term", "")
    everything = terms.standings(member, at=at)
    asked = [one for one in everything if (one.is_asked or one.term == wanted) and not one.is_present]
    if not asked:
        return redirect("consent_list")
    form = AskForm(request.POST if request.method == "POST" else None, asked=asked)
    if request.method == "POST" and form.is_valid():
        chosen, later = form.chosen(), "later" in request.POST

        def act() -> Result:
            if later:
                return {"again": consents.put_off(member=member, by=member, at=at).isoformat()}
            language, shown = get_language() or "en", form.cleaned_data["shown"]
            done = consents.agree(member=member, chosen=chosen, shown=shown, language=language, by=member, at=at)
            return {"agreed": done}

        try:
            submissions.once(key=form.cleaned_data["submission"], kind="consents", by=member, at=at, act=act)
        except consents.ConsentRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            words = _("We shall ask you again in a few days.") if later else _("Thank you. Your answer is kept.")
            messages.success(request, words)
            return redirect("my_page" if later else "consent_list")
    latest = min((one.may_wait for one in asked if one.may_wait and one.is_asked), default=None)
    context = {
        "asked": form.asked_with_ticks(),
        "form": form,
        "shown": terms.signature({one.term: one.version for one in everything}),
        "latest": latest if latest and latest > at else None,
    }
    return render(request, "members/consents/ask.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def consent_refuse(request: MemberRequest, term: str) -> HttpResponse:
    """Decline a term or take it back, after saying what follows."""
    at, member, which = clock.now(), request.user, _term(term)
    standing = next(one for one in terms.standings(member, at=at) if one.term == which)
    asks_then = consents.ends_membership(which) and consents.has_membership(member)
    form = RefuseForm(request.POST if request.method == "POST" else None, asks_then=asks_then)
    if request.method == "POST" and form.is_valid():
        then = form.cleaned_data.get("then", "")

        def act() -> Result:
            consents.refuse(member=member, term=which, then=then, by=member, at=at)
            return {"term": which.value}

        submissions.once(key=form.cleaned_data["submission"], kind="consent_refuse", by=member, at=at, act=act)
        messages.success(request, _("Your answer is kept, and the coordinators are told."))
        return redirect("consent_list")
    context = {"standing": standing, "form": form, "asks_then": asks_then}
    return render(request, "members/consents/refuse.html", context, status=422 if form.is_bound else 200)


def _term(term: str) -> Consent.Term:
    if term not in Consent.Term:
        raise Http404
    return Consent.Term(term)
