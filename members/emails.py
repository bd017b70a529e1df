"""The mails about joining. One function per message; the words stand in `templates/emails/`."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from forestallies.lib import links, zones
from forestallies.lib.text import tidy
from members.models import Application, Member
from members.models.applications import DECLINE_UNDO
from notices import drawers, guards
from notices.drawers import Facts
from notices.guards import Verdict
from notices.models import Notice, RefusedAddress
from notices.outbox import Posting
from notices.render import Draft, Message, Recipient, render

TO_REVIEW, MORE_TO_REVIEW = "application_to_review", "applications_to_review"
MORE_GUARD = "members.applications_to_review"
CIRCLE = "members.circle:"
SERVER_WORDS = 300  # of what a mail server said, so much is passed on


def to(member: Member, *, address: str | None = None) -> Recipient:
    """Address a member in her own language and zone."""
    return Recipient(address or member.email or "", member.name, member.language, member.zone, member.pk)


def stranger(address: str) -> Recipient:
    """Address somebody unknown, in the language of the page she is looking at."""
    return Recipient(address, "", translation.get_language() or settings.LANGUAGE_CODE, settings.TIME_ZONE)


def to_applicant(application: Application) -> Recipient:
    """Address an applicant in the language and zone she chose."""
    return Recipient(application.email, application.name, application.language, application.zone)


def circle_label(circle_id: int) -> str:
    """How notices name the circle whose coordinators read of them."""
    return f"{CIRCLE}{circle_id}"


def about(application: Application) -> tuple[str, ...]:
    return (f"members.application:{application.pk}", circle_label(application.community.circle_id))


def _status_link(token: str) -> str:
    return links.absolute(reverse("application_status", args=[token]))


def application_received(application: Application, *, token: str) -> Posting:
    """Tell the applicant that her words arrived, what happens next and where to look."""
    context = {
        "application": application,
        "link": _status_link(token),
        "answer_days": settings.APPLICATION_ANSWER_DAYS,
    }
    return Posting(
        message=render("application_received", to_applicant(application), context, about=about(application)),
        key=f"application_received:{application.pk}",
        sensitive=True,
    )


def application_exists(application: Application, *, token: str, at: datetime) -> Posting:
    """Tell somebody who applied again that the first application is being read; with a new status link.

    Once an hour at most: anybody can type her address into the form.
    """
    context = {"application": application, "link": _status_link(token)}
    return Posting(
        message=render("application_exists", to_applicant(application), context, about=about(application)),
        key=f"application_exists:{application.pk}:{at:%Y%m%dT%H}",
        sensitive=True,
    )


def already_member(member: Member, *, at: datetime) -> Posting:
    """Tell a member who applied again that she can simply sign in."""
    context = {"link": links.absolute(reverse("account_login"))}
    return Posting(message=render("already_member", to(member), context), key=f"already_member:{member.pk}:{at:%Y%m%d}")


def application_to_review(application: Application, coordinator: Member) -> Posting:
    """Tell a coordinator of the community that somebody applied. The mail names no person."""
    link = links.absolute(reverse("application_detail", args=[application.pk]))
    context = {"community": application.community, "link": link}
    return Posting(
        message=render(TO_REVIEW, to(coordinator), context, about=about(application)),
        key=f"{TO_REVIEW}:{application.pk}:{coordinator.pk}",
    )


def applications_to_review(coordinator: Member, applications: Sequence[int]) -> Posting:
    """Tell a coordinator how many more applications came within an hour; it names nobody. Drawn when it is sent.

    Args:
        applications: their ids; the first one makes the key.
    """
    key = f"{MORE_TO_REVIEW}:{coordinator.pk}:{applications[0]}"
    facts = {"member": coordinator.pk, "applications": list(applications)}
    return Posting(message=Draft(MORE_TO_REVIEW, to(coordinator), facts), key=key, guard=MORE_GUARD, subject_ref=key)


def draw_applications_to_review(facts: Facts, _at: datetime) -> Message:
    """Write it: how many of them wait at this moment."""
    coordinator = Member.objects.get(pk=facts["member"])
    waiting = Application.objects.open().filter(pk__in=facts["applications"]).select_related("community")
    context = {"count": len(waiting), "link": links.absolute(reverse("application_list"))}
    names = dict.fromkeys(circle_label(one.community.circle_id) for one in waiting)
    return render(MORE_TO_REVIEW, to(coordinator), context, about=tuple(names))


def applications_still_wait(subject_ref: str, _at: datetime) -> Verdict:
    """One of them at least was not decided on meanwhile. `subject_ref` is the notice's key."""
    facts = Notice.objects.filter(key=subject_ref).values_list("facts", flat=True).first()
    if facts and Application.objects.open().filter(pk__in=facts["applications"]).exists():
        return Verdict(True)
    return Verdict(False, "All of them were decided on.")


def address_stopped(row: RefusedAddress, coordinator: Member) -> Posting:
    """Tell a coordinator that an address takes no messages any more, what its server said, and what she can do.

    The words for WhatsApp are in the language of the person they are for.
    """
    member = row.member
    assert row.stopped_at is not None  # noqa: S101 (for the type checker; only stopped ones are told)
    with translation.override(member.language if member else coordinator.language):
        words = {"name": member.name if member else "", "address": row.address}
        sentence = (
            _("Hello %(name)s, our messages to %(address)s do not reach you. Which e-mail address may we use?")
            if member
            else _("Hello, our messages to %(address)s do not reach you. Which e-mail address may we use?")
        ) % words
    context = {
        "name": member.name if member else row.address,
        "address": row.address,
        "said": tidy(row.problem)[:SERVER_WORDS],
        "sentence": sentence,
        "page": links.absolute(reverse("admin:members_member_change", args=[member.pk])) if member else "",
    }
    return Posting(
        message=render("address_stopped", to(coordinator), context),
        key=f"address_stopped:{row.pk}:{row.stopped_at:%Y%m%dT%H%M%S}:{coordinator.pk}",
    )


def welcome(application: Application, member: Member, *, token: str, expires_at: datetime) -> Posting:
    """Welcome an approved member with the link that sets up her sign-in."""
    context = {
        "community": application.community,
        "link": links.absolute(reverse("welcome", args=[token])),
        "expires": zones.local(expires_at, member.zone, member.language),
        "sign_in": links.absolute(reverse("account_login")),
    }
    return Posting(
        message=render("welcome", to(member), context, about=about(application)),
        key=f"welcome:{application.pk}",
        expires_at=expires_at,
        sensitive=True,
    )


def application_declined(application: Application, *, at: datetime) -> Posting:
    """Tell an applicant of the decision, kindly; leaves after an hour in which it can still be undone."""
    return Posting(
        message=render(
            "application_declined", to_applicant(application), {"application": application}, about=about(application)
        ),
        key=f"application_declined:{application.pk}:{at:%Y%m%dT%H%M%S}",
        wait_until=at + DECLINE_UNDO,
        guard="members.application_declined",
        subject_ref=f"{application.pk}",
        priority=Notice.Priority.ANSWER,
    )


drawers.register(MORE_TO_REVIEW, draw_applications_to_review)
guards.register(MORE_GUARD, applications_still_wait)
