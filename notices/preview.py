"""How a message looks to the person it is for, shown to somebody else: every personal link in it leads nowhere."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forestallies.lib import ical, links
from notices import drawers
from notices.models import Notice
from notices.render import Message

logger = logging.getLogger(__name__)

LANGUAGES = [code for code, _name in settings.LANGUAGES]
CALENDAR_WORDS: dict[str, str | Promise] = {
    "REQUEST": gettext_lazy("Puts this into the person’s calendar, or changes it there:"),
    "CANCEL": gettext_lazy("Takes this out of the person’s calendar:"),
    "PUBLISH": gettext_lazy("Can be taken over into a calendar by hand:"),
}


@dataclass(frozen=True)
class Preview:
    """A message to look at.

    Attributes:
        language: of its words.
        is_kept: these are the words as they left or will leave; otherwise they were drawn for this look at them.
        calendar_words, entries: what its calendar part does, and to what; empty when it has none.
    """

    language: str
    subject: str
    text: str
    html: str
    is_kept: bool
    calendar_words: str
    entries: list[ical.Seen]


class NoPreview(Exception):
    """The words of a message cannot be shown; says why, in words for the reader."""


def preview_of(notice: Notice, *, language: str = "", at: datetime) -> Preview:
    """Show a message as its recipient sees it, with `links.HIDDEN` in the place of every token.

    Words that are finished are shown as they stand, in their own language. Those that are drawn at sending are drawn as
    they would be at the moment they are to leave; in any of the portal's languages.

    Raises:
        NoPreview: it is nobody else's to read, or cannot be drawn (any more).
    """
    if notice.is_private:
        raise NoPreview(_("Only the recipient reads the words of this message."))
    language = language if language in LANGUAGES else notice.language
    is_kept = language == notice.language and bool(notice.facts is None or notice.text)
    if not is_kept and notice.facts is None:
        raise NoPreview(_("The words of this message exist in the recipient’s language only."))
    words = notice if is_kept else _drawn(notice, language, at)
    method = words.calendar_method
    return Preview(
        language=language,
        subject=links.hide(words.subject),
        text=links.hide(words.text),
        html=links.hide(words.html),
        is_kept=is_kept,
        calendar_words=str(CALENDAR_WORDS.get(method, "")),
        entries=ical.read(bytes(words.calendar)) if words.calendar else [],
    )


def _drawn(notice: Notice, language: str, at: datetime) -> Message:
    leaves_at = at if notice.finished_at else max(at, notice.next_attempt_at)
    try:
        with links.hidden(), _reading(notice, language):
            return drawers.draw(notice.kind, notice.facts or {}, at=leaves_at)
    except DatabaseError:
        raise
    except Exception as error:  # whatever is missing by now: the page about the message must still open
        logger.info("notice %s cannot be drawn for a look at it: %s", notice.pk, type(error).__name__)
        raise NoPreview(_("What this message tells of is not there any more, so it cannot be shown.")) from error


@contextmanager
def _reading(notice: Notice, language: str) -> Iterator[None]:
    """Let the recipient read a language for as long as a message is drawn; then everything is as it was.

    Drawers learn the language from the person's row, some of them deep inside, so the row is what is changed, in a
    transaction that is taken back in any case. Nobody else ever sees it.
    """
    with transaction.atomic():
        if notice.recipient and notice.recipient.language != language:
            type(notice.recipient)._default_manager.filter(pk=notice.recipient_id).update(language=language)
        yield
        transaction.set_rollback(True)
