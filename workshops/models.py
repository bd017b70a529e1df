"""Forest Allies: gatherings, twice a year, and the workshops in them."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from events.models import Event
from events.models.events import EventQuerySet
from forestallies.lib.fields import LineField, ProseField
from members.models import Community, Member, Theme
from members.models.people import check_zone


class GatheringQuerySet(models.QuerySet["Gathering"]):
    def published(self) -> "GatheringQuerySet":
        return self.filter(is_published=True)

    def visible_to(self, member: Member, *, at: datetime) -> "GatheringQuerySet":
        """Published gatherings of one's communities, and all of those one runs."""
        mine = Community.objects.filter(circle__belongings__in=member.belongings.current(at))
        run = Community.objects.visible_to(member, at=at)
        return self.filter(Q(is_published=True, community__in=mine) | Q(community__in=run)).distinct()


class Gathering(models.Model):
    """A season's meeting of a community: one or two days with several workshops."""

    class Season(models.TextChoices):
        SPRING = "spring", _("Spring")
        AUTUMN = "autumn", _("Autumn")

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="gatherings")
    slug = models.SlugField(unique=True)
    name = LineField(_("name"), max_length=120)
    summary = ProseField(_("summary"), blank=True)
    season = models.CharField(max_length=10, choices=Season)
    year = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()  # the last day, included: people say "1 to 2 December"
    zone = models.CharField(max_length=60, validators=[check_zone])
    is_published = models.BooleanField(default=False)

    objects = GatheringQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="gathering_ends_later"),
            models.UniqueConstraint(fields=["community", "year", "season"], name="gathering_once_a_season"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("gathering_page", args=[self.slug])


class WorkshopQuerySet(EventQuerySet):
    def visible_to(self, member: Member, *, at: datetime) -> "WorkshopQuerySet":
        """Workshops whose event the person may see."""
        return self.filter(pk__in=Event.objects.visible_to(member, at=at))


class Workshop(Event):
    """A facilitated meeting on exactly one theme. Seats, reminders and attendance are the event's."""

    class Purpose(models.TextChoices):
        SOLUTIONS = "solutions", _("finding solutions")
        LEADERSHIP = "leadership", _("thought leadership and advocacy")
        SHARING = "sharing", _("sharing knowledge")

    gathering = models.ForeignKey(Gathering, on_delete=models.PROTECT, related_name="workshops")
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="workshops")
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)

    objects = WorkshopQuerySet.as_manager()  # type: ignore[misc]

    def save(self, **kwargs: Any) -> None:
        self.kind = "workshop"
        super().save(**kwargs)
