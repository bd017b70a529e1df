"""What the team writes of a room, whom it ticks to move, and what a host notes."""

import re
from collections.abc import Mapping
from typing import Any
from zlib import crc32

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events import rooms
from events.actions.rooms import Wish
from events.models import Event, Role, Room, RoomNote
from forestallies.lib import text
from forestallies.lib.database import Fold
from jobs.forms import SubmissionForm

NAME_LENGTH = 80
MOST_PLACES = 10_000
CHOSEN_AT_MOST = 500
NOTE_LENGTH = 20_000
MAIN = settings.MODELTRANSLATION_DEFAULT_LANGUAGE
ACTS = ("move", "out", "fill", "empty")
_ID = re.compile(r"[1-9][0-9]{0,17}")


def _field_of(code: str) -> str:
    return f"name_{code.replace('-', '_')}"


class HttpsField(forms.URLField):
    default_validators = [URLValidator(schemes=["https"])]


class RoomForm(SubmissionForm):
    """A room. Names in other languages are optional: where one is missing, the main one is shown."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    capacity = forms.IntegerField(
        label=gettext_lazy("Places"),
        help_text=gettext_lazy("Empty: no limit."),
        required=False,
        min_value=1,
        max_value=MOST_PLACES,
    )
    join_url = HttpsField(
        label=gettext_lazy("Meeting link"),
        help_text=gettext_lazy("It begins with https://. Only people in this room see it."),
        required=False,
        assume_scheme="https",
        max_length=200,
        error_messages={"invalid": gettext_lazy("Please use a link that begins with https://.")},
    )
    audience = forms.TypedMultipleChoiceField(
        label=gettext_lazy("For"),
        help_text=gettext_lazy("Nothing ticked: for everybody."),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    hosts = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Hosts"),
        help_text=gettext_lazy("They see who is in the room, and note its results."),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, event: Event, room: Room | None = None) -> None:
        super().__init__(data, initial=_initial(room) if room else None)
        for code, _language in settings.LANGUAGES:
            self.fields[_field_of(code)] = _name_field(code)
        none = ("", _("No language in particular"))
        self._choices("language", [none, *((code, str(name)) for code, name in settings.LANGUAGES)])
        self._choices("audience", [(circle.pk, circle.name) for circle in event.audience.order_by("name", "pk")])
        self._choices("hosts", [(role.pk, _host(role)) for role in _leading(event)])

    def _choices(self, name: str, choices: list[tuple[Any, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # each is a field with choices

    @property
    def main_name(self) -> forms.BoundField:
        return self[_field_of(MAIN)]

    @property
    def other_names(self) -> list[forms.BoundField]:
        return [self[_field_of(code)] for code, _language in settings.LANGUAGES if code != MAIN]

    @property
    def opens_names(self) -> bool:
        """Whether the other names are to be shown unfolded: one of them is wrong."""
        return any(field.errors for field in self.other_names)

    @property
    def wish(self) -> Wish:
        said = self.cleaned_data
        return Wish(
            names={code: said[_field_of(code)] for code, _language in settings.LANGUAGES},
            language=said["language"],
            join_url=said["join_url"],
            capacity=said["capacity"],
            audience=said["audience"],
            hosts=said["hosts"],
        )

    @property
    def fingerprint(self) -> str:
        """Of what was sent: the same key with other words is another form."""
        return f"{crc32(repr(self.wish).encode()):x}"


def _name_field(code: str) -> forms.CharField:
    name = capfirst(_("name"))
    return forms.CharField(
        label=name if code == MAIN else text.in_language(name, code),
        help_text=_("For example “Andes” or “Room 2”.") if code == MAIN else "",
        max_length=NAME_LENGTH,
        required=code == MAIN,
        validators=[text.check_printable],
    )


def _initial(room: Room) -> dict[str, Any]:
    names = {_field_of(code): getattr(room, _field_of(code)) or "" for code, _language in settings.LANGUAGES}
    return {
        **names,
        "language": room.language,
        "capacity": room.capacity,
        "join_url": room.join_url,
        "audience": [circle.pk for circle in room.audience.all()],
        "hosts": [role.pk for role in room.hosts.all()],
    }


def _leading(event: Event) -> list[Role]:
    roles = Role.objects.filter(event=event, kind__in=Role.LEADING).standing()
    return list(roles.select_related("member").order_by(Fold("member__name"), "pk"))


def _host(role: Role) -> str:
    return f"{role.member.name} ({role.get_kind_display()}, {role.get_state_display()})"


class PlacesForm(SubmissionForm):
    """People ticked, and the button that says what happens to them. What was ticked stays when it is refused.

    Attributes:
        chosen: ids of the members ticked.
    """

    to = forms.TypedChoiceField(label=gettext_lazy("Room"), coerce=int, required=False, empty_value=None)

    def __init__(self, data: Mapping[str, Any] | None = None, *, plan: rooms.Plan) -> None:
        super().__init__(data)
        self.rooms = {filled.room.pk: filled.room for filled in plan.rooms}
        self.fields["to"].choices = [("", _("Choose a room")), *((pk, row.name) for pk, row in self.rooms.items())]  # type: ignore[attr-defined]  # it has choices
        values = data.getlist("chosen") if data is not None and hasattr(data, "getlist") else []
        self.chosen = [int(value) for value in dict.fromkeys(values) if _ID.fullmatch(value)]

    @property
    def act(self) -> str:
        """Which button was pressed; one of `ACTS` when the form is valid."""
        return str(self.data.get("do", ""))

    @property
    def room(self) -> Room | None:
        return self.rooms.get(self.cleaned_data["to"])

    @property
    def kind(self) -> str:
        """Of the submission: the same key with other people is another form."""
        said = f"{sorted(self.chosen)} {self.cleaned_data['to']}"
        return f"rooms:{self.act}:{crc32(said.encode()):x}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.act not in ACTS:
            raise ValidationError(_("Please press one of the buttons. Nothing was changed."))
        if self.act in ("move", "out"):
            if not self.chosen:
                raise ValidationError(_("Please tick somebody first. Nothing was changed."))
            if len(self.chosen) > CHOSEN_AT_MOST:
                words = _("Please tick at most %(number)d people at a time. Nothing was changed.")
                raise ValidationError(words % {"number": CHOSEN_AT_MOST})
        if self.act == "move" and "to" not in self.errors and cleaned.get("to") is None:
            self.add_error("to", _("Please choose the room they move to."))
        return cleaned


class NoteForm(forms.Form):
    """What a host notes. It has no submission key: the version tells whether the words were kept already."""

    version = forms.IntegerField(min_value=0, max_value=2_000_000_000, widget=forms.HiddenInput)
    words = forms.CharField(label=gettext_lazy("Results"), required=False, strip=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, note: RoomNote | None = None) -> None:
        super().__init__(data, initial={"version": note.version if note else 0, "words": note.words if note else ""})

    def clean_words(self) -> str:
        words = text.clean(self.cleaned_data["words"], lines=True)
        if len(words) > NOTE_LENGTH:
            said = _(
                "At most %(most)d characters fit here, and these are %(length)d. Please shorten them; nothing is lost."
            )
            raise ValidationError(said % {"most": NOTE_LENGTH, "length": len(words)})
        return words
