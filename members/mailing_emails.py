"""The letters as mails: drawn when they are sent, in each reader's language and zone."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from django.utils import translation

from members import audiences, letters
from members.audiences import IMPORTANT, LETTER, Filler, Selection
from members.emails import circle_label, to
from members.models import Mailing, Member
from notices import drawers, guards
from notices.drawers import Facts
from notices.models import Notice
from notices.outbox import Posting
from notices.render import Draft, Message, Recipient, render

TEST = "letter_test"
GUARD = "members.letter"
LIFETIME = timedelta(days=7)  # a letter that could not leave for a week is no news


def about(mailing: Mailing) -> tuple[str, ...]:
    """The event it is about, if any; the circle whose coordinators read of it; the letter itself."""
    return (*filter(None, [mailing.about]), circle_label(mailing.circle_id), mailing.label)


def letter(mailing: Mailing, member: Member, *, at: datetime) -> Posting:
    """A letter to one person. She gets each letter once, however often it is posted."""
    kind = IMPORTANT if mailing.is_important else LETTER
    reader = to(member)
    reader = replace(reader, language=mailing.language_for(reader.language) or reader.language)
    facts = {"mailing": mailing.pk, "member": member.pk}
    return Posting(
        message=Draft(kind, reader, facts, about=about(mailing)),
        key=f"letter:{mailing.pk}:{member.pk}",
        priority=Notice.Priority.ANSWER if mailing.is_important else Notice.Priority.OPTIONAL,
        expires_at=at + LIFETIME,
        guard=GUARD,
        subject_ref=f"{member.pk}",
    )


def trial(mailing: Mailing, writer: Member, language: str, *, at: datetime) -> Posting:
    """The letter in one language to its writer herself; it is no copy of the letter and is not counted as one."""
    facts = {"mailing": mailing.pk, "member": writer.pk, "language": language}
    return Posting(
        message=Draft(TEST, replace(to(writer), language=language), facts, about=about(mailing)[:-1]),
        key=f"{TEST}:{mailing.pk}:{writer.pk}:{language}:{at:%Y%m%dT%H%M%S.%f}",
        guard=GUARD,
        subject_ref=f"{writer.pk}",
    )


def filler_of(mailing: Mailing) -> Filler:
    """What stands in the place of the letter's placeholders, the reader's name aside."""
    selection = Selection.parse(mailing.audience)
    return audiences.get(selection.of).fill(selection)


def drawn(mailing: Mailing, reader: Recipient, filler: Filler, *, kind: str = LETTER) -> Message:
    """Write a letter for one reader, in the language of the recipient given."""
    with translation.override(reader.language):
        values = {letters.NAME: reader.name, **filler(reader.zone)}
    context = {
        "words": letters.fill_words(mailing.words(reader.language), values),
        "is_test": kind == TEST,
        "writer": mailing.sent_by or mailing.changed_by,
        "circle": mailing.circle,
    }
    return replace(render(LETTER, reader, context, about=about(mailing)), kind=kind)


def draw(kind: str, facts: Facts, at: datetime) -> Message:
    """Write a letter for the person it goes to; in English where she has none in her language."""
    mailing = Mailing.objects.select_related("circle", "sent_by", "changed_by").get(pk=facts["mailing"])
    reader = to(Member.objects.get(pk=facts["member"]))
    language = facts.get("language") or mailing.language_for(reader.language) or reader.language
    return drawn(mailing, replace(reader, language=language), filler_of(mailing), kind=kind)


def reader_is_active(subject_ref: str, at: datetime) -> guards.Verdict:
    """`subject_ref` is the member's id."""
    is_active = Member.objects.active().filter(pk=int(subject_ref)).exists()
    return guards.Verdict(is_active, "" if is_active else "Her account is closed.")


for _kind in (LETTER, IMPORTANT, TEST):
    drawers.register(_kind, partial(draw, _kind))
guards.register(GUARD, reader_is_active)
