"""Concerns: what somebody says is wrong, for those who look after the circle and for nobody else."""

import secrets
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from forestallies.lib.fields import LineField, ProseField
from members.models.circles import Circle
from members.models.people import Member

WORDS_LENGTH = 4000
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that looks like another


def new_reference() -> str:
    """Draw the number by which somebody can ask after her concern: `K7QM-2FXA`. It opens nothing."""
    drawn = "".join(secrets.choice(LETTERS) for _turn in range(8))
    return f"{drawn[:4]}-{drawn[4:]}"


class ConcernQuerySet(models.QuerySet["Concern"]):
    def visible_to(self, member: Member, *, at: datetime) -> "ConcernQuerySet":
        """Those of the circles one coordinates, but none about a coordinator; superusers read all."""
        if member.is_superuser:
            return self.all()
        return self.filter(circle__in=Circle.objects.run_by(member, at=at), about_coordinator=False)


class Concern(models.Model):
    """What somebody reported, with her name or without.

    Nothing tells who a nameless reporter is: no account, no address, no mark of her browser.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("of a concern", "open")
        LOOKING = "looking", pgettext_lazy("of a concern", "being looked at")
        CLOSED = "closed", pgettext_lazy("of a concern", "closed")

    TRANSITIONS = {
        State.OPEN: {State.LOOKING, State.CLOSED},
        State.LOOKING: {State.OPEN, State.CLOSED},
        State.CLOSED: {State.LOOKING},
    }
    KEPT = timedelta(days=730)  # after it was closed

    reference = models.CharField(max_length=9, unique=True, default=new_reference)
    circle = models.ForeignKey(Circle, null=True, on_delete=models.PROTECT, related_name="concerns")
    event_slug = models.SlugField(max_length=160, blank=True)
    about = LineField(_("What it is about"), max_length=160, blank=True)
    words = ProseField(_("What happened, or what worries you?"), max_length=WORDS_LENGTH)
    about_coordinator = models.BooleanField(default=False)
    reporter = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="concerns")
    name = LineField(_("Your name"), max_length=120, blank=True)
    email = models.EmailField(_("An e-mail address for an answer"), blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ConcernQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="concern_end_has_date",
            )
        ]
        indexes = [models.Index(fields=["circle", "state"], name="concern_by_circle")]

    def __str__(self) -> str:
        return f"concern {self.reference}"

    def next_states(self) -> list["Concern.State"]:
        """The state it is in, for a note alone, and those it may come to."""
        now = self.State(self.state)
        return [state for state in self.State if state == now or state in self.TRANSITIONS[now]]


class ConcernStep(models.Model):
    """What was done about a concern, and by whom; nothing of it is ever changed."""

    concern = models.ForeignKey(Concern, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=10, choices=Concern.State)
    note = ProseField(_("note"), blank=True)
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"concern {self.concern_id}: {self.state}"
