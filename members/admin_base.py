"""The staff admin: one site, one scoped base class, a second factor at the door.

Everything a person sees or changes here follows from two things: the model's `visible_to`, and the policies that a
ModelAdmin names in `may_add` and `may_change`. Nothing is open unless said so.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from audit.models import record
from forestallies.lib import clock
from members import policies
from members.staff import ask_second_factor, check_reader_is_staff, reader_is_staff


class StaffAdminSite(admin.AdminSite):
    """The admin for everybody with a staff right."""

    site_title = site_header = _("Forest Allies staff")
    index_title = _("What do you want to look after?")

    def has_permission(self, request: HttpRequest) -> bool:
        return reader_is_staff(request) and policies.has_second_factor(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Answer 403 to members without a staff right, and send staff where they can prove their second factor."""
        guarded: Callable[..., HttpResponse] = super().admin_view(view, cacheable)

        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated:
                check_reader_is_staff(request)
                if answer := ask_second_factor(request):
                    return answer
            return guarded(request, *args, **kwargs)

        return door

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take only pages that are scoped: those that other packages bring along would show everything to everybody."""
        if admin_class and issubclass(admin_class, ScopedAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self) -> list[Any]:
        """Without `view_on_site`, which would tell the address of any object to anybody in here."""
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", "") != "view_on_site"]

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_change_password")

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one sign-in, with its rate limits and second factor; the admin has none of its own."""
        start = reverse("admin:index", current_app=self.name)
        return redirect(start) if request.user.is_authenticated else redirect_to_login(start)


def visible(queryset: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    """Narrow a queryset to what the reader may see. A model without `visible_to` is shared vocabulary."""
    narrow = getattr(queryset, "visible_to", None)
    return narrow(request.user, at=clock.now()) if narrow else queryset


class ScopedAdmin(admin.ModelAdmin):
    """What every ModelAdmin of the portal inherits (a test holds it).

    Attributes:
        filters_allowed: the only lookups that an address may carry; everything else is refused, because a filter on a
            hidden column would let a reader guess it letter by letter.
    """

    filters_allowed: tuple[str, ...] = ()
    view_on_site = False
    show_full_result_count = False
    list_per_page = 50

    def may_add(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def may_change(self, request: HttpRequest, obj: Model) -> bool:
        return bool(request.user.is_superuser)

    def may_change_some(self, request: HttpRequest) -> bool:
        """Whether menus offer to change things of this kind, or only to view them; each object is asked by itself."""
        return self.may_add(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return visible(super().get_queryset(request), request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return reader_is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if not self.has_module_permission(request):
            return False
        return obj is None or self.get_queryset(request).filter(pk=obj.pk).exists()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request) and self.may_add(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if obj is None:
            return self.has_module_permission(request) and self.may_change_some(request)
        return self.has_view_permission(request, obj) and self.may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is deleted here: things are ended, cancelled or blanked by their actions."""
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup in self.filters_allowed

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        return to_field == self.opts.pk.name

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", visible(db_field.remote_field.model._default_manager.all(), request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", visible(db_field.remote_field.model._default_manager.all(), request))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Model, form: "ModelForm[Any]", change: bool) -> None:
        """Save, and write into the audit which fields changed, without their values."""
        super().save_model(request, obj, form, change)
        verb = f"{self.opts.model_name}.{'changed' if change else 'added'}_in_admin"
        member = request.user if request.user.is_authenticated else None
        record(verb=verb, subject=obj, by=member, at=clock.now(), fields=form.changed_data)


class ReadOnlyAdmin(ScopedAdmin):
    """For looking only, superusers included."""

    def may_add(self, request: HttpRequest) -> bool:
        return False

    def may_change(self, request: HttpRequest, obj: Model) -> bool:
        return False
