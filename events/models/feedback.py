"""What people say after an event; if they wish, so that nobody can tell who said it."""

from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models.events import Event
from forestallies.lib.fields import LineField, ProseField
from members.models import Member

SCALE = [MinValueValidator(1), MaxValueValidator(5)]


def _on_scale(name: str) -> Q:
    return Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__range": (1, 5)})


class Feedback(models.Model):
    """One filled-in form. It holds no moment, and its key is random: docs/decisions/0012 says what keeps it apart
    from its writer when `member` is empty. Written by `events.actions.feedback` only."""

    class Pace(models.TextChoices):
        SLOW = "slow", _("too slow")
        RIGHT = "right", pgettext_lazy("pace", "right")
        FAST = "fast", _("too fast")

    class Use(models.TextChoices):
        YES = "yes", _("yes")
        PERHAPS = "perhaps", _("perhaps")
        NO = "no", _("no")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="feedback")
    member = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="feedback"
    )  # null: anonymous
    language = models.CharField(max_length=10, choices=settings.LANGUAGES, blank=True)  # empty where `member` is
    seal = models.CharField(max_length=64, blank=True)  # whether results count it; only the portal can read it
    usefulness = models.PositiveSmallIntegerField(null=True, blank=True, validators=SCALE)
    pace = models.CharField(max_length=10, choices=Pace, blank=True)
    sound = models.PositiveSmallIntegerField(null=True, blank=True, validators=SCALE)  # interpretation and sound
    use = models.CharField(max_length=10, choices=Use, blank=True)  # something from today within three months
    use_words = ProseField(max_length=1000, blank=True)
    most_useful = ProseField(max_length=2000, blank=True)
    to_improve = ProseField(max_length=2000, blank=True)
    may_quote = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_on_scale("usefulness"), name="feedback_usefulness_on_scale"),
            models.CheckConstraint(condition=_on_scale("sound"), name="feedback_sound_on_scale"),
        ]

    def __str__(self) -> str:
        return f"feedback on event {self.event_id}"


class FeedbackTopic(models.Model):
    """What somebody says she knew of a topic before and after, 1 to 5. Its key is random like that of its answer."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="topics", db_index=False)
    position = models.PositiveSmallIntegerField()
    topic = LineField(max_length=160, blank=True)  # in the portal's first language; empty: the event as a whole
    before = models.PositiveSmallIntegerField(null=True, blank=True, validators=SCALE)
    after = models.PositiveSmallIntegerField(null=True, blank=True, validators=SCALE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feedback", "position"], name="feedback_topic_once"),
            models.CheckConstraint(condition=_on_scale("before"), name="feedback_before_on_scale"),
            models.CheckConstraint(condition=_on_scale("after"), name="feedback_after_on_scale"),
        ]

    def __str__(self) -> str:
        return f"topic {self.position} of feedback {self.feedback_id}"


class FeedbackReceipt(models.Model):
    """That somebody answered, and nothing of what: so that she is asked once, and reminded only if she did not."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="feedback_receipts", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="feedback_receipts")
    forms = models.PositiveSmallIntegerField(default=1)  # more than one where two records of hers were merged

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "member"], name="feedback_receipt_once")]

    def __str__(self) -> str:
        return f"receipt for event {self.event_id}"
