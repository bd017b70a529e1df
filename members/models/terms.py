"""Versioned terms, what people agreed to, and what they answered when they were asked."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from forestallies.lib.fields import LineField, ProseField
from members.models.people import Member


class Consent(models.Model):
    """Agreement to one version of one term; withdrawn, never deleted, so that the log stays true.

    The database refuses every other change of a row than withdrawing it and giving it to the person two rows of whom
    are merged.
    """

    class Term(models.TextChoices):
        PRIVACY = "privacy", _("privacy notice")
        CODE_OF_CONDUCT = "code_of_conduct", _("code of conduct")
        COMMITMENT = "commitment", _("commitment to share")
        COMPETITION = "competition", _("competition-law notice")

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="consents")
    term = models.CharField(max_length=30, choices=Term)
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "term", "version"], condition=Q(withdrawn_at__isnull=True), name="consent_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.term} {self.version} by member {self.member_id}"


class TermVersionQuerySet(models.QuerySet["TermVersion"]):
    def published(self) -> "TermVersionQuerySet":
        return self.filter(published_at__isnull=False)

    def in_force(self, at: datetime) -> "TermVersionQuerySet":
        """The one version of each term that counts at an instant."""
        begun = self.published().filter(in_force_from__lte=at)
        return begun.order_by("term", "-in_force_from", "-pk").distinct("term")


class TermVersion(models.Model):
    """The words of one term: written, then published in four languages, and never changed after that.

    Attributes:
        version: its name, for people: `2026-11`.
        summary: the term in one sentence; that of the competition-law notice stands on every workshop and agenda.
        text: see `members.term_texts` for headings and lists.
        changes: what is new against the version before, for those who agreed to that one.
    """

    term = models.CharField(max_length=30, choices=Consent.Term)
    version = LineField(_("name of the version"), max_length=20)
    summary = LineField(_("in one sentence"), max_length=240)
    text = ProseField(_("text"), max_length=20_000)
    changes = ProseField(_("what is new"), max_length=2_000, blank=True)
    in_force_from = models.DateTimeField(null=True, blank=True)
    written_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    written_at = models.DateTimeField()
    published_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)

    objects = TermVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "version"], name="term_version_once"),
            models.UniqueConstraint(
                fields=["term"], condition=Q(published_at__isnull=True), name="term_version_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, in_force_from__isnull=True)
                | Q(published_at__isnull=False, in_force_from__isnull=False),
                name="term_version_in_force_when_published",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term} {self.version}"


class TermAnswer(models.Model):
    """What somebody said to a version she was asked about, when it was not yes: later, or no."""

    class Answer(models.TextChoices):
        LATER = "later", _("later")
        NO = "no", _("no")

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="term_answers")
    term = models.CharField(max_length=30, choices=Consent.Term)
    version = models.CharField(max_length=20)
    answer = models.CharField(max_length=5, choices=Answer)
    answered_at = models.DateTimeField()
    ask_again_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "term", "version"], name="term_answer_once"),
            models.CheckConstraint(
                condition=Q(answer="later", ask_again_at__isnull=False) | Q(answer="no", ask_again_at__isnull=True),
                name="term_answer_later_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.answer} to {self.term} {self.version} by member {self.member_id}"
