"""Confidence: once in half a year each member is asked one question. Nobody but herself reads her answer."""

from datetime import UTC, datetime
from typing import NamedTuple

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from members.models.communities import Community
from members.models.people import Member


class Half(NamedTuple):
    """Half a calendar year, by UTC: 1 is January to June."""

    year: int
    half: int

    @classmethod
    def of(cls, at: datetime) -> "Half":
        there = at.astimezone(UTC)
        return cls(there.year, 1 if there.month <= 6 else 2)

    @property
    def ends_at(self) -> datetime:
        """The instant at which the next one begins."""
        return datetime(self.year, 7, 1, tzinfo=UTC) if self.half == 1 else datetime(self.year + 1, 1, 1, tzinfo=UTC)

    def __str__(self) -> str:
        return f"{self.year}-H{self.half}"


class ConfidenceQuerySet(models.QuerySet["Confidence"]):
    def visible_to(self, member: Member) -> "ConfidenceQuerySet":
        """One's own. Coordinators read numbers of at least five people, never a row."""
        return self.filter(member=member)

    def during(self, period: Half) -> "ConfidenceQuerySet":
        return self.filter(year=period.year, half=period.half)


class Confidence(models.Model):
    """One member's answer in one half-year: 1 (not at all) to 5 (fully), or none where she left it out."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="confidences")
    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="confidences")
    year = models.PositiveSmallIntegerField()
    half = models.PositiveSmallIntegerField()
    value = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    answered_at = models.DateTimeField()

    objects = ConfidenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "community", "year", "half"], name="confidence_once_a_half"),
            models.CheckConstraint(condition=Q(half__in=[1, 2]), name="confidence_of_a_half"),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gte=1, value__lte=5), name="confidence_from_1_to_5"
            ),
        ]
        indexes = [models.Index(fields=["community", "year", "half"], name="confidence_by_half")]

    def __str__(self) -> str:
        return f"confidence {self.pk}"
