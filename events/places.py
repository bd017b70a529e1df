"""The signed link to one's place in an event: one page with a button, without signing in."""

from django.core import signing
from django.urls import reverse

from events.models import Registration
from forestallies.lib import links

SIGNER = signing.Signer(salt="events.place", sep=".")


class WrongLink(Exception):
    """The link was not made by the portal, or not as it stands here."""


def place_link(registration: Registration) -> str:
    """The address, for mails, of the page of this registration. It opens nothing else and shows no meeting link."""
    return links.absolute(reverse("place_page", args=[SIGNER.sign(str(registration.pk))]))


def registration_of(token: str) -> int:
    """Read the id of the registration out of a link.

    Raises:
        WrongLink: cut off, altered or made up.
    """
    try:
        return int(SIGNER.unsign(token))
    except (signing.BadSignature, ValueError) as error:
        raise WrongLink from error
