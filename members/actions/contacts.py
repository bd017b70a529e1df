"""Asking to get in touch, and the answers: the only code that shows two people each other's addresses."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from members import contact_emails
from members.models import ContactRequest, DirectoryEntry, Member
from members.models.contacts import REQUESTS_A_DAY
from notices import outbox

State = ContactRequest.State


class ContactRefused(Exception):
    """Nothing was changed; the text is a sentence for the reader."""


@transaction.atomic
def ask(*, asker: Member, asked: Member, message: str, by: Member, at: datetime) -> ContactRequest:
    """Ask somebody of the directory whether one may write to her; she gets a mail with the message and no address.

    Raises:
        ContactRefused: one of them asked before, or too many were asked today.
    """
    Member.objects.select_for_update(no_key=True).get(pk=asker.pk)  # so that two pages count one after the other
    check_can_ask(asker=asker, asked=asked, at=at)
    made = ContactRequest.objects.create(asker=asker, asked=asked, message=message, created_at=at)
    outbox.post_once(contact_emails.contact_request(made), at=at)
    record(verb="contact.asked", subject=made, by=by, at=at, asked=asked.pk)
    return made


def check_can_ask(*, asker: Member, asked: Member, at: datetime) -> None:
    """May this person ask that one?

    Raises:
        ContactRefused: with a sentence for the reader.
    """
    if asker.pk == asked.pk:
        raise ContactRefused(_("This is yourself."))
    if not asked.email or not DirectoryEntry.objects.visible_to(asker, at=at).filter(member=asked).exists():
        raise ContactRefused(_("This person cannot be asked at present."))
    earlier = list(ContactRequest.objects.between(asker, asked).order_by("-created_at"))
    if any(one.state == State.ACCEPTED for one in earlier):
        raise ContactRefused(_("You are in touch already: the address is among your contacts."))
    if any(one.state == State.OPEN and one.asker_id == asked.pk for one in earlier):
        raise ContactRefused(_("This person has asked you already: please answer among your contacts."))
    if any(one.state == State.OPEN for one in earlier):
        raise ContactRefused(_("You have asked this person already. Please wait for the answer."))
    if any(one.asker_id == asker.pk and one.repeat_is_refused(at) for one in earlier):
        raise ContactRefused(_("You have asked this person before. Please do not ask again."))
    today = ContactRequest.objects.filter(asker=asker, created_at__gt=at - timedelta(days=1)).count()
    if today >= REQUESTS_A_DAY:
        raise ContactRefused(
            _("You may ask %(number)d people within a day. Please go on tomorrow.") % {"number": REQUESTS_A_DAY}
        )


@transaction.atomic
def bring_into(*, request: ContactRequest, state: str, by: Member, at: datetime) -> ContactRequest:
    """Accept, decline, take back or end a request. The same answer again changes nothing.

    Once it is accepted, both get a mail with the other's address. Who asked reads of a refusal on her page only.

    Raises:
        ContactRefused: it was answered otherwise meanwhile, or this is not for this person to do.
    """
    locked = ContactRequest.objects.select_for_update(of=("self",)).select_related("asker", "asked").get(pk=request.pk)
    if locked.state == state:
        return locked
    if not locked.may_become(state, by=by):
        raise ContactRefused(_("This request was answered or taken back already. Nothing was changed."))
    locked.state, locked.closed_at = state, at
    locked.save(update_fields=["state", "closed_at"])
    if state == State.ACCEPTED:
        for member in (locked.asker, locked.asked):
            outbox.post_once(contact_emails.contact_accepted(locked, member), at=at)
    record(verb=f"contact.{state}", subject=locked, by=by, at=at)
    return locked
