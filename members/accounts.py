"""Accounts are django-allauth's; this adapter closes open sign-up and sends its mails through the outbox."""

from typing import Any, cast
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed
from allauth.mfa.signals import authenticator_added
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse

from forestallies.lib import clock, links, zones
from members import terms
from members.actions import addresses, invitations, sessions
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


@receiver(user_logged_in)
def note_session(request: HttpRequest, user: Member, **_: Any) -> None:
    """The list of one's sessions begins with signing in."""
    sessions.note(request=request, member=user, at=clock.now())


@receiver(user_logged_out)
def forget_session(request: HttpRequest, **_: Any) -> None:
    sessions.forget(session_key=request.session.session_key)


@receiver(email_changed)
def follow_address(
    request: HttpRequest, user: Member, from_email_address: EmailAddress | None = None, **_: Any
) -> None:
    """A confirmed change ends other sessions and open links; the mail to the old address tells how to object."""
    if from_email_address is None or from_email_address.email == user.email:
        invitations.withdraw(member=user, at=clock.now())
        return
    old = from_email_address.email
    token = addresses.changed(member=user, old_address=old, request=request, at=clock.now())
    request.objection = links.absolute(reverse("address_take_back", args=[token]))  # type: ignore[attr-defined]  # for the mail that follows


class AccountAdapter(DefaultAccountAdapter):
    """Joining goes by application and approval, so nobody signs up by herself."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """My page, after the terms that changed. Who was on her way to another page gets there first."""
        member = cast("Member", request.user)
        if terms.waiting(member, at=clock.now()):
            return reverse("consent_ask")
        return str(super().get_login_redirect_url(request))

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Refuse an address that another person has, though allauth keeps no row of it: guests, imported people.

        Only somebody who reads that mailbox gets this far, so nobody else learns of it.
        """
        known = Member.objects.by_address(email_address.email).exclude(pk=email_address.user_id)
        if known.exists():
            words = {"email": email_address.email}
            self.add_message(request, messages.ERROR, "account/messages/email_confirmation_failed.txt", words)
            return False
        return bool(super().confirm_email(request, email_address))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Post one of allauth's mails into the outbox at first priority.

        The words stand in `templates/emails/<template_prefix>/`; they are blanked once sent. Nothing waits for the mail
        server or the broker.
        """
        at = clock.now()
        member = context.get("user") or Member.objects.by_address(email).first()
        recipient = to(member, address=email) if member else stranger(email)
        if objection := getattr(self.request, "objection", ""):
            context = {**context, "objection": objection}
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
