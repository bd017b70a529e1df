"""Editions and sessions in the staff admin."""

from typing import ClassVar

from django.contrib import admin

from events.admin_base import EventAdmin
from members.admin_base import ReadOnlyAdmin
from programs.models import Edition, Session


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    list_display = ("name", "state", "starts_on", "ends_on")
    fields = ("programme", "name", "state", "starts_on", "ends_on", "zone", "countries")


@admin.register(Session)
class SessionAdmin(EventAdmin):
    list_display = ("number", *EventAdmin.list_display)
    fields = (*EventAdmin.words, "edition", "number", "module", "session_audience", *EventAdmin.facts)
    readonly_fields: ClassVar[tuple[str, ...]] = (
        "edition",
        "number",
        "module",
        "session_audience",
        *EventAdmin.readonly_fields,
    )
    list_select_related = ("edition",)
