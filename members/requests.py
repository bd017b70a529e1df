"""The request of a signed-in person, for views behind the sign-in."""

from django.http import HttpRequest

from members.models import Member


class MemberRequest(HttpRequest):
    """An `HttpRequest` whose user is a member: `LoginRequiredMiddleware` sees to it where a view is not public."""

    user: Member
