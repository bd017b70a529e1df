"""Letters: what a coordinator or facilitator writes to many people at once, each of whom reads it in her language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from forestallies.lib.fields import LineField, ProseField
from members.models.circles import Circle
from members.models.people import Member

SUBJECT_LENGTH = 150
TEXT_LENGTH = 5_000
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


@dataclass(frozen=True)
class Words:
    """Subject and text in one language, either of which may be empty while it is being written."""

    subject: str = ""
    text: str = ""

    @property
    def are_complete(self) -> bool:
        return bool(self.subject and self.text)

    def __bool__(self) -> bool:
        return bool(self.subject or self.text)


class MailingQuerySet(models.QuerySet["Mailing"]):
    def drafts(self) -> "MailingQuerySet":
        return self.filter(state=Mailing.State.DRAFT)

    def sent(self) -> "MailingQuerySet":
        return self.filter(state=Mailing.State.SENT)

    def visible_to(self, member: Member, *, at: datetime) -> "MailingQuerySet":
        """Those of circles one coordinates; and those about an event of circles one facilitates."""
        mine = Circle.objects.run_by(member, at=at).values("pk")
        seen = Circle.objects.visible_to(member, at=at).values("pk")
        return self.filter(Q(circle__in=mine) | (~Q(about="") & Q(circle__in=seen)))


class Mailing(models.Model):
    """A letter: to whom (`audience`, see `members.audiences`) and what, in up to four languages. Frozen once sent.

    `circle` is where it belongs: its coordinators see it. `about` names an event it is about ("events.event:12").
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SENT = "sent", _("sent")

    TRANSITIONS: dict[str, set[str]] = {State.DRAFT: {State.SENT}, State.SENT: set()}

    circle = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="mailings")
    about = models.CharField(max_length=80, blank=True)
    audience = models.JSONField()
    subject = LineField(_("subject"), max_length=SUBJECT_LENGTH, blank=True)
    text = ProseField(_("text"), max_length=TEXT_LENGTH, blank=True)
    english_instead = models.BooleanField(default=False)  # for languages without a text of their own
    is_important = models.BooleanField(default=False)  # goes at any hour, to those who want no letters as well
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    created_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    changed_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)  # grows with every saving, so that nobody overwrites another
    sent_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)
    count = models.PositiveIntegerField(null=True)  # of people it went to

    objects = MailingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["draft", "sent"]), name="mailing_state_known"),
            models.CheckConstraint(
                condition=Q(state="draft", sent_at__isnull=True, sent_by__isnull=True, count__isnull=True)
                | Q(state="sent", sent_at__isnull=False, sent_by__isnull=False, count__isnull=False),
                name="mailing_sent_together",
            ),
        ]
        indexes = [models.Index(fields=["circle", "state", "-changed_at"], name="mailing_by_circle")]

    def __str__(self) -> str:
        return f"mailing {self.pk} ({self.state})"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def label(self) -> str:
        """How notices name the letter that they carry."""
        return self.label_of(self.pk)

    @staticmethod
    def label_of(pk: int | str) -> str:
        return f"members.mailing:{pk}"

    @property
    def title(self) -> str:
        """Its subject for a list: in the reader's language, or the first there is; empty when none is written."""
        own = translation.get_language() or LANGUAGES[0]
        return next((words.subject for code in (own, *LANGUAGES) if (words := self.words(code)).subject), "")

    def words(self, language: str) -> Words:
        """What is written in one language; nothing is taken from another."""
        return Words(*(getattr(self, name) or "" for name in columns(language)))

    def all_words(self) -> dict[str, Words]:
        """What is written, by language; languages without a word are left out."""
        return {code: words for code in LANGUAGES if (words := self.words(code))}

    def write(self, words: dict[str, Words]) -> dict[str, Any]:
        """Take over what was written in all languages; give the fields that were set, unsaved."""
        values: dict[str, Any] = {}
        for code in LANGUAGES:
            one = words.get(code, Words())
            values |= dict(zip(columns(code), (one.subject, one.text), strict=True))
        for name, value in values.items():
            setattr(self, name, value)
        return values

    def language_for(self, language: str) -> str:
        """In which language somebody reads it; empty when there is no text for her."""
        if self.words(language).are_complete:
            return language
        return "en" if self.english_instead and self.words("en").are_complete else ""

    def language_to_draw(self, language: str) -> str:
        """In which language it is written to somebody, whatever she reads by now: her own, English, or any there is.

        Whoever changes her language after the letter was sent gets words all the same, not an empty mail.
        """
        there = (code for code in (language, "en", *LANGUAGES) if self.words(code).are_complete)
        return next(there, language)


def columns(language: str) -> tuple[str, str]:
    """The fields that hold subject and text in one language."""
    code = language.replace("-", "_")
    return f"subject_{code}", f"text_{code}"


def mailing_ids(about: Iterable[str]) -> list[int]:
    """The letters that a notice names, by id."""
    start = Mailing.label_of("")
    return [int(name.removeprefix(start)) for name in about if name.startswith(start)]
