"""Gatherings and workshops in the staff admin."""

from typing import ClassVar

from django.contrib import admin

from events.admin_base import EventAdmin
from members.admin_base import ReadOnlyAdmin
from workshops.models import Gathering, Workshop


@admin.register(Gathering)
class GatheringAdmin(ReadOnlyAdmin):
    list_display = ("name", "starts_on", "ends_on", "is_published")
    fields = ("name", "community", "starts_on", "ends_on", "zone", "is_published")


@admin.register(Workshop)
class WorkshopAdmin(EventAdmin):
    fields = (*EventAdmin.words, "gathering", "theme", "purpose", *EventAdmin.facts)
    readonly_fields: ClassVar[tuple[str, ...]] = ("gathering", "theme", "purpose", *EventAdmin.readonly_fields)
    list_select_related = ("gathering", "theme")
