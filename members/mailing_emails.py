"""The letters as mails: drawn when they are sent, in each reader's language and zone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from django.utils import translation

from members import audiences, letters
from members.audiences import IMPORTANT, LETTER, Filler, Selection
from members.emails import circle_label, to
from members.models import Mailing, Member
from notices import drawers, guards, stopping
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
        "stop_link": stopping.link(kind, reader.member_id),  # an important one cannot be stopped
    }
    return replace(render(LETTER, reader, context, about=about(mailing)), kind=kind)


def draw_many(kind: str, facts: Sequence[Facts], at: datetime) -> list[Message]:
    """Write letters for the people they go to; where somebody has none in her language, in one that there is."""
    rows = Mailing.objects.select_related("circle", "sent_by", "changed_by")
    mailings = rows.in_bulk({one["mailing"] for one in facts})
    readers = Member.objects.in_bulk({one["member"] for one in facts})
    fillers = {pk: filler_of(mailing) for pk, mailing in mailings.items()}

    def draw(one: Facts) -> Message:
        mailing, reader = mailings[one["mailing"]], to(readers[one["member"]])
        language = one.get("language") or mailing.language_to_draw(reader.language)
        return drawn(mailing, replace(reader, language=language), fillers[mailing.pk], kind=kind)

    return [draw(one) for one in facts]


def readers_are_active(subject_refs: Sequence[str], at: datetime) -> list[guards.Verdict]:
    """Each of `subject_refs` is a member's id."""
    wanted = {int(ref) for ref in subject_refs}
    active = set(Member.objects.active().filter(pk__in=wanted).values_list("pk", flat=True))
    closed = guards.Verdict(False, "Her account is closed.")
    return [guards.Verdict(True) if int(ref) in active else closed for ref in subject_refs]


for _kind in (LETTER, IMPORTANT, TEST):
    drawers.register_many(_kind, partial(draw_many, _kind))
guards.register_many(GUARD, readers_are_active)
