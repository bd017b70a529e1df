"""Roles: what a person does in one event."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from forestallies.lib.fields import LineField, ProseField
from members.models import Member


class RoleQuerySet(models.QuerySet["Role"]):
    def standing(self) -> "RoleQuerySet":
        """Roles that give their holder sight of the event: invited or accepted."""
        return self.filter(state__in=Role.STANDING)

    def accepted(self) -> "RoleQuerySet":
        return self.filter(state=Role.State.ACCEPTED)

    def visible_to(self, member: Member, *, at: datetime) -> "RoleQuerySet":
        """One's own, and those of events one looks after."""
        return self.filter(Q(member=member) | Q(event__in=Event.objects.run_by(member, at=at)))


class Role(models.Model):
    """A person's part in one event; the rights it brings are for that event only."""

    class Kind(models.TextChoices):
        FACILITATOR = "facilitator", _("facilitator")
        CO_FACILITATOR = "co_facilitator", _("co-facilitator")
        INTERPRETER = "interpreter", _("interpreter")
        SPEAKER = "speaker", _("guest speaker")

    class State(models.TextChoices):
        INVITED = "invited", _("invited")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        REPLACED = "replaced", _("replaced")

    TRANSITIONS = {
        State.INVITED: {State.ACCEPTED, State.DECLINED, State.REPLACED},
        State.ACCEPTED: {State.DECLINED, State.REPLACED},
        State.DECLINED: {State.INVITED, State.ACCEPTED, State.REPLACED},
        State.REPLACED: {State.INVITED},
    }
    STANDING = (State.INVITED, State.ACCEPTED)
    LEADING = (Kind.FACILITATOR, Kind.CO_FACILITATOR)
    GUESTS = (Kind.INTERPRETER, Kind.SPEAKER)

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="roles")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=20, choices=Kind)
    channel = models.CharField(max_length=10, choices=settings.LANGUAGES, blank=True)  # an interpreter's language
    state = models.CharField(max_length=10, choices=State, default=State.INVITED)
    expectation = ProseField(_("what is expected"), max_length=1000, blank=True)
    rehearsal_at = models.DateTimeField(_("rehearsal"), null=True, blank=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = LineField(max_length=300, blank=True)  # why it was declined
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaces")
    minutes_worked = models.PositiveSmallIntegerField(null=True, blank=True)  # as the guest herself confirmed
    minutes_confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = RoleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "member", "kind", "channel"], name="role_once"),
            models.CheckConstraint(
                condition=Q(kind="interpreter") | Q(channel=""), name="role_channel_is_for_interpreters"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["invited", "accepted", "declined", "replaced"]), name="role_state_known"
            ),
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | Q(state="replaced"), name="role_replaced_by_when_replaced"
            ),
            models.CheckConstraint(
                condition=Q(minutes_worked__isnull=True, minutes_confirmed_at__isnull=True)
                | Q(minutes_worked__isnull=False, minutes_confirmed_at__isnull=False),
                name="role_minutes_confirmed_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of event {self.event_id}"

    @property
    def stands(self) -> bool:
        return self.state in self.STANDING
