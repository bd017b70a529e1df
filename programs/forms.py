"""The staff admin's form of a session."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.forms.scheduling import EventForm
from programs.models import Session


class SessionForm(EventForm):
    """A session has one number in its edition, and a module of its edition's programme."""

    class Meta:
        labels = {
            "edition": gettext_lazy("Edition"),
            "number": gettext_lazy("Number in the edition"),
            "module": gettext_lazy("Module"),
            "session_audience": gettext_lazy("For whom"),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        edition = cleaned.get("edition") or getattr(self.instance, "edition", None)
        number, module = cleaned.get("number"), cleaned.get("module")
        if edition and number is not None:
            others = Session.objects.filter(edition=edition, number=number).exclude(pk=self.instance.pk)
            if others.exists():
                self.add_error("number", _("This edition has a session with that number already."))
        if edition and module and module.programme_id != edition.programme_id:
            self.add_error("module", _("That module belongs to another programme."))
        return cleaned
