"""Roles: what a person does in one event."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from members.models import Member


class RoleQuerySet(models.QuerySet["Role"]):
    def standing(self) -> "RoleQuerySet":
        """Roles that give their holder sight of the event: invited or accepted."""
        return self.filter(state__in=[Role.State.INVITED, Role.State.ACCEPTED])


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
        State.DECLINED: {State.INVITED, State.REPLACED},
        State.REPLACED: set(),
    }

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="roles")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=20, choices=Kind)
    channel = models.CharField(max_length=10, choices=settings.LANGUAGES, blank=True)  # an interpreter's language
    state = models.CharField(max_length=10, choices=State, default=State.INVITED)

    objects = RoleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "member", "kind", "channel"], name="role_once"),
            models.CheckConstraint(
                condition=Q(kind="interpreter") | Q(channel=""), name="role_channel_is_for_interpreters"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of event {self.event_id}"
