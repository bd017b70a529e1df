"""What the admin pages of every kind of event share."""

from typing import ClassVar

from django.db.models import Model
from django.http import HttpRequest
from modeltranslation.admin import TranslationAdmin

from events import policies
from events.models import Event
from forestallies.lib import clock
from members.admin_base import ScopedAdmin


class EventAdmin(ScopedAdmin, TranslationAdmin):
    """The words of an event. When it takes place and how many seats it has are changed by their actions only."""

    list_display: tuple[str, ...] = ("title", "state", "starts_at", "capacity")
    list_filter = ("state",)
    filters_allowed = ("state__exact",)
    search_fields = ("title",)
    words: tuple[str, ...] = ("title", "description")
    facts: tuple[str, ...] = (
        "state",
        "wall_date",
        "wall_time",
        "zone",
        "minutes",
        "country_line",
        "capacity",
        "floor_language",
    )
    readonly_fields: ClassVar[tuple[str, ...]] = facts

    def may_change(self, request: HttpRequest, obj: Model) -> bool:
        assert isinstance(obj, Event)  # noqa: S101 (for the type checker)
        return policies.can_schedule(obj, by=request.user, at=clock.now())  # type: ignore[arg-type]
