"""The one renderer: words for one person, in her language and her zone."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils import timezone, translation

from forestallies.lib import links
from forestallies.lib.text import tidy

SUBJECT_LENGTH = 300


@dataclass(frozen=True)
class Recipient:
    """Whom a message is for. `zone` is an IANA name; `member_id` is None for somebody without an account."""

    address: str
    name: str
    language: str
    zone: str
    member_id: int | None = None


@dataclass(frozen=True)
class Message:
    """Finished words for one person. `calendar` is a text/calendar part with its method, or empty."""

    kind: str
    recipient: Recipient
    subject: str
    text: str
    html: str
    calendar: bytes = b""
    calendar_method: str = ""
    about: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Draft:
    """A message whose words are drawn when it is sent, from what is true then: see `notices.drawers`.

    Attributes:
        facts: what its drawer needs to know, as JSON; ids rather than words.
    """

    kind: str
    recipient: Recipient
    facts: dict[str, Any]
    about: tuple[str, ...] = field(default=())


class Words(NamedTuple):
    """What a mail says. The subject is one line."""

    subject: str
    text: str
    html: str


def render(kind: str, recipient: Recipient, context: dict[str, Any], **parts: Any) -> Message:
    """Draw `templates/emails/<kind>/{subject.txt,body.txt,body.html}` for one recipient.

    Without a `body.html` the text is set into the plain mail layout. Many alike are drawn by `notices.merging`.

    Args:
        context: what the templates need; `recipient` and `SITE_URL` are added.
        parts: `calendar`, `calendar_method` and `about` of the `Message`.

    Raises:
        TemplateDoesNotExist: the kind has no words.
    """
    return Message(kind, recipient, *words(kind, recipient, context), **parts)


def words(kind: str, recipient: Recipient, context: dict[str, Any]) -> Words:
    """Draw the words of a message; as `render`."""
    context = {
        **context,
        "recipient": recipient,
        "SITE_URL": links.absolute(""),
        "CONTACT_EMAIL": settings.CONTACT_EMAIL,
    }
    with translation.override(recipient.language), timezone.override(ZoneInfo(recipient.zone)):
        subject = tidy(render_to_string(f"emails/{kind}/subject.txt", context))[:SUBJECT_LENGTH]
        text = render_to_string(f"emails/{kind}/body.txt", context).strip() + "\n"
        try:
            html = render_to_string(f"emails/{kind}/body.html", {**context, "subject": subject})
        except TemplateDoesNotExist:
            html = render_to_string("emails/plain.html", {**context, "subject": subject, "text": text})
    return Words(subject, text, html)
