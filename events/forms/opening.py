"""When registration opens and closes, on the wall clock of the event's own zone, in the staff admin's form."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event
from forestallies.lib import zones

WINDOW = ("registration_opens_at", "registration_closes_at", "promotion_until")
HELP = {
    "registration_opens_at": gettext_lazy("Empty: as soon as the event is announced."),
    "registration_closes_at": gettext_lazy("Empty: at the start."),
    "promotion_until": gettext_lazy("Until then a freed seat goes to the waiting list. Empty: until the start."),
}


class WallField(forms.DateTimeField):
    """Date and time as the clock on the wall shows them, without a zone; the form knows whose wall."""

    widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> datetime | None:
        """Read what a browser sends.

        Raises:
            ValidationError: it is no date and time, or it carries a zone.
        """
        if value in self.empty_values or isinstance(value, datetime):
            return value or None
        try:
            found = datetime.fromisoformat(str(value).strip())
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None or found.year not in zones.YEARS:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return found.replace(second=0, microsecond=0)


def wall(instant: datetime | None, zone: str) -> datetime | None:
    """What the clock on the wall shows at an instant, to the minute."""
    return instant and instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0)


def help_text(name: str, instant: datetime | None, zone: str, at: datetime) -> str:
    """Say what an empty field means, and whose wall clock it is, with the offset it has at that time."""
    said = str(HELP[name])
    if not zone:
        return said + " " + _("In the time zone of the event.")
    words = _("In the time zone of the event: %(city)s, %(offset)s.")
    return said + " " + words % {"city": zones.city(zone), "offset": zones.offset(instant or at, zone)}


class OpeningFields(forms.ModelForm):
    """The three moments of an event's registration: read, checked and made instants."""

    registration_opens_at = WallField(required=False)
    registration_closes_at = WallField(required=False)
    promotion_until = WallField(required=False)

    def draw_opening(self, at: datetime) -> None:
        """Put the stored instants on the wall of the event's zone; they are kept for the comparison on the way back."""
        zone = self.instance.zone or self.initial.get("zone", "")
        self.stored = {name: self.initial.get(name) for name in WINDOW}
        for name in WINDOW:
            if name in self.fields:
                instant = self.stored[name]
                self.initial[name] = wall(instant, zone) if zone else None
                start = self.instance.starts_at or at
                self.fields[name].help_text = help_text(name, instant, zone, start)

    def clean_opening(self, cleaned: dict[str, Any]) -> None:
        """Make instants of what was typed, and refuse an order that cannot be."""
        zone = cleaned.get("zone") or self.instance.zone
        for name in WINDOW:
            if zone and name in self.fields and name not in self.errors:
                cleaned[name] = self._instant(name, cleaned.get(name), zone)
        opens, closes = cleaned.get(WINDOW[0]), cleaned.get(WINDOW[1])
        if isinstance(opens, datetime) and isinstance(closes, datetime) and closes <= opens:
            self.add_error(WINDOW[1], _("Registration would close before it opens."))
        self._check_before_start(cleaned, zone)

    def moved_with_zone(self, changed: list[str]) -> list[str]:
        """The moments that mean another instant because the zone changed, though the wall shows the same."""
        if "zone" not in changed:
            return []
        return [name for name in WINDOW if name in self.fields and name not in changed and self.stored.get(name)]

    def _instant(self, name: str, typed: datetime | None, zone: str) -> datetime | None:
        if typed is None:
            return None
        if zone == self.initial.get("zone") and typed == self.initial.get(name):
            return self.stored[name]
        if zones.is_skipped(typed.date(), typed.time(), zone):
            self.add_error(name, _("The clocks in this zone jump over that time. Please choose another one."))
            return None
        return zones.instants(typed.date(), typed.time(), 0, zone)[0]

    def _check_before_start(self, cleaned: dict[str, Any], zone: str) -> None:
        start = _start(cleaned, self.instance, zone)
        for name in WINDOW:
            moment = cleaned.get(name)
            if name in self.fields and start and moment and moment > start:
                self.add_error(name, _("That is after the start of the event. Leave it empty for the start itself."))


def _start(cleaned: Mapping[str, Any], event: Event, zone: str) -> datetime | None:
    """The start that the form says, or the stored one where the form does not ask for it."""
    day, hour = cleaned.get("wall_date"), cleaned.get("wall_time")
    if not (day and hour and zone):
        return event.starts_at
    return zones.instants(day, hour, 0, zone)[0]
