"""Editions and sessions in the staff admin."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Max, Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from events.admin_base import EventAdmin
from forestallies.lib import clock
from members.admin import run_by_reader
from members.admin_base import ReadOnlyAdmin, ScopedAdmin
from members.models import Circle, Community
from programs.actions import partners
from programs.forms import PartnerForm, SessionForm
from programs.models import Audience, Cohort, Edition, Module, Partner, Programme, Session


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    list_display = ("name", "state", "starts_on", "ends_on")
    fields = ("programme", "name", "state", "starts_on", "ends_on", "zone", "countries")


@admin.register(Session)
class SessionAdmin(EventAdmin):
    form = SessionForm
    list_display = ("number", *EventAdmin.list_display, "edition")
    list_select_related = ("edition",)
    of_kind = ("edition", "number", "module", "session_audience")
    once = ("edition",)
    until_announced = ("number", "session_audience")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the reader's own editions that are not over, and the modules of their programmes."""
        if db_field.name == "edition":
            kwargs["queryset"] = self._editions(request)
        if db_field.name == "module":
            programmes = Edition.objects.filter(circle__in=self.homes(request)).values("programme")
            kwargs["queryset"] = Module.objects.filter(programme__in=programmes)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Propose the running edition, its next number, and its usual hour."""
        initial: dict[str, Any] = {"minutes": 120}
        if edition := self._editions(request).select_related("programme").order_by("-state", "-starts_on").first():
            last = edition.sessions.aggregate(last=Max("number"))["last"]
            initial |= {
                "edition": edition.pk,
                "number": 0 if last is None else last + 1,
                "zone": edition.zone,
                "wall_time": edition.programme.wall_time,
            }
        return {**initial, **super().get_changeform_initial_data(request)}

    def countries_to_show(self, request: HttpRequest) -> Iterable[str]:
        lists = self._editions(request).values_list("countries", flat=True)
        return dict.fromkeys(country for countries in lists for country in countries)

    def settle(self, obj: Session) -> None:
        obj.home, obj.countries = obj.edition.circle, obj.edition.countries
        obj.slug = f"{obj.edition.slug}-session-{obj.number}"

    def audience_of(self, obj: Session) -> Iterable[Circle]:
        """The circles of the cohorts: the core group's alone, or both."""
        kinds = [Cohort.Kind.CORE] if obj.session_audience == Audience.CORE else list(Cohort.Kind)
        return Circle.objects.filter(cohort__edition=obj.edition_id, cohort__kind__in=kinds)

    def later_in_series(self, obj: Session) -> QuerySet[Session]:
        """The sessions of the edition with a higher number."""
        stored = Session.objects.get(pk=obj.pk)
        return Session.objects.filter(edition=stored.edition_id, number__gt=stored.number)

    def _editions(self, request: HttpRequest) -> QuerySet[Edition]:
        return Edition.objects.filter(circle__in=self.homes(request)).exclude(state=Edition.State.ARCHIVED)


@admin.register(Partner)
class PartnerAdmin(ScopedAdmin, TranslationAdmin):
    """The partners of the programmes and communities that one coordinates; taken off the page, never deleted."""

    form = PartnerForm
    list_display = ("name", "role", "programme", "community", "is_shown")
    list_select_related = ("programme", "community")
    fieldsets = (
        (None, {"fields": ("programme", "community", "name", "role", "country", "text", "link", "position",
                           "is_shown")}),
        (
            _("Logo"),
            {
                "fields": (
                    "logo_allowed_by", "logo_allowed_on", "logo_allowed_until", "logo_file", "remove_logo",
                ),
                "description": _("A logo is shown only with a permission on record, and only while it holds."),
            },
        ),
    )  # fmt: skip

    def may_add(self, request: HttpRequest) -> bool:
        return bool(run_by_reader(request))

    def may_change(self, request: HttpRequest, obj: Model) -> bool:
        kept = Partner.objects.kept_by(request.user, at=clock.now())
        return kept.filter(pk=obj.pk).exists()

    def may_change_some(self, request: HttpRequest) -> bool:
        return self.may_add(request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the programmes and communities that the reader coordinates."""
        if db_field.name == "programme":
            kwargs["queryset"] = self._programmes(request)
        if db_field.name == "community":
            kwargs["queryset"] = self._communities(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: bool) -> None:
        super().save_model(request, obj, form, change)
        by, at = request.user, clock.now()
        if picture := form.cleaned_data.get("logo_file"):
            partners.set_logo(partner=obj, picture=picture, by=by, at=at)  # type: ignore[arg-type]  # only Members sign in
        elif form.cleaned_data.get("remove_logo"):
            partners.remove_logo(partner=obj, by=by, at=at)  # type: ignore[arg-type]  # only Members sign in

    def _programmes(self, request: HttpRequest) -> QuerySet[Programme]:
        mine = Circle.objects.run_by(request.user, at=clock.now())  # type: ignore[arg-type]  # only Members sign in
        return Programme.objects.filter(editions__circle__in=mine).distinct()

    def _communities(self, request: HttpRequest) -> QuerySet[Community]:
        mine = Circle.objects.run_by(request.user, at=clock.now())  # type: ignore[arg-type]  # only Members sign in
        return Community.objects.filter(circle__in=mine)
