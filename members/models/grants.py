"""Grants: standing rights of a person on a circle or an organisation, with dates."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.circles import Circle
from members.models.organisations import Organisation
from members.models.people import Member


class GrantQuerySet(models.QuerySet["Grant"]):
    def current(self, at: datetime) -> "GrantQuerySet":
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), starts_at__lte=at)

    def staff(self) -> "GrantQuerySet":
        return self.filter(right__in=Grant.STAFF)

    def visible_to(self, member: Member, *, at: datetime) -> "GrantQuerySet":
        """Grants on the circles one coordinates, and on the organisations of their people."""
        if member.is_superuser:
            return self.all()
        circles, organisations = Circle.objects.run_by(member, at=at), Organisation.objects.run_by(member, at=at)
        return self.filter(Q(circle__in=circles) | Q(organisation__in=organisations))


class Grant(models.Model):
    """A right that holds from `starts_at` up to, not including, `ends_at`; read anew at every request."""

    class Right(models.TextChoices):
        COORDINATOR = "coordinator", _("coordinator")
        FACILITATOR = "facilitator", _("facilitator")
        COACH = "coach", _("coach")
        ORGANISATION_CONTACT = "organisation_contact", _("organisation contact")
        FUNDER = "funder", _("funder")

    STAFF = (Right.COORDINATOR, Right.FACILITATOR, Right.COACH)

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="grants")
    right = models.CharField(max_length=30, choices=Right)
    circle = models.ForeignKey(Circle, null=True, blank=True, on_delete=models.CASCADE, related_name="grants")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="grants"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(circle__isnull=False, organisation__isnull=True)
                | Q(circle__isnull=True, organisation__isnull=False),
                name="grant_on_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="grant_ends_later"
            ),
            models.UniqueConstraint(
                fields=["member", "right", "circle", "organisation"],
                condition=Q(ends_at__isnull=True),
                nulls_distinct=False,
                name="grant_once",
            ),
        ]
        indexes = [models.Index(fields=["circle", "right"], name="grant_by_circle")]

    def __str__(self) -> str:
        return f"{self.right} for member {self.member_id}"

    def holds(self, at: datetime) -> bool:
        return self.starts_at <= at and (self.ends_at is None or self.ends_at > at)
