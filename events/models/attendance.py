"""Attendance: what was seen of each person at an event, and what follows from it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from forestallies.lib.fields import LineField
from members.models import Member


class Source(models.TextChoices):
    """Where we know it from."""

    MARK = "mark", _("marked by staff")
    FILE = "file", _("meeting report")
    JOIN_CLICK = "join_click", _("join link")
    CODE = "code", _("check-in code")


class AttendanceEvidence(models.Model):
    """One observation: a connection in a meeting report, a click, a code, a mark. Never changed, only matched."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="evidence")
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="evidence")
    source = models.CharField(max_length=20, choices=Source)
    joined_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    raw_name = LineField(max_length=200, blank=True)
    raw_address = LineField(max_length=254, blank=True)
    match = models.CharField(max_length=30, blank=True)  # how the person was found
    people = models.PositiveSmallIntegerField(default=1)  # in front of this one device, as she said herself
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "member"], condition=Q(source="code"), name="evidence_code_once_per_person"
            ),
            models.CheckConstraint(condition=Q(people__gte=1), name="evidence_of_somebody"),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(joined_at__isnull=True) | Q(left_at__gte=F("joined_at")),
                name="evidence_leaves_later",
            ),
        ]
        indexes = [models.Index(fields=["event", "member"], name="evidence_by_event")]

    def __str__(self) -> str:
        return f"evidence {self.pk} of event {self.event_id}"


class Attendance(models.Model):
    """What follows for one person and event. A mark by staff overrides what the evidence says, and keeps it."""

    class Status(models.TextChoices):
        ATTENDED = "attended", _("present")
        PARTIAL = "partial", _("partly present")
        NO_SHOW = "no_show", _("absent")
        EXCUSED = "excused", _("excused")
        MADE_UP = "made_up", _("made up")

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="attendances")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="attendances")
    status = models.CharField(max_length=10, choices=Status)  # what counts
    computed_status = models.CharField(max_length=10, choices=Status, blank=True)  # what the evidence says, if any
    seconds = models.PositiveIntegerField(null=True, blank=True)  # inside the event's window; null: not measured
    first_join_at = models.DateTimeField(null=True, blank=True)
    last_leave_at = models.DateTimeField(null=True, blank=True)
    connections = models.PositiveSmallIntegerField(default=0)
    source = models.CharField(max_length=20, choices=Source)
    match = models.CharField(max_length=30, blank=True)
    excused_reason = LineField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "member"], name="attendance_once"),
            models.CheckConstraint(
                condition=Q(status__in=["attended", "partial", "no_show", "excused", "made_up"]),
                name="attendance_status_known",
            ),
        ]
        indexes = [models.Index(fields=["member", "event"], name="attendance_by_member")]

    def __str__(self) -> str:
        return f"member {self.member_id} at event {self.event_id}: {self.status}"

    @property
    def minutes(self) -> int | None:
        """Minutes inside the event as measured; None where nobody measured."""
        return None if self.seconds is None else self.seconds // 60
