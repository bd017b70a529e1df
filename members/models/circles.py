"""Circles: who belongs together. Audiences, mailings and visibility read circles only."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from forestallies.lib.fields import LineField
from members.models.people import Member


class CircleQuerySet(models.QuerySet["Circle"]):
    def of(self, member: Member, *, at: datetime) -> "CircleQuerySet":
        """The circles a person belongs to at an instant."""
        return self.filter(Exists(CircleMember.objects.current(at).filter(circle=OuterRef("pk"), member=member)))

    def run_by(self, member: Member, *, at: datetime) -> "CircleQuerySet":
        """The circles that a person coordinates, and those that lie inside them."""
        from members.models.grants import Grant

        if member.is_superuser:
            return self.all()
        held = Grant.objects.current(at).filter(member=member, right=Grant.Right.COORDINATOR)
        return self.filter(Q(pk__in=held.values("circle")) | Q(parent__in=held.values("circle")))

    def visible_to(self, member: Member, *, at: datetime) -> "CircleQuerySet":
        """Circles one coordinates or facilitates."""
        from members.models.grants import Grant

        if member.is_superuser:
            return self.all()
        held = Grant.objects.current(at).filter(member=member, right__in=Grant.STAFF)
        return self.filter(Q(pk__in=held.values("circle")) | Q(parent__in=held.values("circle")))


class Circle(models.Model):
    """A community, an edition, a cohort, a country group or the staff, as a set of people over time."""

    class Kind(models.TextChoices):
        COMMUNITY = "community", _("community")
        EDITION = "edition", _("edition")
        COHORT = "cohort", _("cohort")
        COUNTRY_GROUP = "country_group", _("country group")
        STAFF = "staff", _("staff")

    kind = models.CharField(max_length=20, choices=Kind)
    name = LineField(max_length=120)
    # A cohort lies in its edition. Rights held on the outer circle reach the inner ones; belonging does not.
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="inner")

    objects = CircleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="circle_once")]

    def __str__(self) -> str:
        return self.name


class CircleMemberQuerySet(models.QuerySet["CircleMember"]):
    def current(self, at: datetime) -> "CircleMemberQuerySet":
        return self.filter(Q(left_at__isnull=True) | Q(left_at__gt=at), joined_at__lte=at)


class CircleMember(models.Model):
    """One person's belonging to a circle, half-open in time: from `joined_at` up to, not including, `left_at`."""

    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="belongings")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="belongings")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    objects = CircleMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["circle", "member"], condition=Q(left_at__isnull=True), name="circle_member_once"
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gt=F("joined_at")), name="circle_member_leaves_later"
            ),
        ]
        indexes = [models.Index(fields=["member", "circle"], name="circle_member_by_member")]

    def __str__(self) -> str:
        return f"member {self.member_id} in circle {self.circle_id}"
