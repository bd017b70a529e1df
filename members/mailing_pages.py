"""What the pages about letters show: how it reads in each language, who gets it, and what became of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from django.db.models import Count, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from forestallies.lib import links, zones
from forestallies.lib.database import Fold
from members import audiences, letters, mailing_emails
from members.audiences import IMPORTANT, LETTER, Filler, Selection, Spread
from members.emails import to
from members.models import Mailing, Member
from members.models.mailings import LANGUAGES
from notices.models import Notice
from notices.render import Message

SAMPLES = 12  # people to look through the eyes of
LONGEST_LINK = 2_000  # signs of an address that every browser and phone takes

State = Notice.State


@dataclass(frozen=True)
class Fate:
    """What became of a letter: how many mails were delivered, are on their way, failed, or were not sent after all."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0
    dropped: int = 0


def fates(mailings: Iterable[Mailing]) -> dict[int, Fate]:
    """What became of some letters, by their id, in one query. A trial is none of it."""
    labels = {mailing.label: mailing.pk for mailing in mailings}
    carried = Notice.objects.filter(about__overlap=list(labels), kind__in=[LETTER, IMPORTANT]).order_by()
    states: dict[int, Counter[str]] = {pk: Counter() for pk in labels.values()}
    for pk, state, number in carried.values_list("facts__mailing", "state").annotate(number=Count("pk")):
        states[pk][state] += number
    return {pk: _fate(by_state) for pk, by_state in states.items()}


def _fate(states: Counter[str]) -> Fate:
    return Fate(
        sent=states[State.SENT],
        waiting=sum(states[state] for state in Notice.UNFINISHED),
        failed=states[State.FAILED],
        dropped=sum(states[state] for state in (State.SUPPRESSED, State.CANCELLED, State.MISSED)),
    )


@dataclass(frozen=True)
class Reading:
    """How a letter reads in one language, to one person.

    Attributes:
        readers: how many people get it in this language as their own.
        message: as her mail shows it; None when there is no complete text.
        instead: the language that these readers get in its place; empty: none.
        chat: the same words for a chat group.
        chat_link: the address that opens WhatsApp with them; empty when it would be too long.
    """

    code: str
    name: str
    readers: int
    message: Message | None = None
    instead: str = ""
    chat: str = ""
    chat_link: str = ""


def readings(mailing: Mailing, readers: Mapping[str, int], person: Member) -> list[Reading]:
    """How a letter reads to one person in each language that is written or read; her personal links are left out.

    Args:
        readers: how many people read each language.
    """
    filler = mailing_emails.filler_of(mailing)
    codes = [code for code in LANGUAGES if mailing.words(code) or readers.get(code)]
    with links.hidden():
        return [_reading(mailing, code, readers.get(code, 0), person, filler) for code in codes]


def _reading(mailing: Mailing, code: str, number: int, person: Member, filler: Filler) -> Reading:
    name = letters.language_name(code)
    if not mailing.words(code).are_complete:
        instead = mailing.language_for(code)
        return Reading(code, name, number, instead=letters.language_name(instead) if instead else "")
    message = mailing_emails.drawn(mailing, replace(to(person), language=code), filler)
    chat = chat_words(mailing, code, filler)
    link = f"https://wa.me/?text={quote(chat, safe='')}"
    return Reading(code, name, number, message, chat=chat, chat_link=link if len(link) <= LONGEST_LINK else "")


def chat_words(mailing: Mailing, language: str, filler: Filler) -> str:
    """The letter in one language for a chat group, where it greets everybody and says times in the event's zone."""
    with translation.override(language):
        values = {letters.NAME: pgettext("in the place of a name", "everybody"), **filler(None)}
    words = letters.fill_words(mailing.words(language), values)
    return f"*{words.subject}*\n\n{words.text}"


def samples(selection: Selection, *, at: datetime) -> list[Member]:
    """Some of the people a letter goes to, some of each language, through whose eyes it can be read; one query."""
    people = audiences.reached(selection, at=at)
    each = SAMPLES // len(LANGUAGES)
    first, *others = (people.filter(language=code).order_by("name", "pk")[:each] for code in LANGUAGES)
    found: list[Member] = list(first.union(*others, all=True))
    return sorted(found, key=lambda member: (LANGUAGES.index(member.language), member.name))


def looking(samples: Sequence[Member], chosen: str, writer: Member) -> Member:
    """Through whose eyes to read: the person chosen, the first there is, or the writer herself."""
    if chosen == str(writer.pk):
        return writer
    return next((one for one in samples if str(one.pk) == chosen), samples[0] if samples else writer)


def languages_of(spread: Spread) -> list[tuple[str, int]]:
    """Languages by name with how many people read them, the most read first."""
    return [(letters.language_name(code), number) for code, number in _ordered(spread.languages)]


def countries_of(spread: Spread) -> list[tuple[str, int]]:
    """Countries by name with how many people are from there, most people first."""
    return [
        (zones.country_name(code) if code else _("no country given"), number)
        for code, number in _ordered(spread.countries)
    ]


def _ordered(numbers: Counter[str]) -> list[tuple[str, int]]:
    return sorted(numbers.items(), key=lambda one: (-one[1], one[0]))


def people_of(selection: Selection, *, at: datetime) -> QuerySet[Member]:
    """Everybody chosen, those whom no mail reaches first, then by name."""
    people = audiences.chosen(selection, at=at).annotate(is_reached=Q(email__isnull=False))
    return people.order_by("is_reached", Fold("name"), "pk").only("name", "country", "language", "email")
