"""The page behind the link in the welcome mail: opening it changes nothing, only its button does."""

from allauth.account.utils import perform_login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from forestallies.lib import clock
from forestallies.lib.limits import limited
from members.actions import invitations
from members.forms.sign_in import WelcomeForm


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("welcome")
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Set up a new member's sign-in once, with a password or without one, and sign her in."""
    at = clock.now()
    try:
        member = invitations.find(token=token, at=at).member
        form = WelcomeForm(request.POST if request.method == "POST" else None, member=member)
        if request.method == "POST" and form.is_valid():
            member = invitations.accept(token=token, password=form.cleaned_data["password"], at=at)
            return perform_login(request, member)
    except invitations.InvitationRefused as refusal:
        return render(request, "members/link_refused.html", {"refusal": refusal}, status=410)
    context = {"member": member, "form": form}
    return render(request, "members/welcome.html", context, status=422 if form.is_bound else 200)
