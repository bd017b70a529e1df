"""Reporting a concern, and looking into it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from forestallies.lib import text
from forestallies.lib.form_fields import field_of
from jobs.forms import SubmissionForm
from members.models import Circle, Concern

OTHER = "other"


class ConcernForm(SubmissionForm, forms.ModelForm):
    """What happened and where; everything else may stay empty.

    Args:
        circles: those it can be about, by the name that visitors know.
        chosen: the circle that is proposed.
        is_signed_in: a member may send it with her name; somebody else may write one.
    """

    where = forms.ChoiceField(label=_("Where does it belong?"), widget=forms.RadioSelect)
    about_coordinator = forms.BooleanField(
        required=False,
        label=_("It is about a coordinator."),
        help_text=_("Then no coordinator sees it, only those who run this portal."),
    )
    named = forms.BooleanField(
        required=False,
        label=_("Send it with my name."),
        help_text=_("Without this nothing is kept that tells who you are."),
    )
    # Robots fill every field they find; people never see this one.
    website = forms.CharField(required=False, label=_("Leave this empty"))

    class Meta:
        model = Concern
        fields = ("words", "about", "about_coordinator", "name", "email")
        widgets = {"words": forms.Textarea(attrs={"rows": 7})}
        labels = {"about": _("Which event or place?")}
        help_texts = {
            "words": _("In any language. Say what you saw, when, and what you wish for."),
            "about": _("If you like: a workshop, a session, a message, a meeting."),
            "name": _("If you like. You may leave it empty."),
            "email": _("Only if you want an answer. It is used for nothing else."),
        }

    def __init__(
        self,
        *args: Any,
        circles: Iterable[tuple[Circle, str]],
        chosen: Circle | None,
        is_signed_in: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        named = list(circles)
        self.circles = {str(circle.pk): circle for circle, _name in named}
        where = field_of(self, "where")
        where.choices = [
            *((str(circle.pk), name) for circle, name in named),
            (OTHER, _("Somewhere else, or I am not sure")),
        ]
        where.initial = str(chosen.pk) if chosen else None
        del self.fields["name" if is_signed_in else "named"]

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError(_("Please leave this field empty."))
        return ""

    def concern(self, *, event_slug: str) -> Concern:
        """What was written, unsaved."""
        said = self.cleaned_data
        return Concern(
            circle=self.circles.get(said["where"]),
            event_slug=event_slug,
            about=said["about"],
            words=said["words"],
            about_coordinator=said["about_coordinator"],
            name=said.get("name", ""),
            email=said["email"],
        )

    def with_name(self) -> bool:
        return bool(self.cleaned_data.get("named"))


class HandleForm(SubmissionForm):
    """What is done about a concern: a note, and the state it comes to."""

    seen = forms.CharField(widget=forms.HiddenInput)
    state = forms.ChoiceField(label=_("It is now"))
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For those who look after it. Nothing of it is sent to anybody."),
    )

    def __init__(self, *args: Any, concern: Concern, **kwargs: Any) -> None:
        kwargs["initial"] = {"seen": concern.state, "state": concern.state}
        super().__init__(*args, **kwargs)
        field_of(self, "state").choices = [(state.value, state.label) for state in concern.next_states()]

    def clean_note(self) -> str:
        return text.clean(self.cleaned_data["note"], lines=True)
