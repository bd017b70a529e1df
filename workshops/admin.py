"""Gatherings and workshops in the staff admin."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from events.admin_base import EventAdmin
from events.models import Event
from forestallies.lib import clock
from members.admin_base import ReadOnlyAdmin
from members.models import Circle, Community
from workshops.forms.workshops import WorkshopForm
from workshops.models import BENEFITS, Gathering, Workshop
from workshops.slugs import free_slug


@admin.register(Gathering)
class GatheringAdmin(ReadOnlyAdmin):
    list_display = ("name", "starts_on", "ends_on", "is_published")
    fields = ("name", "community", "starts_on", "ends_on", "zone", "held", "place", "is_published")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of the communities one works for, not of those one merely belongs to."""
        mine = Community.objects.visible_to(request.user, at=clock.now())
        return super().get_queryset(request).filter(community__in=mine)


@admin.register(Workshop)
class WorkshopAdmin(EventAdmin):
    form = WorkshopForm
    list_display = (*EventAdmin.list_display, "gathering")
    list_select_related = ("gathering", "theme")
    of_kind = ("gathering", "theme", "purpose")
    once = ("gathering",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who benefits stands before the description; tags come last."""
        first, *others = super().get_fieldsets(request, obj)
        benefits = (_("Who benefits"), {"fields": self.replace_orig_field(BENEFITS)})
        tags = (_("Tags"), {"fields": ("commodities", "landscape", "about_countries"), "classes": ("collapse",)})
        return [first, benefits, *others, tags]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the gatherings of the reader's own communities that are not over."""
        if db_field.name == "gathering":
            kwargs["queryset"] = self._gatherings(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Propose the next gathering and its first day."""
        initial: dict[str, Any] = {"minutes": 90}
        if gathering := self._gatherings(request).order_by("starts_on").first():
            initial |= {"gathering": gathering.pk, "wall_date": gathering.starts_on, "zone": gathering.zone}
        return {**initial, **super().get_changeform_initial_data(request)}

    def countries_to_show(self, request: HttpRequest) -> Iterable[str]:
        return _countries_of(self.homes(request))

    def settle(self, obj: Workshop) -> None:
        obj.home = obj.gathering.community.circle
        obj.countries = _countries_of([obj.home])
        obj.slug = free_slug(f"{obj.gathering.slug}-{obj.title}")

    def audience_of(self, obj: Workshop) -> Iterable[Circle]:
        return [obj.home]

    def later_in_series(self, obj: Workshop) -> QuerySet[Workshop]:
        """The workshops of the gathering that start with it or after it."""
        return Workshop.objects.filter(gathering=obj.gathering_id, starts_at__gte=obj.starts_at)

    def _gatherings(self, request: HttpRequest) -> QuerySet[Gathering]:
        communities = Community.objects.filter(circle__in=self.homes(request))
        return Gathering.objects.filter(community__in=communities, ends_on__gte=clock.now().date())


def _countries_of(homes: Iterable[Circle]) -> list[str]:
    """The countries that a community's workshops name: all those of its latest ones, in their order."""
    lists = Event.objects.filter(home__in=homes).order_by("-starts_at").values_list("countries", flat=True)[:20]
    return max(lists, key=len, default=[])
