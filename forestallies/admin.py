"""The admin of the leaves: what was done and what was sent, for superusers, to look at only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from audit.models import Entry
from members.admin_base import ReadOnlyAdmin
from notices.models import Notice


class SuperuserAdmin(ReadOnlyAdmin):
    """Shown to superusers only."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.model._default_manager.all() if request.user.is_superuser else self.model._default_manager.none()


@admin.register(Entry)
class EntryAdmin(SuperuserAdmin):
    list_display = ("at", "actor_id", "verb", "subject_type", "subject_id")
    ordering = ("-id",)


@admin.register(Notice)
class NoticeAdmin(SuperuserAdmin):
    """Metadata only: words may hold signed links, and nobody but the recipient needs them here."""

    list_display = ("kind", "state", "priority", "created_at", "next_attempt_at", "attempts", "problem")
    list_filter = ("state",)
    filters_allowed = ("state__exact",)
    fields = (
        "kind",
        "state",
        "priority",
        "language",
        "created_at",
        "next_attempt_at",
        "expires_at",
        "attempts",
        "problem",
        "message_id",
        "finished_at",
    )
    ordering = ("-id",)
