"""Long work as rows, and the memory that makes a repeated form harmless."""

from django.conf import settings
from django.db import models


class Job(models.Model):
    """A piece of long work (an import, an export, documents) that a tick picks up; the row is its whole state."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    TRANSITIONS = {
        State.QUEUED: {State.RUNNING, State.CANCELLED},
        State.RUNNING: {State.QUEUED, State.DONE, State.FAILED},
        State.DONE: set(),
        State.FAILED: {State.QUEUED},
        State.CANCELLED: set(),
    }

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200, unique=True)  # asking twice for the same work makes one job
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.TextField(blank=True)
    file = models.FileField(upload_to="jobs/", blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "running", "done", "failed", "cancelled"]),
                name="job_state_known",
            ),
            models.CheckConstraint(condition=models.Q(done__lte=models.F("total")), name="job_done_within_total"),
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=models.Q(state__in=["queued", "running"]), name="job_open")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} ({self.state})"


class Submission(models.Model):
    """One sending of a form that changes something; the same key a second time does nothing and gets the same answer.

    The key is made when the form is drawn, so a double click, the back button and a replay all carry it again.
    """

    key = models.UUIDField()
    kind = models.CharField(max_length=40)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "actor"], nulls_distinct=False, name="submission_once_per_actor")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
