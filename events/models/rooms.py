"""Parallel rooms of an event: regional meetings and breakouts, who is where, and what was noted there."""

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from events.models.roles import Role
from forestallies.lib.fields import LineField, ProseField
from members.models import Circle, Member


class Room(models.Model):
    """One of several rooms that are open at the same time."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="rooms")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    name = LineField(_("name"), max_length=80)
    join_url = models.URLField(_("meeting link"), blank=True, validators=[URLValidator(schemes=["https"])])
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True)
    audience = models.ManyToManyField(
        Circle, blank=True, related_name="rooms", verbose_name=_("for"), help_text=_("Nothing ticked: for everybody.")
    )
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True, help_text=_("Empty: no limit."))
    hosts = models.ManyToManyField(Role, blank=True, related_name="rooms", verbose_name=_("hosts"))

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class RoomPlace(models.Model):
    """Who is in which room; a person is in one room of an event at most."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="places")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="room_places", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="room_places")
    placed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "member"], name="room_place_once")]

    def __str__(self) -> str:
        return f"member {self.member_id} in room {self.room_id}"


class RoomNote(models.Model):
    """What one co-facilitator notes of the results of a room, or of the whole event when it has no rooms."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="room_notes", db_index=False)
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="room_notes")
    words = ProseField(_("results"), max_length=20_000, blank=True)
    version = models.PositiveIntegerField(default=0)  # grows with every saving, so that an old page overwrites nothing
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "room", "author"], nulls_distinct=False, name="room_note_once")
        ]

    def __str__(self) -> str:
        return f"note {self.pk} of event {self.event_id}"
