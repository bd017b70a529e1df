"""What belongs to an application: questions and answers, forms to be continued, and who is not the same."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from forestallies.lib import text
from forestallies.lib.fields import ProseField
from members.models.applications import Application
from members.models.communities import Community
from members.models.organisations import Organisation
from members.models.people import Member


class Question(models.Model):
    """What a coordinator wanted to know of an applicant, and the answer; one row for each round.

    Fetched through its application.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="questions")
    text = ProseField(_("Your question"), max_length=2000)
    asked_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    answer = ProseField(_("Your answer"), max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(answered_at__isnull=True), name="question_open_once"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="question_answer_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"question {self.pk} about application {self.application_id}"


class ApplicationDraft(models.Model):
    """A form that somebody wants to fill in later, as it stood. Whoever has the mailed link continues it.

    Kept for `KEPT`, then deleted. Only the token's hash is kept. Nothing of it is read by anybody else.
    """

    KEPT = timedelta(days=14)

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField()  # where the link went
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    words = models.JSONField(default=dict)  # what was typed, unchecked, as lists by name of field
    token_hash = models.CharField(max_length=64, unique=True)
    saved_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("saved_at")), name="draft_expires_later")
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"

    def save(self, **kwargs: object) -> None:
        self.email = self.email.strip().lower()
        text.check_printable(self.email)
        super().save(**kwargs)  # type: ignore[arg-type]  # Django's own arguments, passed on

    def is_usable(self, at: datetime) -> bool:
        return at < self.expires_at


class NotTheSame(models.Model):
    """A coordinator looked and found: the applicant, or her organisation, is not this one. It is not offered again.

    Exactly one of `member`, `other` and `organisation` is set. Fetched through its application.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="not_the_same")
    member = models.ForeignKey(Member, null=True, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Application, null=True, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "not the same"
        constraints = [
            models.UniqueConstraint(
                fields=["application", "member", "other", "organisation"],
                nulls_distinct=False,
                name="not_the_same_once",
            ),
            models.CheckConstraint(
                condition=Q(member__isnull=False, other=None, organisation=None)
                | Q(member=None, other__isnull=False, organisation=None)
                | Q(member=None, other=None, organisation__isnull=False),
                name="not_the_same_is_one",
            ),
        ]

    def __str__(self) -> str:
        return f"not the same {self.pk}"

    @property
    def key(self) -> str:
        """What it is that is not the same, as `members.duplicates.Found` names it: `member:12`."""
        pairs = {"member": self.member_id, "application": self.other_id, "organisation": self.organisation_id}
        return next(f"{of}:{pk}" for of, pk in pairs.items() if pk)
