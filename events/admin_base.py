"""What the admin pages of every kind of event share: who sees what, saving through the actions, moving, cancelling."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.forms import CheckboxSelectMultiple, ModelForm
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from modeltranslation.admin import TranslationAdmin

from audit.models import record
from events import policies
from events.actions import desk, moving, registrations, schedule
from events.actions.moving import When
from events.clashes import warnings_for
from events.forms.opening import WINDOW
from events.forms.scheduling import HIDDEN, WHEN, CancellationForm, EventForm
from events.local_times import LocalTimes
from events.locks import lock_event, lock_events
from events.models import Event
from events.moving_page import ASKED, FOLLOWING, AskFirst, Shift, question_of, scope_of
from events.questions_admin import QuestionInline
from events.refusals import RegistrationRefused
from forestallies.lib import clock, zones
from members.admin_base import ScopedAdmin
from members.models import Circle, Member

BY_ACTION = {*WHEN, "capacity", "state", "reminders"}
JOINING = ("join_url", "meeting_number", "passcode", "dial_in", "urgent_contact")
REGISTRATION = ("needs_approval", "makes_offers", "automatic")


class Refused(NamedTuple):
    """What an action refused: the field it is about, or None, and the sentence."""

    field: str | None
    words: str


class EventAdmin(ScopedAdmin, TranslationAdmin):
    """Events of one kind: those of the homes that a person runs, and those she has a role in.

    Attributes:
        of_kind: the fields that this kind has of its own.
        once: of these, those that are chosen when it is made and stay.
        until_announced: of these, those that stay from the moment its audience sees it.
    """

    form = EventForm
    inlines = (QuestionInline,)
    change_form_template = "admin/events/change_form.html"
    list_display: tuple[str, ...] = ("title", "when", "state", "capacity", "country_line")
    list_filter = ("state",)
    filters_allowed = ("state__exact",)
    list_display_links = ("title",)
    search_fields = ("title",)
    ordering = ("-starts_at", "-id")
    of_kind: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    until_announced: tuple[str, ...] = ()

    class Media:
        css = {"all": ["css/scheduling.css"]}
        js = [Script("js/local_times.js", defer=True)]

    # --- Who sees and changes what ---

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Not those that she merely attends: they are on the pages for members."""
        staffed = Event.objects.staffed_by(member_of(request), at=clock.now())
        return super(ScopedAdmin, self).get_queryset(request).filter(pk__in=staffed.values("pk"))

    def may_add(self, request: HttpRequest) -> bool:
        """Whether there is a home to make events in; asked once per request, every page's menu wants to know."""
        may: bool | None = getattr(request, "schedules_somewhere", None)
        if may is None:
            may = self.homes(request).exists()
            request.schedules_somewhere = may  # type: ignore[attr-defined]  # remembered on the request
        return may

    def may_change(self, request: HttpRequest, obj: Model) -> bool:
        assert isinstance(obj, Event)  # noqa: S101 (for the type checker)
        return policies.can_schedule(obj, by=member_of(request), at=clock.now())

    def homes(self, request: HttpRequest) -> QuerySet[Circle]:
        """Where the reader may make events."""
        return policies.homes_to_schedule(member_of(request), at=clock.now())

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Find an object; for a change take its lock first, so that what is compared and shown is what holds."""
        obj = super().get_object(request, object_id, from_field)
        if obj is not None and request.method == "POST":
            others = self.following(obj) if scope_of(request) == FOLLOWING else ()
            lock_events([obj.pk, *(event.pk for event in others)])
            obj = super().get_object(request, object_id, from_field)
        return obj

    def following(self, obj: Any) -> QuerySet[Any]:
        """The events of the same series that come after one, by start; cancelled and closed ones are none of them."""
        later = self.later_in_series(obj).filter(state__in=[Event.State.DRAFT, Event.State.SCHEDULED])
        return later.exclude(pk=obj.pk).order_by("starts_at", "pk")

    def later_in_series(self, obj: Any) -> QuerySet[Any]:
        """The events of a series from one on, however they stand."""
        return self.model._default_manager.none()

    # --- The form ---

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        hidden = HIDDEN if obj is None or self.has_change_permission(request, obj) else ()
        sections: list[tuple[str | None, dict[str, Any]]] = [
            (None, {"fields": (*self.of_kind, "title")}),
            (_("Description"), {"fields": ("description",), "classes": ("collapse",)}),
            (_("When"), {"fields": ("wall_date", "wall_time", "zone", "local_times", "minutes", "notes", *hidden)}),
            (_("Seats and visibility"), {"fields": ("capacity", "state")}),
            (_("Registration"), {"fields": self._about_registration(request, obj), "classes": ("collapse",)}),
            (_("Languages and joining"), {"fields": ("floor_language", "interpretation", *JOINING)}),
            (pgettext("messages", "Reminders"), {"fields": ("reminders",)}),
        ]
        return [(name, {**options, "fields": self.replace_orig_field(options["fields"])}) for name, options in sections]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed: tuple[str, ...] = ("local_times", "notes", "window")
        if obj is not None:
            fixed += self.once
            if obj.state != Event.State.DRAFT:
                fixed += (*self.until_announced, "state")
            if not _is_open(obj):
                fixed += (*WHEN, "capacity", *REGISTRATION)
        return fixed

    def _about_registration(self, request: HttpRequest, obj: Any) -> tuple[str, ...]:
        """The moments as fields, or as words in the event's zone where they cannot be changed any more."""
        return (*(WINDOW if obj is None or self.may_ask(request, obj) else ("window",)), *REGISTRATION)

    def may_ask(self, request: HttpRequest, obj: Event) -> bool:
        """Whether the reader changes how people register: she schedules the event, and it has not begun."""
        return self.has_change_permission(request, obj) and _is_open(obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)  # a new class for each request
        # The form class is made anew for each request, so what is set on it is of this request alone.
        form.refusal, form.editor = getattr(request, "refusal", None), request.user  # type: ignore[attr-defined]  # of our own form
        form.countries = () if obj else tuple(self.countries_to_show(request))  # type: ignore[attr-defined]  # of our own form
        if obj and "automatic" in form.base_fields:
            offered: Any = form.base_fields["automatic"]
            offered.queryset = offered.queryset.filter(pk__in=obj.audience.all())
        return form

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the circles that the reader schedules for; of these the event's audience, once there is one."""
        if db_field.name == "automatic":
            kwargs |= {"queryset": self.homes(request).order_by("name"), "widget": CheckboxSelectMultiple}
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def countries_to_show(self, request: HttpRequest) -> Iterable[str]:
        """The countries of the local times beside an event that is not saved yet."""
        return ()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without links to the pages of what is chosen: they lead away from a form half filled in."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    @admin.display(description=gettext_lazy("Start in each country"))
    def local_times(self, obj: Event) -> str:
        return render_to_string("admin/events/_local_times.html", {"times": LocalTimes(obj)})

    @admin.display(description=gettext_lazy("To consider at the saved time"))
    def notes(self, obj: Event) -> str:
        reader = getattr(obj, "reader", None)  # set by `render_change_form` on what has a row
        found = warnings_for(obj, by=reader, at=clock.now()) if reader and _is_open(obj) else []
        return render_to_string("admin/events/_notes.html", {"warnings": found, "is_known": bool(reader)})

    @admin.display(description=gettext_lazy("Open from, until; waiting list until"))
    def window(self, obj: Event) -> str:
        """In the event's zone, for those who only read; a dash where nothing is set."""
        moments = (getattr(obj, name) for name in WINDOW)
        return format_html_join(mark_safe("<br>"), "{}", ((_in_zone(one, obj.zone),) for one in moments))

    @admin.display(description=gettext_lazy("When"), ordering="starts_at")
    def when(self, obj: Event) -> str:
        return str(zones.local(obj.starts_at, obj.zone))

    # --- Saving ---

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Save, or ask first, or draw the form again with the sentence that an action refused with.

        Either exception has undone everything that was begun.
        """
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except AskFirst as question:
            return self._ask(request, question)
        except schedule.ScheduleRefused as refusal:
            # Remembered on the request, for the form that is drawn again.
            request.refusal = Refused(refusal.field, str(refusal))  # type: ignore[attr-defined]  # kept for this request
        except RegistrationRefused as refusal:
            request.refusal = Refused("capacity", str(refusal))  # type: ignore[attr-defined]  # kept for this request
        except IntegrityError:
            words = _("Somebody has just saved the same. Please look at the list.")
            request.refusal = Refused(None, words)  # type: ignore[attr-defined]  # kept for this request
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: bool) -> None:
        by, at = member_of(request), clock.now()
        if change:
            self._save_changes(request, obj, form)
        else:
            self.settle(obj)
            schedule.create(event=obj, audience=self.audience_of(obj), by=by, at=at)
        self._check_automatic(obj, form)
        if form.changed_data:
            verb = f"{self.opts.model_name}.{'changed' if change else 'added'}_in_admin"
            record(verb=verb, subject=obj, by=by, at=at, fields=form.changed_data)
        if set(form.changed_data) & set(WHEN):
            self._note_repeated_hour(request, obj)
        if set(form.changed_data) & {*WHEN, *self.until_announced, "state"}:
            for warning in warnings_for(obj, by=by, at=at):
                self.message_user(request, str(warning), messages.WARNING)

    def settle(self, obj: Any) -> None:
        """Give a new event what follows from the choices made: home, countries and address."""
        raise NotImplementedError

    def audience_of(self, obj: Any) -> Iterable[Circle]:
        """Whom an event is for."""
        raise NotImplementedError

    def _save_changes(self, request: HttpRequest, obj: Any, form: "ModelForm[Any]") -> None:
        """Save the words, then let the actions do the rest; a move comes last, when nothing else was refused."""
        by, at = member_of(request), clock.now()
        changed, event = set(form.changed_data), lock_event(obj.pk)
        words = changed - BY_ACTION - set(HIDDEN)
        if words:
            obj.save(update_fields=[*(words - {"automatic"}), "updated_at"])
        if words & set(self.until_announced):
            obj.audience.set(self.audience_of(obj))
        move = self._move_wanted(obj, event) if changed & set(WHEN) else None
        impact = moving.describe_all(move.alone, at=at) if move else None
        reached = impact is not None and bool(impact.told + impact.without_address)
        asks = move is not None and (reached or bool(move.followers)) and ASKED not in request.POST
        if move and not asks:
            self._move(request, move, by=by, at=at)
        if "capacity" in changed:
            registrations.change_capacity(event=event, capacity=obj.capacity, by=by, at=at)
        if "reminders" in changed:
            schedule.change_reminders(event=event, reminders=obj.reminders, by=by, at=at)
        if "promotion_until" in changed:
            desk.pass_on(event=event, by=by, at=at)
        if "state" in changed and obj.state == Event.State.SCHEDULED:
            schedule.announce(event=event, by=by, at=at)
        if asks and move and impact:
            raise AskFirst(move, obj, impact)

    def _check_automatic(self, obj: Any, form: "ModelForm[Any]") -> None:
        """Refuse to register people for what they cannot see."""
        chosen = set(form.cleaned_data.get("automatic") or ())
        if outside := chosen - set(obj.audience.all()):
            words = _("These are not among those whom it is for: %(circles)s")
            names = ", ".join(sorted(circle.name for circle in outside))
            raise schedule.ScheduleRefused(words % {"circles": names}, field="automatic")

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the questions; who has the page open is told that somebody changed it meanwhile."""
        super().save_formset(request, form, formset, change)
        counted = {"added": formset.new_objects, "changed": formset.changed_objects, "deleted": formset.deleted_objects}
        if any(counted.values()):
            event = Event.objects.get(pk=form.instance.pk)
            event.save(update_fields=["updated_at"])
            numbers = {name: len(rows) for name, rows in counted.items()}
            record(verb="event.questions_changed", subject=event, by=member_of(request), at=clock.now(), **numbers)

    def _move_wanted(self, obj: Any, event: Event) -> Shift:
        return Shift.of(event, When.of(obj), self.following(obj))

    def _move(self, request: HttpRequest, move: Shift, *, by: Member, at: datetime) -> None:
        """Move the event, or it and all that follow, and say what was done."""
        moves = move.moves if scope_of(request) == FOLLOWING else move.alone
        impact = moving.describe_all(moves, at=at)
        moving.move_all(moves, by=by, at=at)
        if len(moves) > 1:
            words = ngettext("%(count)d event was moved.", "%(count)d events were moved.", len(moves))
            self.message_user(request, words % {"count": len(moves)}, messages.SUCCESS)
        self._say_who_is_told(request, impact)

    # --- Moving and cancelling ---

    def _ask(self, request: HttpRequest, question: AskFirst) -> HttpResponse:
        """Show what a move means, with everything that was typed in hidden fields."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Move it, and tell them?"),
            "opts": self.opts,
            **question_of(request, question, by=member_of(request), at=clock.now()),
        }
        return TemplateResponse(request, "admin/events/confirm_move.html", context)

    def _say_who_is_told(self, request: HttpRequest, impact: schedule.Impact) -> None:
        words = ngettext("%(count)d person will be told.", "%(count)d people will be told.", impact.told)
        if impact.told:
            self.message_user(request, words % {"count": impact.told}, messages.SUCCESS)

    def _note_repeated_hour(self, request: HttpRequest, obj: Event) -> None:
        if zones.is_repeated(obj.wall_date, obj.wall_time, obj.zone):
            words = _("The clocks in this zone show that hour twice on that day. The first time is meant.")
            self.message_user(request, words, messages.WARNING)

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_cancel"
        view = self.admin_site.admin_view(self.cancel_view)
        return [path("<path:object_id>/cancel/", view, name=name), *super().get_urls()]

    @transaction.atomic
    def cancel_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show who is told of a cancellation; cancel with a reason."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]  # Django's own
        if not self.has_change_permission(request, obj):
            raise PermissionDenied
        by, at = member_of(request), clock.now()
        form = CancellationForm(request.POST if request.method == "POST" else None)
        page = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])
        try:
            schedule.check_can_cancel(obj, at=at)
            if form.is_valid():
                schedule.cancel(event=obj.event_ptr, reason=form.cleaned_data["reason"], by=by, at=at)
                self.message_user(request, _("It is cancelled, and everybody is told."), messages.SUCCESS)
                return HttpResponseRedirect(page)
        except schedule.ScheduleRefused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(page)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Cancel it, and tell them?"),
            "opts": self.opts,
            "original": obj,
            "impact": schedule.describe_impact(obj),
            "when": self.when(obj),
            "form": form,
            "page": page,
        }
        return TemplateResponse(request, "admin/events/cancel.html", context)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        obj = context.get("original")
        if obj:
            obj.reader = member_of(request)
        context["may_see_registrations"] = bool(obj) and self.has_change_permission(request, obj)
        context["may_cancel"] = context["may_see_registrations"] and _is_cancellable(obj)
        return super().render_change_form(request, context, *args, **kwargs)


def member_of(request: HttpRequest) -> Member:
    """The signed-in reader; the admin site lets nobody else in."""
    assert isinstance(request.user, Member)  # noqa: S101 (for the type checker)
    return request.user


def _is_open(event: Event) -> bool:
    """Whether time and seats may still be changed; the actions decide for good."""
    begun = event.state == Event.State.SCHEDULED and event.starts_at <= clock.now()
    return event.state in (Event.State.DRAFT, Event.State.SCHEDULED) and not begun


def _in_zone(instant: datetime | None, zone: str) -> str:
    return str(zones.local(instant, zone)) if instant else "–"


def _is_cancellable(event: Event) -> bool:
    try:
        schedule.check_can_cancel(event, at=clock.now())
    except schedule.ScheduleRefused:
        return False
    return True
