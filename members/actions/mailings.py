"""Letters: written, tried on oneself, sent once."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.models import record
from members import audiences, letters, mailing_emails
from members.audiences import Selection
from members.models import Mailing, Member
from members.models.mailings import Words
from notices import outbox

BATCH = 1_000  # people at a time: a letter to very many takes no more memory than one to a thousand


class MailingRefused(Exception):
    """The letter was not saved, tried or sent, with a sentence for the reader; `reasons` gives several one by one."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class MailingChanged(MailingRefused):
    """Somebody else saved the letter meanwhile; `version` is the present one."""

    def __init__(self, reason: str, version: int) -> None:
        super().__init__(reason)
        self.version = version


@transaction.atomic
def begin(
    *,
    selection: Selection,
    words: dict[str, Words],
    english_instead: bool,
    is_important: bool,
    by: Member,
    at: datetime,
) -> Mailing:
    """Keep a new letter as a draft, finished or not.

    Raises:
        Http404, PermissionDenied: these are not people she writes to.
    """
    target = audiences.open_target(selection.of, selection.id, by=by, at=at)
    mailing = Mailing(
        circle_id=target.circle_id,
        about=target.about,
        audience=selection.as_json(),
        english_instead=english_instead,
        is_important=is_important,
        created_by=by,
        created_at=at,
        changed_by=by,
        changed_at=at,
    )
    mailing.write(words)
    mailing.save()
    _record_saved(mailing, by=by, at=at)
    return mailing


@transaction.atomic
def save(
    *,
    mailing: Mailing,
    version: int,
    selection: Selection,
    words: dict[str, Words],
    english_instead: bool,
    is_important: bool,
    by: Member,
    at: datetime,
) -> Mailing:
    """Keep what was changed in a draft.

    Args:
        version: of the letter as the writer saw it when she began.

    Raises:
        MailingChanged: somebody saved it meanwhile; with the present version her words replace the other's.
        MailingRefused: it was sent meanwhile.
    """
    row = _draft(mailing)
    audiences.open_target(selection.of, selection.id, by=by, at=at)
    if row.version != version:
        name = row.changed_by.name if row.changed_by else "–"
        sentence = _("%(name)s changed this letter meanwhile. Press the button again to keep your words instead.")
        raise MailingChanged(sentence % {"name": name}, row.version)
    values = {
        **row.write(words),
        "audience": selection.as_json(),
        "english_instead": english_instead,
        "is_important": is_important,
        "changed_by": by,
        "changed_at": at,
        "version": row.version + 1,
    }
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    _record_saved(row, by=by, at=at)
    return row


@transaction.atomic
def try_out(*, mailing: Mailing, languages: Iterable[str], by: Member, at: datetime) -> int:
    """Send a draft to its writer herself, in each of these languages; return how many mails that were.

    Raises:
        MailingRefused: she has no address, or there is no complete text in any of them.
    """
    written = [code for code in languages if mailing.words(code).are_complete]
    if not by.email:
        raise MailingRefused(_("You have no e-mail address here, so nothing can be sent to you."))
    if not written:
        raise MailingRefused(_("There is nothing to send yet: write a subject and a text, and save them."))
    count = outbox.post_many_once([mailing_emails.trial(mailing, by, code, at=at) for code in written], at=at)
    record(verb="mailing.tested", subject=mailing, by=by, at=at, languages=written)
    return count


@transaction.atomic
def send(*, mailing: Mailing, expected: int | None = None, by: Member, at: datetime) -> Mailing:
    """Send a draft to everybody it is for, once, and freeze it with their number.

    Args:
        expected: how many people she was shown; when it is another number now, nothing is sent.

    Raises:
        MailingRefused: it was sent already, words are missing, nobody is among those chosen, or their number changed.
    """
    row = _draft(mailing)
    selection = Selection.parse(row.audience)
    audiences.open_target(selection.of, selection.id, by=by, at=at)
    spread = audiences.spread(selection, at=at)
    if reasons := letters.problems(row, spread):
        raise MailingRefused(*reasons)
    if expected is not None and spread.count != expected:
        raise MailingRefused(_other_number(spread.count))
    row.sent_by, row.sent_at, row.state = by, at, Mailing.State.SENT
    row.count = _post(row, selection, at=at)
    row.save(update_fields=["sent_by", "sent_at", "state", "count"])
    record(
        verb="mailing.sent",
        subject=row,
        by=by,
        at=at,
        count=row.count,
        important=row.is_important,
        audience=selection.of,
        languages=dict(spread.languages),
    )
    return row


@transaction.atomic
def remove(*, mailing: Mailing, by: Member, at: datetime) -> None:
    """Throw a draft away.

    Raises:
        MailingRefused: it was sent.
    """
    row = _draft(mailing)
    record(verb="mailing.removed", subject=row, by=by, at=at)
    row.delete()


def _draft(mailing: Mailing) -> Mailing:
    """Lock a letter that can still be changed or sent.

    Raises:
        MailingRefused: it was sent, or thrown away.
    """
    row = _locked(mailing.pk)
    if row is None:
        raise MailingRefused(_("This draft was removed."))
    if Mailing.State.SENT not in Mailing.TRANSITIONS[row.state]:
        raise MailingRefused(_("This letter was sent already. It went to everybody once."))
    return row


def _locked(pk: int) -> Mailing | None:
    return (
        Mailing.objects.select_for_update(no_key=True, of=("self",)).select_related("changed_by").filter(pk=pk).first()
    )


def _post(mailing: Mailing, selection: Selection, *, at: datetime) -> int:
    """Post the letter to everybody it is for, some at a time; return to how many."""
    people = audiences.reached(selection, at=at).order_by("pk").iterator(chunk_size=BATCH)
    count = 0
    while some := list(islice(people, BATCH)):
        count += outbox.post_many_once([mailing_emails.letter(mailing, member, at=at) for member in some], at=at)
    return count


def _other_number(number: int) -> str:
    return ngettext(
        "Nothing was sent: meanwhile it would go to %(number)d person. Please look once more.",
        "Nothing was sent: meanwhile it would go to %(number)d people. Please look once more.",
        number,
    ) % {"number": number}


def _record_saved(mailing: Mailing, *, by: Member, at: datetime) -> None:
    languages = list(mailing.all_words())
    record(verb="mailing.saved", subject=mailing, by=by, at=at, languages=languages, version=mailing.version)
