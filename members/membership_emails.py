"""The mails about a membership's life: is this still right, do you stay, and what became of it."""

from collections.abc import Callable
from datetime import datetime

from django.urls import reverse

from forestallies.lib import links
from forestallies.lib.links import SignedLink
from members.emails import circle_label, to
from members.models import Grant, Member, Membership, Organisation
from notices import drawers, guards
from notices.drawers import Facts
from notices.guards import Verdict
from notices.models import Notice
from notices.outbox import Posting
from notices.render import Draft, Message, render

YEARLY, ORGANISATION, STILL_THERE, CHANGED = "yearly_check", "organisation_check", "still_there", "membership_changed"
YEARLY_GUARD, ORGANISATION_GUARD = "members.yearly_check", "members.organisation_check"
STILL_THERE_GUARD, CHANGED_GUARD = "members.still_there", "members.membership_changed"
RIGHT = SignedLink(name="membership_check_page", salt="members.membership.check")  # of a membership
STAY = SignedLink(name="membership_page", salt="members.membership.stay")  # of a membership


def _about(membership: Membership) -> tuple[str, ...]:
    return (circle_label(membership.community.circle_id),)


def yearly_check(membership: Membership, *, at: datetime) -> Posting:
    """Ask a member whether what is written of her is still right. Drawn when it is sent."""
    return Posting(
        message=Draft(YEARLY, to(membership.member), {"membership": membership.pk}, about=_about(membership)),
        key=f"{YEARLY}:{membership.pk}:{at:%Y%m%d}",
        priority=Notice.Priority.OPTIONAL,
        guard=YEARLY_GUARD,
        subject_ref=f"{membership.pk}",
    )


def organisation_check(organisation: Organisation, contact: Member, *, at: datetime) -> Posting:
    """Ask an organisation's contact whether what is written of it is still right. Drawn when it is sent."""
    facts = {"organisation": organisation.pk, "member": contact.pk}
    return Posting(
        message=Draft(ORGANISATION, to(contact), facts),
        key=f"{ORGANISATION}:{organisation.pk}:{contact.pk}:{at:%Y%m%d}",
        priority=Notice.Priority.OPTIONAL,
        guard=ORGANISATION_GUARD,
        subject_ref=f"{organisation.pk}:{contact.pk}",
    )


def still_there(membership: Membership, *, asks: int, at: datetime) -> Posting:
    """Ask a member who gives no sign whether she stays, pauses or leaves. Drawn when it is sent.

    Args:
        asks: the first or the second time.
    """
    facts = {"membership": membership.pk, "asks": asks}
    return Posting(
        message=Draft(STILL_THERE, to(membership.member), facts, about=_about(membership)),
        key=f"{STILL_THERE}:{membership.pk}:{at:%Y%m%d}",
        priority=Notice.Priority.OPTIONAL,
        guard=STILL_THERE_GUARD,
        subject_ref=f"{membership.pk}",
    )


def membership_changed(membership: Membership, state: str, *, at: datetime) -> Posting:
    """Tell a member what became of her membership, and what she can do. Drawn when it is sent."""
    facts = {"membership": membership.pk, "state": str(state)}
    return Posting(
        message=Draft(CHANGED, to(membership.member), facts, about=_about(membership)),
        key=f"{CHANGED}:{membership.pk}:{state}:{at:%Y%m%dT%H%M%S}",
        guard=CHANGED_GUARD,
        subject_ref=f"{membership.pk}:{state}",
    )


def _membership(pk: int) -> Membership:
    return Membership.objects.select_related("member", "community").get(pk=pk)


def draw_yearly_check(facts: Facts, _at: datetime) -> Message:
    membership = _membership(facts["membership"])
    context = {"community": membership.community.name, "link": RIGHT.address(membership.pk)}
    return render(YEARLY, to(membership.member), context, about=_about(membership))


def draw_organisation_check(facts: Facts, _at: datetime) -> Message:
    organisation = Organisation.objects.get(pk=facts["organisation"])
    page = links.absolute(reverse("contact_organisation", args=[organisation.pk]))
    return render(
        ORGANISATION, to(Member.objects.get(pk=facts["member"])), {"organisation": organisation.name, "page": page}
    )


def draw_still_there(facts: Facts, _at: datetime) -> Message:
    membership = _membership(facts["membership"])
    context = {
        "community": membership.community.name,
        "link": STAY.address(membership.pk),
        "is_last": facts["asks"] > 1,
    }
    return render(STILL_THERE, to(membership.member), context, about=_about(membership))


def draw_membership_changed(facts: Facts, _at: datetime) -> Message:
    membership = _membership(facts["membership"])
    context = {
        "community": membership.community.name,
        "state": facts["state"],
        "link": STAY.address(membership.pk),
        "page": links.absolute(reverse("my_membership")),
        "apply": links.absolute(reverse("apply")),
    }
    return render(CHANGED, to(membership.member), context, about=_about(membership))


def _while_(test: Callable[[Membership, datetime], bool], words: str) -> guards.Guard:
    """Make the guard that lets a mail about a membership go while something is true of it."""

    def guard(subject_ref: str, at: datetime) -> Verdict:
        row = Membership.objects.filter(pk=int(subject_ref)).first()
        ok = row is not None and test(row, at)
        return Verdict(ok, "" if ok else words)

    return guard


def _still_asked(membership: Membership, _at: datetime) -> bool:
    """She did not answer meanwhile."""
    return membership.is_active and membership.stay_asks > 0


def contact_still_is(subject_ref: str, at: datetime) -> Verdict:
    organisation, member = map(int, subject_ref.split(":"))
    held = Grant.objects.current(at).filter(
        organisation=organisation, member=member, right=Grant.Right.ORGANISATION_CONTACT
    )
    ok = held.exists()
    return Verdict(ok, "" if ok else "She does not speak for it any more.")


def state_still_is(subject_ref: str, _at: datetime) -> Verdict:
    pk, state = subject_ref.split(":")
    ok = Membership.objects.filter(pk=int(pk), state=state).exists()
    return Verdict(ok, "" if ok else "The membership changed again.")


drawers.register(YEARLY, draw_yearly_check)
drawers.register(ORGANISATION, draw_organisation_check)
drawers.register(STILL_THERE, draw_still_there)
drawers.register(CHANGED, draw_membership_changed)
guards.register(YEARLY_GUARD, _while_(Membership.is_to_check, "It was said to be right, or is not active any more."))
guards.register(STILL_THERE_GUARD, _while_(_still_asked, "She answered, or is not active any more."))
guards.register(ORGANISATION_GUARD, contact_still_is)
guards.register(CHANGED_GUARD, state_still_is)
