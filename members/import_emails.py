"""The mail to people whom a coordinator brought in with a list, when she wants to invite them."""

from datetime import datetime

from django.urls import reverse

from forestallies.lib import links, zones
from members.emails import circle_label, to
from members.models import Community, Member, SignInInvitation
from notices import guards
from notices.guards import Verdict
from notices.outbox import Posting
from notices.render import render

ADDED = "added_to_community"
GUARD = "members.added_to_community"


def added_to_community(
    member: Member, community: Community, *, token: str, expires_at: datetime, invitation: int
) -> Posting:
    """Tell somebody that she is a member, where her data come from, and how she sets up her sign-in."""
    context = {
        "community": community,
        "link": links.absolute(reverse("welcome", args=[token])),
        "expires": zones.local(expires_at, member.zone, member.language),
        "sign_in": links.absolute(reverse("account_login")),
        "privacy": links.absolute(reverse("privacy")),
    }
    return Posting(
        message=render(ADDED, to(member), context, about=(circle_label(community.circle_id),)),
        key=f"{ADDED}:{community.pk}:{member.pk}:{invitation}",
        expires_at=expires_at,
        guard=GUARD,
        subject_ref=f"{invitation}",
        sensitive=True,
    )


def link_is_open(subject_ref: str, at: datetime) -> Verdict:
    """A link that was used, withdrawn, or undone together with the person is not sent any more."""
    invitation = SignInInvitation.objects.filter(pk=int(subject_ref)).first()
    is_open = invitation is not None and invitation.is_usable(at)
    return Verdict(True) if is_open else Verdict(False, "The link is not needed any more.")


guards.register(GUARD, link_is_open)
