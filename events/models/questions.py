"""The short questions that an event asks whoever registers, and what people answered."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from events.models.registrations import Registration
from forestallies.lib.fields import LineField, ProseField


class Question(models.Model):
    """One question on the registration form of one event."""

    class Kind(models.TextChoices):
        TEXT = "text", _("a line of text")
        CHOICE = "choice", _("one of several choices")
        YES_NO = "yes_no", _("yes or no")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind of answer"), max_length=10, choices=Kind, default=Kind.TEXT)
    words = LineField(_("question"), max_length=160)
    choices = ProseField(_("choices, one per line"), blank=True)
    required = models.BooleanField(_("has to be answered"), default=False)

    class Meta:
        verbose_name = _("question to those who register")
        verbose_name_plural = _("questions to those who register")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["text", "choice", "yes_no"]), name="question_kind_known"),
        ]

    def __str__(self) -> str:
        return self.words

    def options(self) -> list[tuple[str, str]]:
        """The choices as (value stored, words in the reader's language), in order; empty for other kinds.

        The value is the choice in the first language of the portal, so that answers in several languages add up. A
        language with another number of lines than the first one is not translated well: its reader sees the first.
        """
        if self.kind != self.Kind.CHOICE:
            return []
        values, words = self.choices_en.splitlines(), self.choices.splitlines()  # type: ignore[attr-defined]  # made by modeltranslation
        return list(zip(values, words if len(words) == len(values) else values, strict=True))


class Answer(models.Model):
    """What somebody answered to a question; empty answers have no row."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="answers")
    value = LineField(max_length=300)  # text; a choice in the portal's first language; "yes" or "no"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registration", "question"], name="answer_once")]

    def __str__(self) -> str:
        return f"answer {self.pk} to question {self.question_id}"
