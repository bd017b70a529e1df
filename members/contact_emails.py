"""The mails about contact requests: an address stands only in the one that follows when both agreed."""

from datetime import datetime

from django.urls import reverse

from forestallies.lib import links
from forestallies.lib.links import SignedLink
from members.emails import to
from members.models import ContactRequest, Member
from notices import drawers, guards
from notices.drawers import Facts
from notices.guards import Verdict
from notices.outbox import Posting
from notices.render import Draft, Message, render

ASKED, ACCEPTED = "contact_request", "contact_accepted"
ASKED_GUARD, ACCEPTED_GUARD = "members.contact_request", "members.contact_accepted"
CONTACT = SignedLink(name="contact_page", salt="members.contact")  # of a contact request

State = ContactRequest.State


def contact_request(request: ContactRequest) -> Posting:
    """Tell somebody who asks to write to her, with the message and the link to say yes or no. Drawn when it is sent."""
    return Posting(
        message=Draft(ASKED, to(request.asked), {"request": request.pk}),
        key=f"{ASKED}:{request.pk}",
        guard=ASKED_GUARD,
        subject_ref=f"{request.pk}",
        sensitive=True,
    )


def contact_accepted(request: ContactRequest, member: Member) -> Posting:
    """Give one of two people who agreed the other's address. Drawn when it is sent."""
    return Posting(
        message=Draft(ACCEPTED, to(member), {"request": request.pk, "member": member.pk}),
        key=f"{ACCEPTED}:{request.pk}:{member.pk}",
        guard=ACCEPTED_GUARD,
        subject_ref=f"{request.pk}",
        sensitive=True,
    )


def draw_contact_request(facts: Facts, _at: datetime) -> Message:
    request = ContactRequest.objects.select_related("asker", "asked").get(pk=facts["request"])
    context = {"asker": request.asker.name, "words": request.message, "link": CONTACT.address(request.pk)}
    return render(ASKED, to(request.asked), context)


def draw_contact_accepted(facts: Facts, _at: datetime) -> Message:
    request = ContactRequest.objects.select_related("asker", "asked").get(pk=facts["request"])
    member = request.asker if request.asker_id == facts["member"] else request.asked
    other = request.other(member)
    context = {
        "other": other.name,
        "address": other.email or "",
        "link": links.absolute(reverse("contact_list")),
    }
    return render(ACCEPTED, to(member), context)


def is_in(state: State) -> guards.Guard:
    """Make the guard that lets a message go while its request is in a state."""

    def guard(subject_ref: str, _at: datetime) -> Verdict:
        same = ContactRequest.objects.filter(pk=int(subject_ref), state=state).exists()
        return Verdict(same, "" if same else "The request was answered or taken back.")

    return guard


drawers.register(ASKED, draw_contact_request)
drawers.register(ACCEPTED, draw_contact_accepted)
guards.register(ASKED_GUARD, is_in(State.OPEN))
guards.register(ACCEPTED_GUARD, is_in(State.ACCEPTED))
