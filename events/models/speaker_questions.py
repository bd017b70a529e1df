"""Questions to the speakers, asked before a session and voted for."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from forestallies.lib.fields import ProseField
from members.models import Member


class SpeakerQuestion(models.Model):
    """What somebody of the audience would like to hear about."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        HIDDEN = "hidden", _("hidden")

    TRANSITIONS = {
        State.OPEN: {State.ANSWERED, State.HIDDEN},
        State.ANSWERED: {State.OPEN, State.HIDDEN},
        State.HIDDEN: {State.OPEN},
    }

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="speaker_questions")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="speaker_questions")
    words = ProseField(_("your question"), max_length=400)
    with_name = models.BooleanField(_("show my name"), default=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "answered", "hidden"]), name="speaker_question_state_known"
            )
        ]

    def __str__(self) -> str:
        return f"question {self.pk} for event {self.event_id}"


class SpeakerQuestionVote(models.Model):
    """One person's wish to hear the answer as well."""

    question = models.ForeignKey(SpeakerQuestion, on_delete=models.CASCADE, related_name="votes", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="speaker_question_votes")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "member"], name="speaker_question_vote_once")]

    def __str__(self) -> str:
        return f"vote for question {self.question_id}"
