"""People, organisations and rights in the staff admin."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest
from modeltranslation.admin import TranslationAdmin

from forestallies.lib import clock
from members.actions import people
from members.admin_base import ReadOnlyAdmin, ScopedAdmin
from members.forms.projects import ProjectForm
from members.models import Circle, Community, Grant, Member, Organisation, Project, StakeholderCategory, Theme


def run_by_reader(request: HttpRequest) -> dict[int, int | None]:
    """The circles that the reader coordinates, each with its community if it has one; ids, asked once per request."""
    circles: dict[int, int | None] | None = getattr(request, "circles_run", None)
    if circles is None:
        mine = Circle.objects.run_by(request.user, at=clock.now())  # type: ignore[arg-type]  # only Members sign in
        circles = dict(mine.order_by().values_list("pk", "community"))
        request.circles_run = circles  # type: ignore[attr-defined]  # kept for this request
    return circles


@admin.register(Member)
class MemberAdmin(ScopedAdmin):
    """The people of the circles one coordinates. Names and addresses are theirs to change; superusers can help."""

    list_display = ("name", "country", "language", "zone", "is_active")
    search_fields = ("name",)
    fields = ("name", "email", "country", "zone", "language", "is_active")
    ordering = ("name", "id")

    def save_model(self, request: HttpRequest, obj: Model, form: "ModelForm[Any]", change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            people.follow_address(member=obj, by=request.user, at=clock.now())  # type: ignore[arg-type]  # only Members sign in


@admin.register(Organisation)
class OrganisationAdmin(ScopedAdmin):
    list_display = ("name", "kind", "country")
    list_filter = ("kind",)
    filters_allowed = ("kind__exact",)
    search_fields = ("name",)
    fields = ("name", "kind", "country")
    ordering = ("name", "id")

    def may_change(self, request: HttpRequest, obj: Model) -> bool:
        """Coordinators keep the organisations of their own people in order."""
        return self.may_change_some(request)

    def may_change_some(self, request: HttpRequest) -> bool:
        return bool(run_by_reader(request))


@admin.register(Community)
class CommunityAdmin(ScopedAdmin, TranslationAdmin):
    list_display = ("name", "slug")
    fields = ("name", "slug", "purpose")
    readonly_fields = ("slug",)

    def may_change(self, request: HttpRequest, obj: Model) -> bool:
        return obj.pk in run_by_reader(request).values()

    def may_change_some(self, request: HttpRequest) -> bool:
        return any(run_by_reader(request).values())


@admin.register(Grant)
class GrantAdmin(ScopedAdmin):
    """Who holds which right; only superusers give and end them until coordinators have a page for it."""

    list_display = ("member", "right", "circle", "organisation", "starts_at", "ends_at")
    list_select_related = ("member", "circle", "organisation")
    list_filter = ("right",)
    filters_allowed = ("right__exact",)
    autocomplete_fields = ("member",)
    fields = ("member", "right", "circle", "organisation", "starts_at", "ends_at")
    ordering = ("circle", "right", "id")


@admin.register(Theme)
class ThemeAdmin(ScopedAdmin, TranslationAdmin):
    list_display = ("name", "slug")
    fields = ("name", "slug", "summary", "about")

    def may_change(self, request: HttpRequest, obj: Model) -> bool:
        """Coordinators of a community write what a theme is about; its address stays."""
        return self.may_change_some(request)

    def may_change_some(self, request: HttpRequest) -> bool:
        return any(run_by_reader(request).values())

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()


@admin.register(Project)
class ProjectAdmin(ScopedAdmin, TranslationAdmin):
    """Projects of the communities that one coordinates; taken off the page, never deleted."""

    form = ProjectForm
    list_display = ("name", "country", "is_shown")
    fields = ("community", "name", "summary", "country", "landscape", "is_shown")

    def may_add(self, request: HttpRequest) -> bool:
        return any(run_by_reader(request).values())

    def may_change(self, request: HttpRequest, obj: Model) -> bool:
        return getattr(obj, "community_id", None) in run_by_reader(request).values()

    def may_change_some(self, request: HttpRequest) -> bool:
        return self.may_add(request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the communities that the reader coordinates."""
        if db_field.name == "community":
            kwargs["queryset"] = Community.objects.filter(pk__in=[pk for pk in run_by_reader(request).values() if pk])
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(StakeholderCategory)
class StakeholderCategoryAdmin(ReadOnlyAdmin, TranslationAdmin):
    list_display = ("code", "name", "position")
