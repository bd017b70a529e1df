"""The mails about needs and offers that fit: first each side is asked, then both get each other's address."""

from datetime import datetime

from django.urls import reverse

from forestallies.lib import links
from forestallies.lib.links import SignedLink
from members.emails import to
from members.models import Introduction, Listing, Member
from notices import drawers, guards
from notices.drawers import Facts
from notices.guards import Verdict
from notices.outbox import Posting
from notices.render import Draft, Message, render

SUGGESTED, BOTH = "match_suggested", "introduction"
SUGGESTED_GUARD, BOTH_GUARD = "members.match_suggested", "members.introduction"
INTRODUCTION = SignedLink(name="introduction_page", salt="members.introduction")  # of "<introduction>:<member>"


def match_suggested(introduction: Introduction, member: Member) -> Posting:
    """Ask one side whether she would like to be introduced. Drawn when it is sent; it names what, and no address."""
    return Posting(
        message=Draft(SUGGESTED, to(member), _facts(introduction, member)),
        key=f"{SUGGESTED}:{introduction.pk}:{member.pk}",
        guard=SUGGESTED_GUARD,
        subject_ref=f"{introduction.pk}:{member.pk}",
    )


def introduction(introduction: Introduction, member: Member) -> Posting:
    """Give one of two who both agreed the other's name and address. Drawn when it is sent."""
    return Posting(
        message=Draft(BOTH, to(member), _facts(introduction, member)),
        key=f"{BOTH}:{introduction.pk}:{member.pk}",
        guard=BOTH_GUARD,
        subject_ref=f"{introduction.pk}:{member.pk}",
        sensitive=True,
    )


def _facts(introduction: Introduction, member: Member) -> Facts:
    return {"introduction": introduction.pk, "member": member.pk}


def _sides(pk: int, member_id: int) -> tuple[Introduction, Listing, Listing]:
    """The introduction, what is hers, and what is the other's."""
    rows = Introduction.objects.select_related("need__member", "offer__member")
    found = rows.get(pk=pk)
    hers, others = found.need, found.offer
    return (found, hers, others) if hers.member_id == member_id else (found, others, hers)


def draw_match_suggested(facts: Facts, _at: datetime) -> Message:
    found, hers, others = _sides(facts["introduction"], facts["member"])
    context = {
        "hers": hers,
        "others": others,
        "other": others.member.name,
        "link": INTRODUCTION.address(f"{found.pk}:{hers.member_id}"),
    }
    return render(SUGGESTED, to(hers.member), context)


def draw_introduction(facts: Facts, _at: datetime) -> Message:
    _found, hers, others = _sides(facts["introduction"], facts["member"])
    context = {
        "hers": hers,
        "others": others,
        "other": others.member.name,
        "address": others.member.email or "",
        "link": links.absolute(reverse("introduction_list")),
    }
    return render(BOTH, to(hers.member), context)


def still_asked(subject_ref: str, at: datetime) -> Verdict:
    """Nobody is asked about what she answered, or what was closed meanwhile."""
    found, hers, others = _sides(*map(int, subject_ref.split(":")))
    asked = found.state == Introduction.State.ASKED and not found.has_agreed(hers.kind)
    ok = asked and hers.stands(at) and others.stands(at)
    return Verdict(ok, "" if ok else "The introduction was answered, or one of the two was closed.")


def still_agreed(subject_ref: str, _at: datetime) -> Verdict:
    pk, _member = map(int, subject_ref.split(":"))
    ok = Introduction.objects.filter(pk=pk, state=Introduction.State.AGREED).exists()
    return Verdict(ok, "" if ok else "They do not agree any more.")


drawers.register(SUGGESTED, draw_match_suggested)
drawers.register(BOTH, draw_introduction)
guards.register(SUGGESTED_GUARD, still_asked)
guards.register(BOTH_GUARD, still_agreed)
