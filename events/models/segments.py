"""The run of show: what happens minute by minute, and which of it everybody reads as the agenda."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from events.models.materials import Material
from events.models.roles import Role
from forestallies.lib.fields import LineField, ProseField

TITLES = tuple(f"title_{code.replace('-', '_')}" for code, _name in settings.LANGUAGES)


class SegmentQuerySet(models.QuerySet["Segment"]):
    def public(self) -> "SegmentQuerySet":
        return self.filter(is_public=True)


class Segment(models.Model):
    """One row of the run of show. Its start follows from the event's start and the rows before it."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="segments", db_index=False)
    position = models.PositiveSmallIntegerField()  # from 0, without gaps
    title = LineField(_("title"), max_length=120)
    minutes = models.PositiveSmallIntegerField(_("minutes"), validators=[MinValueValidator(1), MaxValueValidator(1440)])
    lead = models.ForeignKey(
        Role, null=True, blank=True, on_delete=models.SET_NULL, related_name="segments", verbose_name=_("led by")
    )
    lead_words = LineField(
        _("or, in words"), max_length=120, blank=True, help_text=_("For somebody who has no role, or a group.")
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True)  # empty: floor
    has_channel = models.BooleanField(_("interpreted"), default=True)  # False: "no channel here"
    is_public = models.BooleanField(_("on the public agenda"), default=True)
    note = ProseField(_("note for the team"), max_length=1000, blank=True, help_text=_("Cues, what is needed, plan B."))
    materials = models.ManyToManyField(Material, blank=True, related_name="segments", verbose_name=_("materials"))

    objects = SegmentQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "position"], name="segment_position_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=models.Q(minutes__gt=0), name="segment_has_length"),
        ]

    def __str__(self) -> str:
        return self.title

    def any_title(self) -> str:
        """Its title in the first language that has one."""
        return next((words for name in TITLES if (words := getattr(self, name))), "")

    def announced_lead(self) -> str:
        """Who leads it, as everybody may read it: nobody is announced before she has accepted."""
        accepted = self.lead is not None and self.lead.state == Role.State.ACCEPTED
        return self.lead.member.name if accepted and self.lead else self.lead_words
