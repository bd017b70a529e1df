"""The mail about a member who does not agree to a term any more."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils import translation

from forestallies.lib import links
from members.emails import circle_label, to
from members.models import Consent, Grant, Member, Membership
from notices.outbox import Posting
from notices.render import render

WITHDRAWN = "term_withdrawn"


def withdrawn(
    term: Consent.Term, memberships: Sequence[Membership], *, outcome: str, member: Member, at: datetime
) -> Iterable[Posting]:
    """Tell the coordinators of her communities; the mail names nobody, the page behind its link does.

    Args:
        outcome: `pause` or `end` of the memberships; empty when they go on.
    """
    circles = [one.community.circle_id for one in memberships]
    grants = Grant.objects.current(at).filter(right=Grant.Right.COORDINATOR, circle__in=circles)
    told = Member.objects.active().filter(grants__in=grants).exclude(pk=member.pk).order_by("pk").distinct()
    about = tuple(circle_label(circle) for circle in circles)
    return [to_coordinator(one, term, outcome=outcome, member=member, about=about, at=at) for one in told]


def to_coordinator(
    coordinator: Member,
    term: Consent.Term,
    *,
    outcome: str,
    member: Member,
    about: tuple[str, ...] = (),
    at: datetime,
) -> Posting:
    """Tell one coordinator; for the arguments see `withdrawn`."""
    link = f"{links.absolute(reverse('term_people', args=[term.value]))}?show=no"
    with translation.override(coordinator.language):
        context = {"term": str(term.label), "outcome": outcome, "link": link}
    return Posting(
        message=render(WITHDRAWN, to(coordinator), context, about=about),
        key=f"{WITHDRAWN}:{term.value}:{member.pk}:{coordinator.pk}:{at:%Y%m%dT%H%M%S}",
    )
