"""Disputes: somebody says that what is on record of her attendance is wrong, and what the coordinators answer."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.attendance import Attendance
from forestallies.lib.fields import ProseField
from members.models import Circle, Member

REPORT_WITHIN = timedelta(days=60)  # after it was recorded
WORDS_LENGTH = 600
MINUTES_MOST = 600  # that somebody may say she was there


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def open(self) -> "DisputeQuerySet":
        return self.filter(state=Dispute.State.OPEN)

    def answered(self) -> "DisputeQuerySet":
        return self.exclude(state=Dispute.State.OPEN)

    def of(self, member: Member) -> "DisputeQuerySet":
        """What she herself reported."""
        return self.filter(attendance__member=member)

    def visible_to(self, member: Member, *, at: datetime) -> "DisputeQuerySet":
        """Those about events of the circles one coordinates."""
        return self.filter(attendance__event__home__in=Circle.objects.run_by(member, at=at))


class Dispute(models.Model):
    """One report that an attendance record is wrong. What was on record then stays beside it."""

    class Claim(models.TextChoices):
        PRESENT = "present", _("I was there")
        MINUTES = "minutes", _("The minutes are wrong")
        SHARED = "shared", _("Several of us were at one phone or computer")
        NOT_ME = "not_me", _("That was somebody else, not me")
        OTHER = "other", _("Something else")

    class State(models.TextChoices):
        OPEN = "open", _("waits for an answer")
        UPHELD = "upheld", _("corrected")
        DECLINED = "declined", _("not changed")

    TRANSITIONS = {State.OPEN: {State.UPHELD, State.DECLINED}, State.UPHELD: set(), State.DECLINED: set()}

    attendance = models.ForeignKey(Attendance, on_delete=models.CASCADE, related_name="disputes")
    claim = models.CharField(max_length=10, choices=Claim)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)  # that she was there, as she says
    words = ProseField(max_length=WORDS_LENGTH)
    was_status = models.CharField(max_length=10, choices=Attendance.Status)  # on record when she wrote
    was_seconds = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    answer = ProseField(max_length=WORDS_LENGTH, blank=True)  # to her; a reason where nothing was changed

    objects = DisputeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendance"], condition=Q(state="open"), name="dispute_open_once"),
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True) | (~Q(state="open") & Q(answered_at__isnull=False)),
                name="dispute_answer_has_date",
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="dispute_by_state")]

    def __str__(self) -> str:
        return f"dispute {self.pk}"

    @property
    def was_minutes(self) -> int | None:
        return None if self.was_seconds is None else self.was_seconds // 60


def may_be_reported_until(attendance: Attendance) -> datetime:
    """The end of the time in which its person may say that a record is wrong; a correction begins it anew."""
    return attendance.recorded_at + REPORT_WITHIN


def waits_for_report(attendance: Attendance, latest: Dispute | None, *, at: datetime) -> bool:
    """Whether she may report a record: in time, and not twice while nothing was recorded anew."""
    if at >= may_be_reported_until(attendance):
        return False
    return latest is None or (latest.state != Dispute.State.OPEN and latest.created_at < attendance.recorded_at)
