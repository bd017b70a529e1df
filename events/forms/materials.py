"""What the team writes when it posts a material, changes one, or lets participants see it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.actions.materials import Words
from events.models import Event, Material
from forestallies.lib import links, text, uploads, zones
from forestallies.lib.form_fields import field_of
from jobs.forms import SubmissionForm
from members.models import Circle

NOW, AT_HOUR, NOT_YET = "now", "hour", "later"


class OfEvent(SubmissionForm):
    """A form about one event."""

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event


class HourForm(OfEvent):
    """A day and an hour on the wall clock of the event's zone."""

    day = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), required=False
    )
    hour = forms.TimeField(
        label=gettext_lazy("Hour"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"), required=False
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, event=event, **kwargs)
        words = _("On the clocks of %(city)s, the zone of this event.") % {"city": zones.city(event.zone)}
        self.fields["hour"].help_text = words

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.wants_hour(cleaned) and not {"day", "hour"} & set(self.errors):
            if not cleaned.get("day") or cleaned.get("hour") is None:
                self.add_error("day", _("Please give the day and the hour."))
            elif zones.is_skipped(cleaned["day"], cleaned["hour"], self.event.zone):
                self.add_error("hour", _("The clocks in this zone jump over that time. Please choose another one."))
        return cleaned

    def wants_hour(self, cleaned: dict[str, Any]) -> bool:
        return True

    def chosen(self) -> datetime:
        day, hour = self.cleaned_data["day"], self.cleaned_data["hour"]
        return zones.instants(day, hour, 0, self.event.zone)[0]


def planned(material: Material, at: datetime) -> dict[str, Any]:
    """The day and the hour from which participants will see a material, for the form; empty when none is set."""
    if material.released_at is None or material.released_at <= at:
        return {}
    there = material.released_at.astimezone(ZoneInfo(material.event.zone))
    return {"day": there.date(), "hour": there.time()}


class WordsForm(OfEvent):
    """What is said about a material."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=160,
        validators=[text.check_printable],
        help_text=gettext_lazy("In the language of the material."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), initial=Material.Kind.SLIDES)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    visibility = forms.ChoiceField(
        label=gettext_lazy("For whom"), widget=forms.RadioSelect, initial=Material.Visibility.AUDIENCE
    )
    audience = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Only for these groups"),
        queryset=Circle.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("Nothing ticked: for all participants."),
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, event=event, **kwargs)
        field_of(self, "kind").choices = [(kind.value, capfirst(str(kind.label))) for kind in Material.Kind]
        field_of(self, "language").choices = [("", _("For all languages")), *settings.LANGUAGES]
        field_of(self, "visibility").choices = [
            (Material.Visibility.AUDIENCE.value, _("Participants")),
            (Material.Visibility.TEAM.value, _("Only the team: facilitators, interpreters, speakers")),
        ]
        circles = list(event.audience.order_by("name"))
        if len(circles) > 1:
            field_of(self, "audience").queryset = event.audience.order_by("name")
            field_of(self, "audience").choices = [(circle.pk, circle.name) for circle in circles]
        else:
            del self.fields["audience"]

    def clean_title(self) -> str:
        return text.tidy(self.cleaned_data["title"])

    def words(self) -> Words:
        said = self.cleaned_data
        return Words(
            title=said["title"],
            kind=said["kind"],
            language=said["language"],
            visibility=said["visibility"],
            audience=tuple(said.get("audience", ())),
        )


class NewForm(WordsForm, HourForm):
    """A material that is not there yet, with when participants see it."""

    when = forms.ChoiceField(label=gettext_lazy("Participants see it"), widget=forms.RadioSelect, initial=NOT_YET)

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, event=event, **kwargs)
        field_of(self, "when").choices = [
            (NOT_YET, _("Not yet")),
            (NOW, _("Now")),
            (AT_HOUR, _("From this day and hour on:")),
        ]

    def wants_hour(self, cleaned: dict[str, Any]) -> bool:
        return cleaned.get("when") == AT_HOUR

    def moment(self, at: datetime) -> datetime | None:
        """From when participants see it; None for not yet."""
        return {NOW: lambda: at, AT_HOUR: self.chosen}.get(self.cleaned_data["when"], lambda: None)()


class FileForm(NewForm):
    """A file to post.

    Args:
        cut_off: it was too large to come in.
    """

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput({"accept": uploads.accepted_types()}),
        max_length=1_000,  # longer names are cut by us, not refused
    )

    def __init__(self, *args: Any, cut_off: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cut_off = cut_off
        self.fields["title"].required = False
        self.fields["title"].help_text = _("In the language of the material. Empty: the name of the file.")
        words = _("At most %(most)s MB. You can send: %(types)s.")
        self.fields["file"].help_text = words % {
            "most": f"{settings.MATERIAL_MAX_MB:g}",
            "types": uploads.accepted_types(),
        }

    def clean_file(self) -> Any:
        uploads.inspect(self.cleaned_data["file"])
        return self.cleaned_data["file"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.cut_off:
            self.errors.pop("file", None)
            self.add_error("file", uploads.too_large())
        return cleaned


def _address() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Link"),
        max_length=500,
        widget=forms.URLInput({"inputmode": "url", "placeholder": "https://"}),
        validators=[links.check_web_link],
        help_text=gettext_lazy("The whole address of the page, beginning with https://."),
    )


class LinkForm(NewForm):
    """A link to post."""

    url = _address()


class ChangeForm(WordsForm):
    """What is said about a material that is there, and where a link leads."""

    url = _address()

    def __init__(self, *args: Any, material: Material, **kwargs: Any) -> None:
        chosen = [circle.pk for circle in material.audience.all()]
        said = {name: getattr(material, name) for name in ("title", "kind", "language", "visibility", "url")}
        super().__init__(*args, event=material.event, initial={**said, "audience": chosen}, **kwargs)
        if material.is_file:
            del self.fields["url"]
