"""Read what the demo's mail sink stored: one `.eml` file a message."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from django.conf import settings
from django.http import Http404

SHOWN = 100
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Mail:
    """One received message; `received_at` is in UTC, `calendar` the text of its calendar part."""

    name: str
    received_at: datetime
    to: str
    subject: str
    text: str
    html: str
    calendar: str
    source: str

    @property
    def links(self) -> list[str]:
        return _LINK.findall(self.text)


def newest() -> list[Mail]:
    """List the latest messages, newest first."""
    return [_mail(path) for path in sorted(_files(), reverse=True)[:SHOWN]]


def read(name: str) -> Mail:
    """Read one message.

    Raises:
        Http404: there is none of that name.
    """
    path = next((path for path in _files() if path.stem == name), None)
    if path is None:
        raise Http404
    return _mail(path)


def _files() -> Iterator[Path]:
    yield from Path(settings.MAILBOX_DIR).glob("*.eml") if settings.MAILBOX_DIR else ()


def _mail(path: Path) -> Mail:
    raw = path.read_bytes()
    message = BytesParser(policy=policy.default).parsebytes(raw)
    return Mail(
        name=path.stem,
        received_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=_part(message, "text/plain"),
        html=_part(message, "text/html"),
        calendar=_part(message, "text/calendar"),
        source=raw.decode("utf-8", "replace"),
    )


def _part(message: EmailMessage, content_type: str) -> str:
    for part in message.walk():
        if part.get_content_type() == content_type:
            return part.get_content()
    return ""
