"""The outbox and the ledger of everything the portal ever sent: one row per message and person."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unfinished(self) -> "NoticeQuerySet":
        return self.filter(state__in=Notice.UNFINISHED)

    def due(self, at: datetime) -> "NoticeQuerySet":
        """Waiting messages whose moment has come, whoever may have them in hand."""
        return self.unfinished().filter(next_attempt_at__lte=at)

    def visible_to(self, member: models.Model) -> "NoticeQuerySet":
        """A member sees what was sent to herself. Whose messages staff see is a matter of circles: `members.outbox`."""
        return self.filter(recipient_id=member.pk)


class Notice(models.Model):
    """A message to one person and the moment it may go. Delivery knows nothing else.

    Its words are finished, or drawn from `facts` when it is sent (`notices.drawers`). `guard` names a function that is
    asked right before sending whether the message is still wanted; `subject_ref` is what that function needs to know.
    The same Message-ID goes out with every attempt. `about` names what it is about and the circle in whose business it
    is sent ("events.event:12", "members.circle:3"), whose coordinators read of it.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        RETRY = "retry"
        FAILED = "failed"
        SUPPRESSED = "suppressed"
        CANCELLED = "cancelled"
        MISSED = "missed"

    class Priority(models.IntegerChoices):
        SIGN_IN = 0
        ANSWER = 1  # the answer to a person's own act, an offer, a move, a cancellation
        REMINDER = 2
        OPTIONAL = 3

    Ending = tuple[State, str]  # with the reason
    UNFINISHED = (State.QUEUED, State.SENDING, State.RETRY)
    TRANSITIONS = {
        State.QUEUED: {State.SENDING, State.CANCELLED, State.MISSED},
        State.SENDING: {
            State.SENT, State.RETRY, State.FAILED, State.SUPPRESSED, State.MISSED,
            State.SENDING,  # taken over from a dead worker
            State.QUEUED,  # put back without having been tried
        },
        State.RETRY: {State.SENDING, State.CANCELLED, State.MISSED},
        State.SENT: set(),
        State.FAILED: {State.QUEUED},
        State.SUPPRESSED: set(),
        State.CANCELLED: set(),
        State.MISSED: set(),
    }  # fmt: skip

    key = models.CharField(max_length=200, unique=True)  # "reminder:812:20261201T130000Z:24h"
    kind = models.CharField(max_length=60)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="notices"
    )
    address = models.EmailField()
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    zone = models.CharField(max_length=60, default="UTC")  # IANA, of the recipient: whose day and night it is
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    calendar = models.BinaryField(default=b"", blank=True)
    calendar_method = models.CharField(max_length=10, blank=True)
    facts = models.JSONField(null=True, blank=True)  # what the words are drawn from; null: they are finished
    sensitive = models.BooleanField(default=False)  # sign-in and security: words are blanked once sent
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.ANSWER)
    guard = models.CharField(max_length=60, blank=True)
    subject_ref = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    problem = models.TextField(blank=True)  # the server's words, or why it was not sent
    attempts = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    claimed_by = models.CharField(max_length=60, blank=True)
    finished_at = models.DateTimeField(null=True)
    about = ArrayField(models.CharField(max_length=80), default=list)

    # While a worker has it in hand, not stored: how it waited before, and how it ends instead of leaving.
    waited_as: State = State.QUEUED
    hindrance: Ending | None = None

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "queued",
                        "sending",
                        "sent",
                        "retry",
                        "failed",
                        "suppressed",
                        "cancelled",
                        "missed",
                    ]
                ),
                name="notice_state_known",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="notice_expires_later"),
            models.CheckConstraint(
                condition=~Q(state="sending") | (Q(claimed_at__isnull=False) & ~Q(claimed_by="")),
                name="notice_sending_is_claimed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "next_attempt_at", "id"],
                condition=Q(state__in=["queued", "sending", "retry"]),
                name="notice_to_send",
            ),
            models.Index(fields=["finished_at"], condition=Q(state__in=["sent", "failed"]), name="notice_gone"),
            models.Index(fields=["claimed_at"], condition=Q(state__in=["sending", "retry"]), name="notice_tried"),
            models.Index(fields=["recipient", "-created_at"], name="notice_by_recipient"),
            GinIndex(fields=["about"], name="notice_by_about"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} ({self.state})"

    @property
    def is_private(self) -> bool:
        """It signs somebody in or tells of her account: nobody else reads its words or sends it again."""
        return self.sensitive or self.priority == self.Priority.SIGN_IN

    @property
    def moment(self) -> datetime:
        """When it left or came to another end; until then, when it is to leave."""
        return self.finished_at or self.next_attempt_at

    def can_become(self, state: State) -> bool:
        return state in self.TRANSITIONS[self.State(self.state)]
