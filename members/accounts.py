"""Accounts are django-allauth's; this adapter closes open sign-up and sends its mails through the outbox."""

from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import email_changed
from allauth.mfa.signals import authenticator_added
from django.dispatch import receiver
from django.http import HttpRequest

from forestallies.lib import clock, zones
from members.actions import invitations
from members.emails import stranger, to
from members.models import Member
from members.policies import SECOND_FACTOR_PROVED
from notices import outbox
from notices.models import Notice
from notices.render import render


def display_name(member: Member) -> str:
    """Name a member on account pages."""
    return member.name


@receiver(authenticator_added)
def remember_proof(request: HttpRequest, user: Member, **_: Any) -> None:
    """Setting a second factor up takes a valid code, so this session need not prove it once more."""
    request.session[SECOND_FACTOR_PROVED] = str(user.pk)


@receiver(email_changed)
def end_invitations(user: Member, **_: Any) -> None:
    """A link that was sent to the old address signs nobody in any more."""
    invitations.withdraw(member=user, at=clock.now())


class AccountAdapter(DefaultAccountAdapter):
    """Joining goes by application and approval, so nobody signs up by herself."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Post one of allauth's mails into the outbox at first priority.

        The words stand in `templates/emails/<template_prefix>/`; they are blanked once sent. Nothing waits for the mail
        server or the broker.
        """
        at = clock.now()
        member = context.get("user") or Member.objects.by_address(email).first()
        recipient = to(member, address=email) if member else stranger(email)
        when = zones.local(context.get("timestamp", at), recipient.zone, recipient.language)
        outbox.post_once(
            outbox.Posting(
                message=render(template_prefix, recipient, {**context, "when": when}),
                key=f"{template_prefix}:{uuid4()}",
                priority=Notice.Priority.SIGN_IN,
                expires_at=at + outbox.SIGN_IN_LIFETIME,
                sensitive=True,
            ),
            at=at,
        )
