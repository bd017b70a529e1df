"""From a row to a mail: text first, light HTML beside it, the calendar part last."""

from email.header import Header
from email.mime.text import MIMEText
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from notices import stopping
from notices.models import Notice


class NoticeMail(EmailMultiAlternatives):
    """A mail whose calendar part names its METHOD in the content type, as RFC 6047 and mail programs want.

    Its subject is read as it was written, even where it looks like a word that is encoded already.
    """

    calendar: bytes = b""
    calendar_method: str = ""

    def message(self, **options: Any) -> Any:  # its class differs between Django and its stubs
        made = super().message(**options)
        if "=?" in self.subject:  # all ASCII, Django would send it so, and every mail program would decode it
            del made["Subject"]
            made["Subject"] = " ".join(Header(str(self.subject), "utf-8").encode().split())
        return made

    def finish(self) -> None:
        """Make the mail now, so that sending it only hands it over.

        Raises:
            BadHeaderError, ValueError: something that cannot be written into a mail.
        """
        made = self.message()
        finished = made.as_bytes(linesep="\r\n")
        made.as_bytes = lambda **_options: finished
        self.message = lambda **_options: made  # type: ignore[method-assign]  # from now on it is what it is

    def _create_alternatives(self, msg):  # type: ignore[no-untyped-def]  # as in Django, which has no types
        made = super()._create_alternatives(msg)  # type: ignore[misc]  # absent from the stubs
        if self.calendar:
            part = MIMEText(self.calendar.decode(), "calendar", "utf-8")
            part.set_param("method", self.calendar_method)
            made.attach(part)
        return made


def email_message(notice: Notice, connection: BaseEmailBackend) -> NoticeMail:
    """Make the mail of a notice: one recipient, a stable Message-ID, marked as automatic.

    Raises:
        BadHeaderError, ValueError: a header that cannot be written; the notice then fails.
    """
    message = NoticeMail(
        subject=notice.subject,
        body=notice.text,
        to=[notice.address],
        connection=connection,
        headers={
            "Message-ID": notice.message_id,
            "Auto-Submitted": "auto-generated",
            "X-Notice": str(notice.pk),
            **_way_out(notice),
        },
    )
    message.calendar, message.calendar_method = bytes(notice.calendar), notice.calendar_method
    if notice.html:
        message.attach_alternative(notice.html, "text/html")
    return message


def _way_out(notice: Notice) -> dict[str, str]:
    """What lets a mail program offer to stop messages of this kind with one click (RFC 8058); optional ones only."""
    link = stopping.link(notice.kind, notice.recipient_id)
    if not link:
        return {}
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": stopping.ONE_CLICK}
