"""What a member changes about herself."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forestallies.lib import clock
from jobs import submissions
from members.actions import people
from members.forms.sign_in import ProfileForm
from members.models import Member
from members.requests import MemberRequest


@require_http_methods(["GET", "HEAD", "POST"])
def profile_edit(request: MemberRequest) -> HttpResponse:
    """Edit one's name, language, country and time zone."""
    at = clock.now()
    member = Member.objects.get(pk=request.user.pk)  # the form writes into it before the data is known to be good
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=member, at=at)
    if request.method == "POST" and form.is_valid():

        def act() -> dict[str, int]:
            people.change_profile(member=member, by=request.user, at=at)
            return {"member": member.pk}

        submissions.once(key=form.cleaned_data["submission"], kind="profile", by=request.user, at=at, act=act)
        messages.success(request, _("Your profile is saved."))
        response = redirect("my_page")
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)  # the language of the profile counts from now on
        return response
    return render(request, "members/profile.html", {"form": form}, status=422 if form.is_bound else 200)
