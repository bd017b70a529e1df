"""What people ask about their own data: a copy of everything, and to be erased."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from forestallies.lib.fields import ProseField
from jobs.models import Job
from members.models.circles import Circle
from members.models.people import Member


class DataExport(models.Model):
    """A copy of everything about one person, made by a job and kept for some days.

    The file lies in the database, as certificates do: several web hosts share it.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="data_exports")
    job = models.OneToOneField(Job, null=True, on_delete=models.SET_NULL, related_name="data_export")
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    content = models.BinaryField(default=b"")
    size = models.PositiveIntegerField(default=0)  # in bytes

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(made_at__isnull=True, expires_at__isnull=True)
                | Q(made_at__isnull=False, expires_at__gt=models.F("made_at")),
                name="data_export_expires_later",
            )
        ]
        indexes = [models.Index(fields=["member", "-asked_at"], name="data_export_by_member")]

    def __str__(self) -> str:
        return f"data export {self.pk}"

    def is_ready(self, at: datetime) -> bool:
        return self.expires_at is not None and at < self.expires_at


class ErasureRequestQuerySet(models.QuerySet["ErasureRequest"]):
    def open(self) -> "ErasureRequestQuerySet":
        """Those that wait: for the person to confirm, or for their day."""
        return self.filter(state__in=ErasureRequest.OPEN)

    def due(self, at: datetime) -> "ErasureRequestQuerySet":
        return self.filter(state=ErasureRequest.State.WAITING, due_at__lte=at)

    def visible_to(self, member: Member, *, at: datetime) -> "ErasureRequestQuerySet":
        """One's own, and those of people who are or were in circles that one coordinates."""
        run = Circle.objects.run_by(member, at=at)
        return self.filter(Q(member=member) | Q(member__in=Member.objects.filter(belongings__circle__in=run)))


class ErasureRequest(models.Model):
    """Somebody's wish to be erased, or a coordinator's for a person who cannot sign in; and what became of it.

    She confirms it by a mailed link, then it waits until `due_at`, so that it can be taken back. The row stays.
    """

    CONFIRM_WITHIN = timedelta(days=2)

    class State(models.TextChoices):
        ASKED = "asked", _("waits to be confirmed")
        WAITING = "waiting", _("waits for its day")
        DONE = "done", _("erased")
        WITHDRAWN = "withdrawn", _("taken back")

    TRANSITIONS = {
        State.ASKED: {State.WAITING, State.WITHDRAWN},
        State.WAITING: {State.DONE, State.WITHDRAWN},
        State.DONE: set(),
        State.WITHDRAWN: set(),
    }
    OPEN = (State.ASKED, State.WAITING)

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="erasure_requests")
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    keeps_certificates = models.BooleanField(default=True)
    asked_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = ProseField(_("Why"), max_length=500, blank=True)  # a coordinator's words
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # erased, or taken back

    objects = ErasureRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(state__in=["asked", "waiting"]), name="erasure_request_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "waiting"], ended_at__isnull=True)
                | Q(state__in=["done", "withdrawn"], ended_at__isnull=False),
                name="erasure_request_end_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "done"]) | Q(confirmed_at__isnull=False, due_at__isnull=False),
                name="erasure_request_waits_until",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="erasure_request_due")]

    def __str__(self) -> str:
        return f"erasure request {self.pk} ({self.state})"

    def can_be_confirmed(self, at: datetime) -> bool:
        return self.state == self.State.ASKED and at < self.asked_at + self.CONFIRM_WITHIN

    @staticmethod
    def waiting_time() -> timedelta:
        """How long a confirmed wish waits, so that it can be taken back."""
        return timedelta(days=settings.ERASURE_WAIT_DAYS)
