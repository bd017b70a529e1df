"""The mails about joining. One function per message; the words stand in `templates/emails/`."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from forestallies.lib import links, zones
from members.models import Application, Grant, Member
from members.models.applications import DECLINE_UNDO
from notices.models import Notice
from notices.outbox import Posting
from notices.render import Recipient, render


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
    return f"members.circle:{circle_id}"


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


def application_to_review(application: Application, *, at: datetime) -> list[Posting]:
    """Tell each coordinator of the community that somebody applied. The mail names no person."""
    link = links.absolute(reverse("application_detail", args=[application.pk]))
    coordinators = Member.objects.active().filter(
        grants__in=Grant.objects.current(at).filter(right=Grant.Right.COORDINATOR, circle=application.community.circle)
    )
    return [
        Posting(
            message=render(
                "application_to_review",
                to(coordinator),
                {"community": application.community, "link": link},
                about=about(application),
            ),
            key=f"application_to_review:{application.pk}:{coordinator.pk}",
        )
        for coordinator in coordinators.distinct()
    ]


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
